"""Sparse similarity over runs of one to three tokens; tokens are characters or syllables.

Tokens get numbers, runs of up to three tokens are packed into one 64-bit code, and all counting is done by
sorting codes: thousands of sentences are indexed in a fraction of a second, and each index is immutable.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge_base.matches import Matches, Part

#: What a run of one, two and three tokens weighs: single characters say little in Chinese.
SIZE_WEIGHTS = (0.6, 1.0, 1.0)
#: Three numbers fit in 63 bits.
_MOST_TOKENS = (1 << 21) - 2
_SIZE_OF = np.array(SIZE_WEIGHTS, dtype=np.float32)

Codes = NDArray[np.int64]
Rows = NDArray[np.int32]


class _Numbers:
    """A number from 1 for each token of an index; 0 stands for any other token."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    @property
    def bits(self) -> int:
        """That any number takes."""
        return min(len(self._known), _MOST_TOKENS).bit_length()

    def learn(self, documents: Iterable[Sequence[str]]) -> tuple[Codes, Rows]:
        """All tokens as numbers with a 0 after each document, and the document of each place."""
        flat: list[str | None] = []
        lengths: list[int] = []
        for tokens in documents:
            flat.extend(tokens)
            flat.append(None)
            lengths.append(len(tokens) + 1)
        tokens_met = (token for token in dict.fromkeys(flat) if token is not None)
        self._known = {token: min(number, _MOST_TOKENS) for number, token in enumerate(tokens_met, 1)}
        numbers: dict[Any, int] = {None: 0, **self._known}
        return (
            np.fromiter(map(numbers.__getitem__, flat), dtype=np.int64, count=len(flat)),
            np.repeat(np.arange(len(lengths), dtype=np.int32), lengths),
        )

    def of(self, tokens: Sequence[str]) -> Codes:
        """Numbers of a question's tokens. Unknown ones get 0 there too, so their runs are not found."""
        return np.array([self._known.get(token, 0) for token in tokens], dtype=np.int64)


class NgramIndex:
    """tf-idf cosine of a question with every stored sentence, in [0, 1].

    Runs that no stored sentence has still count in the question's length, so a question about something
    else scores low even where it shares common words. Immutable once built.
    """

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self.size = len(documents)
        self._numbers = _Numbers()
        numbers, places = self._numbers.learn(documents)
        self._codes, self._starts, rows, counts = _postings(*_runs(numbers, places, self._numbers.bits), self.size)
        times = np.diff(self._starts)
        self._idf = _rarity(self.size, times)
        self._rarest = float(_rarity(self.size, np.zeros(1))[0])
        sizes = _SIZE_OF[_size_of(self._codes, self._numbers.bits) - 1]
        weights = np.repeat(sizes, times) * (1.0 + np.log(counts)).astype(np.float32)
        weights *= np.repeat(self._idf, times)
        lengths = np.sqrt(np.bincount(rows, weights=weights * weights, minlength=self.size)).astype(np.float32)
        weights /= lengths[rows]
        # Kept by run, so that a question touches only the runs it has.
        self._rows, self._values = rows, weights
        #: Greatest value of each run, which bounds what it can add.
        self._most = np.maximum.reduceat(weights, self._starts[:-1]) if len(weights) else weights

    def match(self, tokens: Sequence[str]) -> Matches:
        """Similarity with each stored sentence."""
        weights, columns = _question(tokens, self._numbers, self._codes)
        idf = np.where(columns >= 0, self._idf[columns] if len(self._idf) else self._rarest, self._rarest)
        weights = weights * idf
        parts = []
        for column, weight in zip(columns.tolist(), weights.tolist(), strict=True):
            if column >= 0:
                part = slice(self._starts[column], self._starts[column + 1])
                parts.append(Part(self._rows[part], self._values[part], weight, float(self._most[column])))
        return Matches(self.size, parts, math.sqrt(float(weights @ weights)) or 1.0)

    def scores(self, tokens: Sequence[str]) -> NDArray[np.float32]:
        """`match` for every sentence, shape (size,)."""
        return self.match(tokens).all

    def sum_lengths(self, owners: NDArray[np.integer], count: int) -> NDArray[np.float32]:
        """Length of the sum of each owner's sentences, shape (count,); `owners` ascend with the sentences."""
        if not len(self._rows):
            return np.ones(count, dtype=np.float32)
        mine = owners[self._rows]
        columns = np.repeat(np.arange(len(self._codes)), np.diff(self._starts))
        first = np.flatnonzero(_changes(columns) | _changes(mine))
        sums = np.add.reduceat(self._values, first)
        lengths = np.sqrt(np.bincount(mine[first], weights=sums * sums, minlength=count))
        return np.maximum(lengths, 1e-6).astype(np.float32)


