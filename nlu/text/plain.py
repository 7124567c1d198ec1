"""The form in which the intent model reads a text."""

from __future__ import annotations

from nlu.text.negation import wanted
from nlu.text.normalize import normalize


def plain(text: str) -> str:
    """Normalised, what is refused left out, without punctuation."""
    return "".join(ch for ch in wanted(normalize(text).text) if ch.isalnum())
