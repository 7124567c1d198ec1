"""Keeps Mandarin safe: no dialect word may change a sentence that is plain Mandarin already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlu.dialects.lexicon import Lexicons
from nlu.dialects.model import Item
from nlu.entities.flat import flatten
from nlu.standard.aligned import Aligned

#: Fewer items than these and a dialect is not served.
FEWEST = 60
_SHOWN = 5


@dataclass(frozen=True)
class Finding:
    """One thing to mend; `message` is for the editor."""

    dialect: str
    said: str
    message: str


def check(lexicons: Lexicons, mandarin: Iterable[str], words: Iterable[str] = ()) -> list[Finding]:
    """`mandarin`: sentences that must stay as they are. `words`: Mandarin words that no item may break up."""
    found: list[Finding] = []
    for file in lexicons.files:
        if len(file.items) < FEWEST:
            found.append(Finding(file.name, "", f"只有 {len(file.items)} 条，至少要 {FEWEST} 条"))
    found += _disagreeing(list(lexicons.items()))
    found += _idle(lexicons)
    changed: dict[Item, list[str]] = defaultdict(list)
    for sentence in mandarin:
        for at, item in lexicons.matches(flatten(sentence)):
            changed[item].append(sentence[max(0, at - 6) : at + len(item.said) + 6])
    for word in words:
        for _, item in lexicons.matches(word):
            if len(item.said) < len(word):
                changed[item].append(word)
    for item, places in changed.items():
        shown = "、".join(f"“{place}”" for place in dict.fromkeys(places[:_SHOWN]))
        found.append(Finding(item.dialect, item.said, f"“{item.said}”会改动普通话：{shown}（共 {len(places)} 处），请加 before/after 限制或删掉"))
    return found


def _disagreeing(items: Sequence[Item]) -> list[Finding]:
    """One spelling, no guard, two meanings."""
    means: dict[str, dict[str, Item]] = defaultdict(dict)
    for item in items:
        if not item.guarded:
            means[item.said].setdefault(item.means, item)
    return [
        Finding(second.dialect, said, f"“{said}”在 {first.dialect} 是“{first.means}”，在 {second.dialect} 是“{second.means}”，请加限制")
        for said, ways in means.items()
        for first, second in zip(list(ways.values()), list(ways.values())[1:], strict=False)
    ]


def _idle(lexicons: Lexicons) -> list[Finding]:
    """An example must come out changed by its own word, or by a longer one that holds it."""
    found = []
    for item in lexicons.items():
        if item.means == item.said:
            found.append(Finding(item.dialect, item.said, f"“{item.said}”换了等于没换"))
        elif item.example and lexicons.apply(Aligned.of(flatten(item.example))).text == flatten(item.example):
            found.append(Finding(item.dialect, item.said, f"例句“{item.example}”没有变化"))
    return found
