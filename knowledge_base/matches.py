"""What one question has in common with every stored sentence, worked out only where it matters.

A question of twenty characters shares a common one with a third of all sentences. Up to some ten thousands it is
quickest to add everything up. Above, its rare runs settle which sentences can be among the best: a run can add at
most its weight times its greatest value, and once all that is left could not lift another sentence to the best
ones, the rest is added for the few candidates only. Both ways give the same scores and, but for ties, the same
sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Sentences up to which everything is added up.
ALL_UP_TO = 30_000
_MARGIN = 1e-5

Scores = NDArray[np.float32]


class Part(NamedTuple):
    """One run of a question: the sentences that have it in ascending order, the value in each (None: 1), the weight
    it has in the question, and the greatest of the values."""

    rows: NDArray[np.int32]
    values: Scores | None
    weight: float
    most: float


class Matches:
    """Score of each of `size` sentences: the sum of its parts, divided by `length`."""

    def __init__(self, size: int, parts: Sequence[Part], length: float) -> None:
        self.size = size
        self._parts = parts
        self._length = np.float32(length)
        self._few = size <= ALL_UP_TO

    @cached_property
    def all(self) -> Scores:
        """Every score, shape (size,)."""
        out = np.zeros(self.size, dtype=np.float32)
        for part in self._parts:
            _add(out, part)
        return out / self._length

    def __getitem__(self, rows: NDArray[np.integer]) -> Scores:
        """Scores of some sentences, shape (len(rows),)."""
        if self._few:
            return self.all[rows]
        wanted = rows.astype(np.int32)
        out = np.zeros(len(wanted), dtype=np.float32)
        for part in self._parts:
            if len(part.rows):
                places = np.minimum(np.searchsorted(part.rows, wanted), len(part.rows) - 1)
                has = part.rows[places] == wanted
                out += has * np.float32(part.weight) * (1.0 if part.values is None else part.values[places])
        return out / self._length

    def top(self, count: int, allowed: NDArray[np.bool_] | None = None) -> NDArray[np.intp]:
        """The `count` best above zero among the allowed ones, in no order."""
        if self._few:
            return _best(self.all if allowed is None else np.where(allowed, self.all, -1.0), count)
        # Rare runs first: they weigh most and are quickly gone through.
        parts = sorted(self._parts, key=lambda part: len(part.rows))
        left = np.cumsum([0.0, *(part.weight * part.most for part in reversed(parts))])[::-1]
        out = np.zeros(self.size, dtype=np.float32)
        gone, looked = 0, 0
        for number, part in enumerate(parts):
            _add(out, part)
            gone += len(part.rows)
            # A look goes through what was touched: one each time that has doubled.
            if gone < max(count, 2 * looked) or number + 1 == len(parts):
                continue
            looked = gone
            touched = np.flatnonzero(out)
            if allowed is not None:
                touched = touched[allowed[touched]]
            if len(touched) < count:
                continue
            sure = np.partition(out[touched], -count)[-count]
            rest = left[number + 1] + _MARGIN * float(self._length)
            if rest < sure:
                able = touched[out[touched] + rest >= sure]
                return able[_best(self[able], count)]
        scores = out / self._length
        return _best(scores if allowed is None else np.where(allowed, scores, -1.0), count)


def mean(one: Matches, other: Matches) -> Matches:
    """The mean of two scores of the same sentences."""
    if one._few:
        joined = Matches(one.size, (), 1.0)
        joined.__dict__["all"] = (one.all + other.all) / 2
        return joined
    parts = [p._replace(weight=p.weight / (2 * float(m._length))) for m in (one, other) for p in m._parts]
    return Matches(one.size, parts, 1.0)


def _add(out: Scores, part: Part) -> None:
    out[part.rows] += np.float32(part.weight) if part.values is None else part.weight * part.values


def _best(scores: Scores, count: int) -> NDArray[np.intp]:
    count = min(count, len(scores))
    if not count:
        return np.zeros(0, dtype=np.intp)
    top = np.argpartition(-scores, count - 1)[:count]
    return top[scores[top] > 0]
