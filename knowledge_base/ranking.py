"""What is known of each entry for a question, and the order this puts them in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Union

import numpy as np
from numpy.typing import NDArray

from knowledge_base.calibration import FEATURES, LEAD_LIMIT, Calibration
from knowledge_base.encoder import Vectors, unit
from knowledge_base.matches import Matches, mean
from knowledge_base.matching import Tokens
from knowledge_base.snapshot import Snapshot

#: Sentences taken from each sentence index, and entries from each entry index, before the exact ranking.
NEAR_SENTENCES = 96
NEAR_ENTRIES = 32
#: Sentences of an entry that count for `several`.
_SEVERAL = 3
#: How the three similarities of a sentence add up when its entry's best one is sought.
_SENTENCE_WEIGHTS = np.array([0.6, 0.2, 0.2], dtype=np.float32)
_FAR = -1.0

Scores = Union[NDArray[np.floating], Matches]


@dataclass(frozen=True)
class Evidence:
    """Of n entries: their positions, the row of each one's best sentence, and (n, len(FEATURES)) features.

    `question` has what is known of the question itself: the sign `foreign`.
    """

    entries: NDArray[np.intp]
    rows: NDArray[np.intp]
    features: NDArray[np.float32]
    question: dict[str, float]


@dataclass(frozen=True)
class Ranked:
    """One entry's standing: `signs` has every name of `calibration.SIGNS`."""

    entry: int
    row: int
    score: float
    signs: dict[str, float]
    probability: float


def gather(
    snapshot: Snapshot,
    tokens: Tokens,
    vector: Vectors | None,
    allowed: NDArray[np.bool_],
    hidden: Sequence[int] = (),
) -> Evidence:
    """The entries worth ranking and what is known of them.

    `vector` is the question's own and centred, shape (dimensions,), None where no encoder could be had: then
    spelling stands in for meaning. `allowed` tells which entries may be used; `hidden` sentences do not count
    (calibration asks a question while it is hidden).
    """
    chars, sounds = snapshot.chars.match(tokens.chars), snapshot.sounds.match(tokens.sounds)
    keywords = mean(snapshot.keyword_chars.match(tokens.chars), snapshot.keyword_sounds.match(tokens.sounds))
    body = mean(snapshot.body_chars.match(tokens.chars), snapshot.body_sounds.match(tokens.sounds))
    rows = [chars.top(NEAR_SENTENCES), sounds.top(NEAR_SENTENCES)]
    found = [matches.top(NEAR_ENTRIES, allowed) for matches in (keywords, body)]
    if vector is not None:
        rows.append(snapshot.near.top(vector, NEAR_SENTENCES))
        # Some of the nearest may not be allowed here; so more are asked for than are wanted.
        found.append(snapshot.gists.top(vector, 2 * NEAR_ENTRIES))
    entries = np.unique(np.concatenate([snapshot.owners[np.concatenate(rows)], *found]))
    entries = entries[allowed[entries]]
    gist = keywords[entries] if vector is None else snapshot.gists.dot(entries, vector)
    question = {
        "foreign": 0.0 if vector is None else float((snapshot.outside @ vector).max(initial=0.0)),
    }
    parts = _evidence(snapshot, entries.astype(np.intp), vector, chars, sounds, gist, keywords, body, hidden)
    return Evidence(*parts, question)


