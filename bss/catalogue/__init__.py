"""The demo operator's catalogue (易通): YAML data and its typed loader."""

from bss.catalogue.loader import Catalogue, default_catalogue, load_catalogue

__all__ = ["Catalogue", "default_catalogue", "load_catalogue"]
