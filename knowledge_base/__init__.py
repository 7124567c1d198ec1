"""Answers that editors write in YAML: `faq/*.yml`, schema, search, live reload, checks."""