def _evidence(
    snapshot: Snapshot,
    entries: NDArray[np.intp],
    vector: Vectors | None,
    chars: Scores,
    sounds: Scores,
    gist: Scores,
    keywords: Scores,
    body: Scores,
    hidden: Sequence[int],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    starts, ends = snapshot.starts[entries], snapshot.starts[entries + 1]
    rows = np.concatenate([np.arange(a, b) for a, b in zip(starts, ends, strict=True)] or [np.zeros(0, np.intp)])
    if not len(rows):
        return entries[:0], rows.astype(np.intp), np.zeros((0, len(FEATURES)), dtype=np.float32)
    spelling = (chars[rows] + sounds[rows]) / 2
    likeness = None if vector is None else snapshot.vectors[rows] @ vector
    meaning = spelling if likeness is None else np.maximum(likeness, 0.0)
    similar = np.stack([meaning, chars[rows], sounds[rows]], axis=1)
    fused = similar @ _SENTENCE_WEIGHTS
    offsets = np.concatenate([[0], np.cumsum(ends - starts)[:-1]])
    # A theme is the direction of the sum of an entry's sentences; so its likeness is the sum of theirs by its length.
    themes = None if likeness is None else np.add.reduceat(likeness, offsets) / snapshot.theme_lengths[entries]
    heard = np.isin(rows, hidden, invert=True)
    # The same for its words, by characters and by sounds.
    wording = (
        np.add.reduceat(similar[:, 1] * heard, offsets) / snapshot.char_lengths[entries]
        + np.add.reduceat(similar[:, 2] * heard, offsets) / snapshot.sound_lengths[entries]
    ) / 2
    if len(hidden):
        fused[~heard] = _FAR
        if vector is not None and themes is not None:
            _hide_from_themes(snapshot, entries, vector, themes, hidden)
    # Rows of each entry side by side, short entries filled up, so that one sort ranks the sentences of all.
    widest = int((ends - starts).max())
    places = offsets[:, None] + np.arange(widest)
    inside = np.arange(widest) < (ends - starts)[:, None]
    table = np.where(inside, fused[np.where(inside, places, 0)], _FAR)
    best = offsets + table.argmax(axis=1)
    several = np.sort(np.maximum(table, 0.0), axis=1)[:, -_SEVERAL:].mean(axis=1)
    shown = fused[best] > _FAR / 2
    entries, best, gist = entries[shown], best[shown], gist[shown]
    found = similar[best]
    theme = found[:, 0] if themes is None else themes[shown]
    same = np.maximum(0.0, (found[:, 1] + found[:, 2]) - 1.0)
    features = np.column_stack([found, same, several[shown], theme, wording[shown], gist, keywords[entries], body[entries]])
    return entries, rows[best].astype(np.intp), np.maximum(features, 0.0).astype(np.float32)


def _hide_from_themes(
    snapshot: Snapshot,
    entries: NDArray[np.intp],
    vector: Vectors,
    themes: NDArray[np.floating],
    hidden: Sequence[int],
) -> None:
    """Take hidden sentences out of the themes of their entries, in place."""
    for owner in set(snapshot.owners[list(hidden)].tolist()):
        place = np.flatnonzero(entries == owner)
        if len(place):
            gone = [row for row in hidden if snapshot.owners[row] == owner]
            mine = range(int(snapshot.starts[owner]), int(snapshot.starts[owner + 1]))
            left = snapshot.vectors[[row for row in mine if row not in gone]].sum(axis=0)
            themes[place] = (unit(left[None, :]) @ vector)[0]


def rank(evidence: Evidence, calibration: Calibration, limit: int) -> list[Ranked]:
    """The best `limit` entries, best first, each with the chance that it answers the question."""
    scores = calibration.rank(evidence.features)
    order = np.argsort(-scores, kind="stable")
    standings = []
    for place, index in enumerate(order[:limit]):
        signs = signs_of(evidence, scores, order, place)
        standings.append(
            Ranked(
                int(evidence.entries[index]),
                int(evidence.rows[index]),
                float(scores[index]),
                signs,
                calibration.probability(signs),
            )
        )
    return standings


def signs_of(evidence: Evidence, scores: NDArray[np.float64], order: NDArray[np.intp], place: int) -> dict[str, float]:
    """Features of the entry at `place`, and its lead over the best other one (below zero if that is ahead)."""
    index = order[place]
    rival = order[0] if place else order[1] if len(order) > 1 else None
    lead = scores[index] - (scores[rival] if rival is not None else 0.0)
    signs = dict(zip(FEATURES, map(float, evidence.features[index]), strict=True))
    signs |= evidence.question
    signs["lead"] = float(np.clip(lead, -LEAD_LIMIT, LEAD_LIMIT))
    return signs
