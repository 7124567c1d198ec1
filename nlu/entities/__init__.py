"""Entities by rule: phone, amount, month, ticket id, plan, data volume, address, time and a few more.

Rules beat a trained extractor here (docs/nlu.md): the forms are closed, and every span is tested.
Pure Python; the Rasa component in `nlu.components.entity_extractor` only wraps `extract`.
"""

from nlu.entities.extract import extract
from nlu.entities.types import Entity

__all__ = ["Entity", "extract"]
