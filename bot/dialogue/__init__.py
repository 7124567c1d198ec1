"""Whole conversations held with a running system: written ones (`yida dialogue test`), random ones (`yida dialogue explore`)."""
