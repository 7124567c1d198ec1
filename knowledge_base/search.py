"""One question against one snapshot: three similarities, fused, turned into a probability and an outcome."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from knowledge_base.calibration import CHANNELS, Calibration
from knowledge_base.encoder import Vectors
from knowledge_base.entry import Entry
from knowledge_base.matching import Tokens
from knowledge_base.snapshot import Snapshot

Outcome = Literal["answer", "choose", "none"]
#: Sentences taken from each index before fusion.
CANDIDATES = 96
#: A lead greater than this says no more; so a base of one entry is not sure of everything.
MARGIN_LIMIT = 0.3
_FAR = -1.0


@dataclass(frozen=True)
class Why:
    """Why an entry was found: the sentence that matched best and its similarities, each about 0 to 1.

    `support` is the mean fused similarity of the entry's three best sentences; `margin` is how far the entry
    stands above the best other one, below zero where that one is better; `runner_up` is its id.
    """

    entry_id: str
    version: str
    sentence: str
    vector: float
    chars: float
    sounds: float
    fused: float
    support: float
    margin: float
    runner_up: str | None


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
        """Plain data for JSON."""
        hits = [asdict(hit) for hit in self.hits]
        for hit in hits:
            hit["probability"] = round(hit["probability"], 4)
            if why:
                hit["why"] = {k: round(v, 4) if isinstance(v, float) else v for k, v in hit["why"].items()}
            else:
                del hit["why"]
        return {"outcome": self.outcome, "version": self.version, "hits": hits}


@dataclass(frozen=True)
class Ranked:
    """One entry's standing: `features` has every name of `calibration.FEATURES`."""

    entry: int
    row: int
    fused: float
    features: dict[str, float]
    probability: float


@dataclass(frozen=True)
class Filters:
    """Who asks, where and when; None means not filtered, "" means not known."""

    channel: str | None
    region: str | None
    segment: str | None
    day: dt.date

    def allowed(self, snapshot: Snapshot) -> NDArray[np.bool_]:
        """Which sentences may be used."""
        entries = [
            entry.applies(self.channel, self.region, self.segment, self.day) for entry in snapshot.entries
        ]
        return np.array(entries, dtype=bool)[snapshot.owners]


def search(
    snapshot: Snapshot,
    tokens: Tokens,
    vector: Vectors | None,
    filters: Filters,
    limit: int,
    answer_of: Callable[[Entry], tuple[str, str]],
) -> SearchResult:
    """Find what answers a question.

    `vector` is the question's own, shape (1, dimensions), None where no encoder could be had (characters and
    sounds then decide alone). `answer_of` gives an entry's rendered text and speech.
    """
    if not snapshot.sentences or not asks_something(tokens):
        return SearchResult("none", (), snapshot.version)
    ranked = rank(snapshot, tokens, vector, filters.allowed(snapshot))[: max(2, limit)]
    hits = []
    for place, standing in enumerate(ranked[:limit]):
        others = [other for position, other in enumerate(ranked) if position != place]
        entry = snapshot.entries[standing.entry]
        text, speech = answer_of(entry)
        why = Why(
            entry.id, snapshot.version, snapshot.sentences[standing.row].text,
            standing.features["vector"], standing.features["chars"], standing.features["sounds"],
            standing.fused, standing.features["support"], standing.features["margin"],
            snapshot.entries[others[0].entry].id if others else None,
        )  # fmt: skip
        hits.append(
            Hit(
                entry.id, entry.question, text, speech, standing.probability, entry.action, entry.related, why
            )
        )
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


def rank(
    snapshot: Snapshot, tokens: Tokens, vector: Vectors | None, allowed: NDArray[np.bool_]
) -> list[Ranked]:
    """Entries by fused similarity, best first; only sentences with `allowed` count."""
    chars = snapshot.chars.scores(tokens.chars)
    sounds = snapshot.sounds.scores(tokens.sounds)
    rows = [_best(chars, allowed), _best(sounds, allowed)]
    query = None if vector is None else snapshot.centred(vector)
    if query is not None:
        near = snapshot.faiss.search(query, min(CANDIDATES, snapshot.faiss.ntotal))[1][0]
        near = near[allowed[near]]
        # Where a filter took most of the nearest away, look at all that it left.
        rows.append(near if len(near) >= CANDIDATES // 4 else np.flatnonzero(allowed))
    candidates = np.unique(np.concatenate(rows))
    if not len(candidates):
        return []
    if query is None:
        # Without an encoder the spelling stands in for the meaning.
        vectors = (chars[candidates] + sounds[candidates]) / 2
    else:
        vectors = np.maximum(snapshot.vectors[candidates] @ query[0], 0.0)
    return rank_rows(snapshot, candidates, np.stack([vectors, chars[candidates], sounds[candidates]], axis=1))


def rank_rows(
    snapshot: Snapshot,
    rows: NDArray[np.intp],
    similarities: NDArray[np.floating],
    calibration: Calibration | None = None,
) -> list[Ranked]:
    """Entries of the given sentences, best first; `similarities` is (len(rows), 3), ordered as CHANNELS."""
    calibration = calibration or snapshot.calibration
    fused = similarities @ np.array([calibration.weights[name] for name in CHANNELS])
    best: dict[int, list[int]] = {}
    for position in np.argsort(-fused, kind="stable"):
        best.setdefault(int(snapshot.owners[rows[position]]), []).append(int(position))
    order = list(best.items())
    standings = []
    for place, (entry, positions) in enumerate(order):
        first = positions[0]
        rival = 0 if place else 1
        against = fused[order[rival][1][0]] if rival < len(order) else 0.0
        features = dict(zip(CHANNELS, map(float, similarities[first]), strict=True))
        features["margin"] = float(np.clip(fused[first] - against, -MARGIN_LIMIT, MARGIN_LIMIT))
        features["support"] = float(np.mean(fused[positions[:3]]))
        standings.append(
            Ranked(entry, int(rows[first]), float(fused[first]), features, calibration.probability(features))
        )
    return standings


def _best(scores: NDArray[np.float32], allowed: NDArray[np.bool_]) -> NDArray[np.intp]:
    scores = np.where(allowed, scores, _FAR)
    count = min(CANDIDATES, len(scores))
    top = np.argpartition(-scores, count - 1)[:count]
    return top[scores[top] > 0]
