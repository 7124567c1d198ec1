"""Sparse similarity over runs of one to three tokens; tokens are characters or syllables."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

#: What a run of one, two and three tokens weighs: single characters say little in Chinese.
SIZE_WEIGHTS = (0.6, 1.0, 1.0)

Run = tuple[str, ...]


class NgramIndex:
    """tf-idf cosine of a question with every stored sentence, in [0, 1].

    Runs that no stored sentence has still count in the question's length, so a question about something
    else scores low even where it shares common words. Immutable once built.
    """

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self.size = len(documents)
        counts = [_grams(tokens) for tokens in documents]
        seen: Counter[Run] = Counter()
        for grams in counts:
            seen.update(grams.keys())
        self._columns = {gram: column for column, gram in enumerate(seen)}
        self._idf = np.array([self._rarity(times) for times in seen.values()], dtype=np.float32)
        self._rarest = self._rarity(0)
        sizes = np.array([len(grams) for grams in counts])
        columns = np.array([self._columns[gram] for grams in counts for gram in grams], dtype=np.int32)
        weights = np.array([weight for grams in counts for weight in grams.values()], dtype=np.float32)
        rows = np.repeat(np.arange(self.size), sizes) if self.size else np.zeros(0, dtype=np.int64)
        weights *= self._idf[columns] if len(columns) else 1.0
        lengths = np.sqrt(np.bincount(rows, weights=weights * weights, minlength=self.size)).astype(np.float32)
        weights /= lengths[rows]
        shape = (self.size, max(1, len(self._columns)))
        # Kept by run, so that a question touches only the runs it has.
        self._postings = sparse.csc_matrix((weights, (rows, columns)), shape=shape)

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
        places: defaultdict[Run, list[int]] = defaultdict(list)
        for row, parts in enumerate(documents):
            sizes = range(1, len(SIZE_WEIGHTS) + 1)
            for gram in {run for part in parts for size in sizes for run in _runs(part, size)}:
                places[gram].append(row)
        self._rarest = math.log(self.size + 1) or 1.0
        self._postings = dict(places)

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


def _runs(tokens: Sequence[str], size: int) -> Iterable[Run]:
    return zip(*(tokens[start:] for start in range(size)), strict=False)


def _grams(tokens: Sequence[str]) -> dict[Run, float]:
    """Weight of each run: size weight x (1 + ln count)."""
    found: dict[Run, float] = {}
    for size, weight in enumerate(SIZE_WEIGHTS, 1):
        for run, count in Counter(_runs(tokens, size)).items():
            found[run] = weight if count == 1 else weight * (1.0 + math.log(count))
    return found
