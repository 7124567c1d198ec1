"""The composition root: processes, set-up, supervisor, command line. Nobody imports it."""
