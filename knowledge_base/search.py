"""One question against one snapshot: what an answer, a choice or nothing comes from, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from knowledge_base.encoder import Vectors
from knowledge_base.entry import Entry
from knowledge_base.matching import Tokens
from knowledge_base.ranking import Ranked, gather, rank
from knowledge_base.snapshot import Snapshot

Outcome = Literal["answer", "choose", "none"]
#: Probability of an entry one of whose questions is asked word by word.
WORD_BY_WORD = 0.995


@dataclass(frozen=True)
class Why:
    """Why an entry was found: the sentence that matched best, and `scores` by the names of `SIGNS`.

    `lead` in `scores` is how far it ranks above the best other entry, below zero where that one is ahead;
    `runner_up` is that other entry. `word_by_word`: the question is one of its own.
    """

    entry_id: str
    version: str
    sentence: str
    scores: dict[str, float]
    runner_up: str | None
    word_by_word: bool


@dataclass(frozen=True)
class Hit:
    """An entry found, its answer rendered. `probability` that it answers the question is in 0..1."""

    entry_id: str
    question: str
    text: str
    speech: str
    probability: float
    action: str | None
    related: tuple[str, ...]
    why: Why


@dataclass(frozen=True)
class SearchResult:
    """`answer`: give `hits[0]`; `choose`: offer all hits; `none`: say so (hits then are the nearest ones)."""

    outcome: Outcome
    hits: tuple[Hit, ...]
    version: str

    def as_dict(self, *, why: bool = True) -> dict[str, object]:
        """Plain data for JSON; figures to four places."""
        hits = [asdict(hit) for hit in self.hits]
        for hit in hits:
            hit["probability"] = round(hit["probability"], 4)
            if why:
                hit["why"]["scores"] = {name: round(value, 4) for name, value in hit["why"]["scores"].items()}
            else:
                del hit["why"]
        return {"outcome": self.outcome, "version": self.version, "hits": hits}


@dataclass(frozen=True)
class Filters:
    """Who asks, where and when; None means not filtered, "" means not known."""

    channel: str | None
    region: str | None
    segment: str | None
    day: dt.date

    def allowed(self, snapshot: Snapshot) -> NDArray[np.bool_]:
        """Which entries may be used."""
        fits = np.ones(len(snapshot.entries), dtype=bool)
        for index in snapshot.limited:
            fits[index] = snapshot.entries[index].applies(self.channel, self.region, self.segment, self.day)
        return fits


def search(
    snapshot: Snapshot,
    tokens: Tokens,
    vector: Vectors | None,
    filters: Filters,
    limit: int,
    answer_of: Callable[[Entry], tuple[str, str]],
) -> SearchResult:
    """Find what answers a question.

    `vector` is the encoder's for the question, shape (1, dimensions), None where it failed. `answer_of` gives
    an entry's rendered text and speech.
    """
    if not snapshot.sentences or not asks_something(tokens):
        return SearchResult("none", (), snapshot.version)
    allowed = filters.allowed(snapshot)
    centred = None if vector is None else snapshot.centred(vector)[0]
    exact = snapshot.by_key.get(tokens.key)
    evidence = gather(snapshot, tokens, centred, allowed)
    wanted = max(2, limit) if exact is None else len(evidence.entries)
    ranked = rank(evidence, snapshot.calibration, wanted)
    if exact is not None and allowed[exact]:
        ranked = _put_first(ranked, exact)
    hits = []
    for place, standing in enumerate(ranked[:limit]):
        rival = ranked[0] if place else ranked[1] if len(ranked) > 1 else None
        entry = snapshot.entries[standing.entry]
        text, speech = answer_of(entry)
        why = Why(
            entry.id, snapshot.version, snapshot.sentences[standing.row].text, standing.signs,
            snapshot.entries[rival.entry].id if rival else None, standing.entry == exact,
        )  # fmt: skip
        hits.append(Hit(entry.id, entry.question, text, speech, standing.probability, entry.action, entry.related, why))
    return SearchResult(outcome_of(snapshot, ranked), tuple(hits), snapshot.version)


def outcome_of(snapshot: Snapshot, ranked: Sequence[Ranked]) -> Outcome:
    """By the thresholds of the calibration."""
    best = ranked[0].probability if ranked else 0.0
    if best >= snapshot.calibration.answer:
        return "answer"
    return "choose" if best >= snapshot.calibration.choose else "none"


def asks_something(tokens: Tokens) -> bool:
    """False for nothing, for marks alone, and for a long number, which is no question."""
    key = tokens.key
    return bool(key) and not (key.isdigit() and len(key) >= 6)


def _put_first(ranked: list[Ranked], entry: int) -> list[Ranked]:
    """What is asked word by word is answered so, whatever the rest says."""
    mine = [r for r in ranked if r.entry == entry]
    if not mine:
        return ranked
    sure = Ranked(entry, mine[0].row, mine[0].score, mine[0].signs, max(WORD_BY_WORD, mine[0].probability))
    return [sure, *(r for r in ranked if r.entry != entry)]
