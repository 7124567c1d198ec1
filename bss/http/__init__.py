"""The operator's systems over HTTP in TM Forum shapes: a server of the demo operator and the adapter."""
