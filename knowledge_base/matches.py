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
#: Sentences touched, for each one wanted, before the first look at the bound; and what looking a candidate up in a
#: part costs, in additions.
_FIRST_LOOK, _LOOK_UP = 8, 10
#: Room for rounding.
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
    """Score of each of `size` sentences: the sum of its parts, divided by `length`. For one question and one thread."""

    def __init__(self, size: int, parts: Sequence[Part], length: float) -> None:
        self.size = size
        self._length = np.float32(length)
        self._few = size <= ALL_UP_TO
        # Rare runs first where not all are added up: they weigh most and are quickly gone through.
        self._parts = parts if self._few else sorted(parts, key=lambda part: len(part.rows))
        #: Sums over the first `_added` parts.
        self._sums = np.zeros(0, dtype=np.float32)
        self._added = 0

    @cached_property
    def all(self) -> Scores:
        """Every score, shape (size,)."""
        out = np.zeros(self.size, dtype=np.float32)
        for part in self._parts:
            _add(out, part)
        return out / self._length

    def __getitem__(self, rows: NDArray[np.integer]) -> Scores:
        """Scores of some sentences, shape (len(rows),)."""
        return self.all[rows] if self._few else self._of(rows) / self._length

    def top(self, count: int, allowed: NDArray[np.bool_] | None = None) -> NDArray[np.intp]:
        """The `count` best above zero among the allowed ones, in no order."""
        if self._few:
            return _best(self.all if allowed is None else np.where(allowed, self.all, -1.0), count)
        parts = self._parts
        most = np.array([part.weight * part.most for part in parts])
        lengths = np.array([len(part.rows) for part in parts])
        if not len(self._sums):
            self._sums = np.zeros(self.size, dtype=np.float32)
        gone, look = int(lengths[: self._added].sum()), _FIRST_LOOK * count
        #: What the least of the best has for sure, and, once nobody else can reach it, who can.
        least, able = 0.0, None
        while self._added < len(parts):
            if able is not None and _LOOK_UP * len(able) * (len(parts) - self._added) < lengths[self._added :].sum():
                # Adding up the rest goes through its sentences one by one; looking one up takes longer for each.
                return able[_best(self._of(able), count)]
            _add(self._sums, parts[self._added])
            gone += int(lengths[self._added])
            self._added += 1
            if gone < look:
                continue
            look = 2 * gone
            rest = float(most[self._added :].sum()) + _MARGIN * float(self._length)
            touched = self._touched(least, allowed) if able is None else able
            if len(touched) >= count:
                least = float(np.partition(self._sums[touched], -count)[-count])
                if rest < least:
                    able = self._touched(least - rest, allowed) if able is None else able
                    able = able[self._sums[able] + rest >= least]
        return _best(self._sums if allowed is None else np.where(allowed, self._sums, -1.0), count)

    def _touched(self, least: float, allowed: NDArray[np.bool_] | None) -> NDArray[np.intp]:
        """Allowed sentences with at least so much by now."""
        if least <= 0.0:
            touched = np.unique(np.concatenate([part.rows for part in self._parts[: self._added]])).astype(np.intp)
            return touched if allowed is None else touched[allowed[touched]]
        enough = self._sums >= np.float32(least)
        return np.flatnonzero(enough if allowed is None else enough & allowed)

    def _of(self, rows: NDArray[np.integer]) -> Scores:
        """Whole sums of some sentences."""
        out = self._sums[rows] if self._added else np.zeros(len(rows), dtype=np.float32)
        wanted = rows.astype(np.int32)
        for part in self._parts[self._added :]:
            if len(part.rows):
                places = np.minimum(np.searchsorted(part.rows, wanted), len(part.rows) - 1)
                has = part.rows[places] == wanted
                out += has * np.float32(part.weight) * (1.0 if part.values is None else part.values[places])
        return out


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
