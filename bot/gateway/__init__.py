"""The one process that faces the outside: routes, limits, health, metrics."""
