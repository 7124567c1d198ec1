"""Where a question stands in the base: the entry that comes first, how sure it is, and how foreign the question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge_base.encoder import Vectors
from knowledge_base.matching import Tokens
from knowledge_base.ranking import gather, rank
from knowledge_base.search import WORD_BY_WORD, Filters
from knowledge_base.snapshot import Snapshot


@dataclass(frozen=True)
class Standing:
    """`entry` is a position in the snapshot, None where nothing is near.

    `probability` that it answers the question; `meaning` is how alike the nearest sentence of any entry is by
    vectors, `foreign` how alike the nearest text from outside; all about 0..1.
    """

    entry: int | None
    probability: float
    meaning: float
    foreign: float


def standing(
    snapshot: Snapshot,
    tokens: Tokens,
    vector: Vectors,
    allowed: NDArray[np.bool_],
    hidden: Sequence[int] = (),
) -> Standing:
    """Ask one question; `hidden` sentences do not count. `vector` is centred, shape (dimensions,)."""
    evidence = gather(snapshot, tokens, vector, allowed, hidden)
    if not len(evidence.entries):
        return Standing(None, 0.0, 0.0, evidence.question["foreign"])
    first = rank(evidence, snapshot.calibration, 2)[0]
    entry, probability = first.entry, first.probability
    exact = snapshot.by_key.get(tokens.key)
    if exact is not None and allowed[exact] and not _hidden_key(snapshot, tokens, hidden):
        entry, probability = exact, max(WORD_BY_WORD, probability if exact == entry else 0.0)
    return Standing(entry, probability, float(evidence.features[:, 0].max()), first.signs["foreign"])


def usable(snapshot: Snapshot, day: dt.date) -> NDArray[np.bool_]:
    """Entries valid that day, whoever asks."""
    return Filters(None, None, None, day).allowed(snapshot)


def rows_of(snapshot: Snapshot, entry: int, keys: Collection[str]) -> list[int]:
    """Rows of an entry's sentences with one of these keys."""
    rows = range(int(snapshot.starts[entry]), int(snapshot.starts[entry + 1]))
    return [row for row in rows if snapshot.sentences[row].tokens.key in keys]


def _hidden_key(snapshot: Snapshot, tokens: Tokens, hidden: Sequence[int]) -> bool:
    return any(snapshot.sentences[row].tokens.key == tokens.key for row in hidden)
