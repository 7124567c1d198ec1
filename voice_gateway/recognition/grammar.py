"""What Vosk may hear where few answers are expected, in words that its model knows.

Vosk drops a word that its dictionary lacks without a word about it, and its dictionary has no phrases. So phrases are
laid out in known words here (转人工 is 转 人工), and what cannot be is told at the start.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from voice_gateway.profiles import AnswerKind
from voice_gateway.recognition.terms import Terms

#: Anything else that was said.
UNKNOWN = "[unk]"
#: Each a word by itself, so that any row of them is heard.
DIGITS = tuple("零一二三四五六七八九幺两十百千万点")
_LONGEST = 6
Knows = Callable[[str], bool]


@dataclass(frozen=True)
class Grammar:
    """`phrases`: what was `wanted` in known words with spaces between; `missing`: what cannot be said in them."""

    wanted: tuple[str, ...]
    phrases: tuple[str, ...]
    missing: tuple[str, ...] = ()

    def as_json(self) -> str:
        """In the form that Vosk reads."""
        return json.dumps(self.phrases, ensure_ascii=False)


def build(wanted: Iterable[str], knows: Knows) -> Grammar:
    """The grammar of these words and phrases."""
    laid = {phrase: lay_out(phrase, knows) for phrase in wanted}
    phrases = [" ".join(words) for words in laid.values() if words]
    missing = tuple(phrase for phrase, words in laid.items() if not words)
    return Grammar(tuple(laid), (*dict.fromkeys(phrases), *((UNKNOWN,) if knows(UNKNOWN) else ())), missing)


def lay_out(phrase: str, knows: Knows) -> list[str]:
    """The phrase in as few known words as possible; empty where it cannot be."""
    best: list[list[str] | None] = [[]]
    for end in range(1, len(phrase) + 1):
        ways = [
            [*before, phrase[start:end]]
            for start in range(max(0, end - _LONGEST), end)
            if (before := best[start]) is not None and knows(phrase[start:end])
        ]
        best.append(min(ways, key=len) if ways else None)
    return best[-1] or []


def grammars(words: Terms, knows: Knows) -> dict[AnswerKind, Grammar]:
    """Of each kind of answer that has one. Words that always count are in all of them."""
    return {
        AnswerKind.YES_NO: build((*words.yes_no, *words.always), knows),
        AnswerKind.DIGITS: build((*DIGITS, *words.always), knows),
    }
