"""Misses of a period made into distinct questions, each with its count, its fates and its vector."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from knowledge_base.matching import Tokens, cut
from knowledge_base.mining.usage import asked
from knowledge_base.misses import Miss
from knowledge_base.search import asks_something

#: Shorter ones say too little to be about something, e.g. 喂.
_SHORTEST = 2


@dataclass(frozen=True)
class Question:
    """One way of asking. `times` it was asked; `reasons` counts what became of it; `text` is masked."""

    text: str
    tokens: Tokens
    times: int
    reasons: dict[str, int]
    first: dt.datetime
    last: dt.datetime

    @property
    def masked(self) -> bool:
        """Whether something personal was in it: such a sentence is no example for others."""
        return "#" in self.text or "*" in self.text


def fold(misses: Sequence[Miss], handled: Callable[[str, dt.datetime], bool]) -> list[Question]:
    """The same but for marks, spaces and case taken together; in the order of their keys.

    `handled(key, at)` tells which were dealt with already.
    """
    found: dict[str, list[Miss]] = {}
    cuts: dict[str, Tokens] = {}
    for miss in misses:
        tokens = cuts.get(miss.question) or cuts.setdefault(miss.question, cut(miss.question))
        if len(tokens.key) >= _SHORTEST and asks_something(tokens) and not handled(tokens.key, miss.at):
            found.setdefault(tokens.key, []).append(miss)
    questions = []
    for _, same in sorted(found.items()):
        # The spelling used most, the shorter one of two.
        spellings = Counter(miss.question for miss in same)
        text = min(spellings, key=lambda spelling: (-spellings[spelling], len(spelling), spelling))
        times = [miss.at for miss in same]
        reasons = dict(Counter(str(miss.reason) for miss in same).most_common())
        questions.append(Question(text, cuts[text], asked(same), reasons, min(times), max(times)))
    return questions
