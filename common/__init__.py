"""What every process needs and nothing about telecom: settings, log, trace, clock, errors, ids."""
