"""Sparse similarity over runs of one to three tokens; tokens are characters or syllables."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

#: What a run of one, two and three tokens weighs: single characters say little in Chinese.
SIZE_WEIGHTS = (0.6, 1.0, 1.0)


class NgramIndex:
    """tf-idf cosine of a question with every stored sentence, in [0, 1].

    Runs that no stored sentence has still count in the question's length, so a question about something
    else scores low even where it shares common words. Immutable once built.
    """

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self.size = len(documents)
        counts = [_grams(tokens) for tokens in documents]
        seen: Counter[str] = Counter()
        for grams in counts:
            seen.update(grams.keys())
        self._columns = {gram: column for column, gram in enumerate(seen)}
        self._idf = np.array([self._rarity(times) for times in seen.values()], dtype=np.float32)
        self._rarest = self._rarity(0)
        rows, columns, weights = [], [], []
        for row, grams in enumerate(counts):
            pairs = [(self._columns[gram], weight * self._idf[self._columns[gram]]) for gram, weight in grams.items()]
            length = math.sqrt(sum(weight * weight for _, weight in pairs)) or 1.0
            for column, weight in pairs:
                rows.append(row)
                columns.append(column)
                weights.append(weight / length)
        shape = (self.size, max(1, len(self._columns)))
        # Kept by run, so that a question touches only the runs it has.
        self._postings = sparse.csc_matrix((np.array(weights, dtype=np.float32), (rows, columns)), shape=shape)

    def scores(self, tokens: Sequence[str]) -> NDArray[np.float32]:
        """Similarity with each stored sentence, shape (size,)."""
        out = np.zeros(self.size, dtype=np.float32)
        grams = _grams(tokens)
        length = 0.0
        starts, rows, values = self._postings.indptr, self._postings.indices, self._postings.data
        for gram, weight in grams.items():
            column = self._columns.get(gram)
            weight *= float(self._idf[column]) if column is not None else self._rarest
            length += weight * weight
            if column is not None:
                part = slice(starts[column], starts[column + 1])
                out[rows[part]] += weight * values[part]
        return out / np.float32(math.sqrt(length) or 1.0)

    def _rarity(self, times: int) -> float:
        return math.log((self.size + 1) / (times + 1)) + 1.0


class CoverIndex:
    """How much of a question an entry's own words cover, rare runs counting more; in [0, 1]. Immutable."""

    def __init__(self, documents: Sequence[Sequence[Sequence[str]]]) -> None:
        """`documents`: for each entry, the token sequences it is made of."""
        self.size = len(documents)
        places: dict[str, list[int]] = {}
        for row, parts in enumerate(documents):
            for gram in set().union(*(_grams(part).keys() for part in parts)) if parts else ():
                places.setdefault(gram, []).append(row)
        self._rarest = math.log(self.size + 1) or 1.0
        self._postings = {gram: np.array(rows, dtype=np.int32) for gram, rows in places.items()}

    def scores(self, tokens: Sequence[str]) -> NDArray[np.float32]:
        """Share of the question covered by each entry, shape (size,)."""
        out = np.zeros(self.size, dtype=np.float32)
        total = 0.0
        for gram, weight in _grams(tokens).items():
            total += weight * self._rarest
            rows = self._postings.get(gram)
            if rows is not None:
                out[rows] += weight * math.log((self.size + 1) / (len(rows) + 1))
        return out / np.float32(total or 1.0)


def _grams(tokens: Sequence[str]) -> dict[str, float]:
    """Weight of each run: size weight x (1 + ln count)."""
    found: Counter[str] = Counter()
    for size in range(1, len(SIZE_WEIGHTS) + 1):
        for start in range(len(tokens) - size + 1):
            found["\x1f".join(tokens[start : start + size])] += 1
    return {gram: SIZE_WEIGHTS[gram.count("\x1f")] * (1.0 + math.log(count)) for gram, count in found.items()}
