"""What customers type, made safe: nothing in it can command Rasa, hide text or flood the bot."""

from __future__ import annotations

import unicodedata

#: Characters that reorder or hide text.
_HIDDEN = {0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF}


def clean(text: str, longest: int) -> tuple[str, bool]:
    """The text without control and bidirectional characters, cut to `longest`; and whether it was cut.

    A leading `/` is Rasa's command mark (`/restart`), so it becomes the full-width one.
    """
    kept = "".join(ch if ch in "\n\t" else " " if unicodedata.category(ch) == "Cc" else ch
                   for ch in text if ord(ch) not in _HIDDEN and not 0xD800 <= ord(ch) <= 0xDFFF)
    kept = kept.strip()
    cut = len(kept) > longest
    kept = kept[:longest]
    return ("／" + kept[1:] if kept.startswith("/") else kept), cut


def says_something(text: str) -> bool:
    """False for empty messages and for those of marks and pictures only."""
    return any(ch.isalnum() for ch in text)
