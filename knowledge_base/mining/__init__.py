"""The editors' loop: what was asked and not settled, gathered by meaning, into proposals for the files."""
