"""The form in which the intent model reads a text."""

from __future__ import annotations

from nlu.standard.form import known_words, standard
from nlu.text.negation import wanted
from nlu.text.normalize import normalize


def plain(text: str) -> str:
    """Standard Mandarin, normalised, what is refused left out, new names as known words, without punctuation."""
    return "".join(ch for ch in wanted(normalize(known_words(standard(text).text)).text) if ch.isalnum())
