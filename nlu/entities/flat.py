"""A text folded one character to one, so that a place found in it is the same place in the original."""

from __future__ import annotations

import unicodedata

from nlu.text.normalize import to_simplified


def flatten(text: str) -> str:
    """Half-width, lower case, simplified, ASCII figures; always as long as `text`."""
    if text.isascii():
        return text.lower()
    return to_simplified("".join(_one(char) for char in text))


def _one(char: str) -> str:
    if "\u4e00" <= char <= "\u9fff":
        return char
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    folded = unicodedata.normalize("NFKC", char).lower()
    return folded if len(folded) == 1 and not folded.isdecimal() else char