class CoverIndex:
    """How much of a question an entry's own words cover, rare runs counting more; in [0, 1]. Immutable."""

    def __init__(self, documents: Sequence[Sequence[Sequence[str]]]) -> None:
        """`documents`: for each entry, the token sequences it is made of."""
        self.size = len(documents)
        owners = np.repeat(np.arange(self.size, dtype=np.int32), [len(parts) for parts in documents])
        self._numbers = _Numbers()
        numbers, places = self._numbers.learn(part for parts in documents for part in parts)
        codes, rows = _runs(numbers, places, self._numbers.bits)
        self._codes, self._starts, self._rows, _ = _postings(codes, owners[rows], self.size)
        self._rarest = math.log(self.size + 1) or 1.0

    def match(self, tokens: Sequence[str]) -> Matches:
        """Share of the question covered by each entry."""
        weights, columns = _question(tokens, self._numbers, self._codes)
        parts = []
        for column, weight in zip(columns.tolist(), weights.tolist(), strict=True):
            if column >= 0:
                rows = self._rows[self._starts[column] : self._starts[column + 1]]
                parts.append(Part(rows, None, weight * math.log((self.size + 1) / (len(rows) + 1)), 1.0))
        return Matches(self.size, parts, float(weights.sum()) * self._rarest or 1.0)

    def scores(self, tokens: Sequence[str]) -> NDArray[np.float32]:
        """`match` for every entry, shape (size,)."""
        return self.match(tokens).all


def _runs(numbers: Codes, places: Rows, bits: int) -> tuple[Codes, Rows]:
    """Codes of all runs of one to three tokens that do not cross a 0, and the document of each."""
    codes, rows = [numbers], [places]
    for size in range(2, len(SIZE_WEIGHTS) + 1):
        parts = [numbers[start : len(numbers) - size + 1 + start] for start in range(size)]
        code = parts[0].copy()
        whole = parts[0] > 0
        for part in parts[1:]:
            code = (code << bits) | part
            whole &= part > 0
        codes.append(np.where(whole, code, 0))
        rows.append(places[: len(code)])
    joined, owners = np.concatenate(codes), np.concatenate(rows)
    kept = joined > 0
    return joined[kept], owners[kept]


def _question(
    tokens: Sequence[str], known: _Numbers, codes: Codes
) -> tuple[NDArray[np.float32], Codes]:
    """For each distinct run of a question: size weight x (1 + ln count), and its column, -1 where not stored."""
    numbers, bits = known.of(tokens), known.bits
    found: dict[tuple[int, object], int] = {}
    for size in range(1, len(SIZE_WEIGHTS) + 1):
        for start in range(len(tokens) - size + 1):
            # Runs with an unknown token are told apart by their text: each counts in the length.
            packed = 0
            for number in numbers[start : start + size].tolist():
                packed = -1 if packed < 0 or number == 0 else (packed << bits) | number
            key = (size, packed if packed > 0 else tuple(tokens[start : start + size]))
            found[key] = found.get(key, 0) + 1
    weights = np.array([SIZE_WEIGHTS[size - 1] * (1.0 + math.log(n)) for (size, _), n in found.items()], np.float32)
    wanted = np.array([code if isinstance(code, int) else -1 for _, code in found], dtype=np.int64)
    if not len(codes) or not len(wanted):
        return weights, np.full(len(wanted), -1, dtype=np.int64)
    places = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
    return weights, np.where(codes[places] == wanted, places, -1)


def _size_of(codes: Codes, bits: int) -> Codes:
    """How many tokens a run has."""
    return 1 + (codes >> bits > 0).astype(np.int64) + (codes >> 2 * bits > 0)


def _postings(codes: Codes, rows: Rows, size: int) -> tuple[Codes, NDArray[np.int64], Rows, Codes]:
    """Distinct codes, where each one's documents start, these documents in order, and how often it is in each."""
    width = max(1, size).bit_length()
    if len(codes) and int(codes.max()).bit_length() + width < 63:
        # Both in one number: sorting numbers is many times faster than sorting places, and needs no room.
        packed = (codes << width) | rows
        packed.sort()
        codes, rows = packed >> width, (packed & ((1 << width) - 1)).astype(np.int32)
    else:
        order = np.lexsort((rows, codes))
        codes, rows = codes[order], rows[order]
    first = np.flatnonzero(_changes(codes) | _changes(rows))
    counts = np.diff(first, append=len(codes))
    codes, rows = codes[first], rows[first]
    starts = np.flatnonzero(_changes(codes))
    return codes[starts], np.append(starts, len(codes)), rows, counts


def _changes(values: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Where a value differs from the one before; the first does."""
    changed = np.ones(len(values), dtype=bool)
    changed[1:] = values[1:] != values[:-1]
    return changed


def _rarity(size: int, times: NDArray) -> NDArray[np.float32]:  # type: ignore[type-arg]
    return (np.log((size + 1) / (times + 1)) + 1.0).astype(np.float32)
