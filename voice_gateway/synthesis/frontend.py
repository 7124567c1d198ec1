"""A text as the voice takes it: clauses, and for each its symbols as numbers."""

from __future__ import annotations

from collections.abc import Iterator

from voice_gateway.synthesis.clauses import STOP, clauses
from voice_gateway.synthesis.pronounce import Pronouncer
from voice_gateway.synthesis.syllables import Word
from voice_gateway.synthesis.written import in_words


def spoken_clauses(text: str, pronouncer: Pronouncer, gap: str = STOP) -> Iterator[tuple[str, list[Word]]]:
    """(clause in words, its words as spoken), those without a sound left out. Never raises for a text.

    `gap` stands between the groups of long numbers: `Style.group_gap`.
    """
    for clause in clauses(in_words(text, gap=gap)):
        words = pronouncer.read(clause)
        if words:
            yield clause, words
