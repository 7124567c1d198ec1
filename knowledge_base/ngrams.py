"""Sparse similarity over runs of one to three tokens; tokens are characters or syllables.

Tokens get numbers, runs of up to three tokens are packed into one 64-bit code, and all counting is done by
sorting codes: thousands of sentences are indexed in a fraction of a second, and each index is immutable.
"""

from __future__ import annotations

import itertools
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
#: Postings worked on together where all would take gigabytes.
_AT_A_TIME = 1 << 23
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
        """All tokens as numbers with a 0 after each document, and the document of each place.

        A document that is a string has its characters for tokens; none of them may be the null character.
        """
        found = list(documents)
        lengths = np.fromiter(map(len, found), dtype=np.int64, count=len(found)) + 1
        places = np.repeat(np.arange(len(found), dtype=np.int32), lengths)
        if all(isinstance(tokens, str) for tokens in found):
            # Never as single characters: each would be an object of its own, and millions of them gigabytes.
            text = "\0".join([*found, ""])  # type: ignore[list-item]
            self._number(token for token in dict.fromkeys(text) if token != "\0")
            table = np.zeros(0x110000, dtype=np.int64)
            table[[ord(token) for token in self._known]] = list(self._known.values())
            return table[np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)], places
        flat: list[str | None] = []
        for tokens in found:
            flat.extend(tokens)
            flat.append(None)
        self._number(token for token in dict.fromkeys(flat) if token is not None)
        numbers: dict[Any, int] = {None: 0, **self._known}
        return np.fromiter(map(numbers.__getitem__, flat), dtype=np.int64, count=len(flat)), places

    def _number(self, tokens: Iterable[str]) -> None:
        self._known = {token: min(number, _MOST_TOKENS) for number, token in enumerate(tokens, 1)}

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
        self._codes, self._starts, rows, counts = _postings(numbers, places, self._numbers.bits, self.size)
        times = np.diff(self._starts)
        self._idf = _rarity(self.size, times)
        self._rarest = float(_rarity(self.size, np.zeros(1))[0])
        sizes = _SIZE_OF[_size_of(self._codes, self._numbers.bits) - 1]
        often = (1.0 + np.log(np.arange(1, counts.max(initial=0) + 1))).astype(np.float32)
        weights = np.repeat(sizes, times) * often[counts - 1]
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
        squares = np.zeros(count, dtype=np.float64)
        # Some runs at a time: all of them would take gigabytes.
        bounds = np.searchsorted(self._starts, np.arange(0, len(self._rows), _AT_A_TIME))
        for begin, end in itertools.pairwise([*np.unique(bounds).tolist(), len(self._codes)]):
            part = slice(self._starts[begin], self._starts[end])
            mine = owners[self._rows[part]]
            columns = np.repeat(np.arange(begin, end, dtype=np.int32), np.diff(self._starts[begin : end + 1]))
            first = np.flatnonzero(_changes(columns) | _changes(mine))
            sums = np.add.reduceat(self._values[part], first)
            squares += np.bincount(mine[first], weights=sums * sums, minlength=count)
        return np.maximum(np.sqrt(squares), 1e-6).astype(np.float32)


class CoverIndex:
    """How much of a question an entry's own words cover, rare runs counting more; in [0, 1]. Immutable."""

    def __init__(self, documents: Sequence[Sequence[Sequence[str]]]) -> None:
        """`documents`: for each entry, the token sequences it is made of."""
        self.size = len(documents)
        owners = np.repeat(np.arange(self.size, dtype=np.int32), [len(parts) for parts in documents])
        self._numbers = _Numbers()
        numbers, places = self._numbers.learn(part for parts in documents for part in parts)
        self._codes, self._starts, self._rows, _ = _postings(numbers, owners[places], self._numbers.bits, self.size)
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


def _runs(numbers: Codes, places: Rows, bits: int, size: int) -> tuple[Codes, Rows]:
    """Codes of all runs of `size` tokens that do not cross a 0, and the document of each."""
    parts = [numbers[start : len(numbers) - size + 1 + start] for start in range(size)]
    code, whole = parts[0].copy(), parts[0] > 0
    for part in parts[1:]:
        code <<= bits
        code |= part
        whole &= part > 0
    return code[whole], places[: len(code)][whole]


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


def _postings(
    numbers: Codes, places: Rows, bits: int, size: int
) -> tuple[Codes, NDArray[np.int64], Rows, NDArray[np.int32]]:
    """Distinct codes, where each one's documents start, these documents in order, and how often it is in each."""
    # A longer run's code is greater than any shorter one's, so that sizes can be sorted one after the other.
    sorted_ = [_sorted(*_runs(numbers, places, bits, run), size) for run in range(1, len(SIZE_WEIGHTS) + 1)]
    codes, rows, counts = (np.concatenate([part[which] for part in sorted_]) for which in range(3))
    starts = np.flatnonzero(_changes(codes))
    return codes[starts], np.append(starts, len(codes)), rows, counts


def _sorted(codes: Codes, rows: Rows, size: int) -> tuple[Codes, Rows, NDArray[np.int32]]:
    """Each pair of code and document once, in order, and how often it was there."""
    width = max(1, size).bit_length()
    if len(codes) and int(codes.max()).bit_length() + width < 63:
        # Both in one number: sorting numbers is many times faster than sorting places, and needs no room.
        codes = (codes << width) | rows
        codes.sort()
        first = np.flatnonzero(_changes(codes))
        counts = np.diff(first, append=len(codes)).astype(np.int32)
        codes = codes[first]
        return codes >> width, (codes & ((1 << width) - 1)).astype(np.int32), counts
    order = np.lexsort((rows, codes))
    codes, rows = codes[order], rows[order]
    first = np.flatnonzero(_changes(codes) | _changes(rows))
    return codes[first], rows[first], np.diff(first, append=len(codes)).astype(np.int32)


def _changes(values: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Where a value differs from the one before; the first does."""
    changed = np.ones(len(values), dtype=bool)
    changed[1:] = values[1:] != values[:-1]
    return changed


def _rarity(size: int, times: NDArray) -> NDArray[np.float32]:  # type: ignore[type-arg]
    return (np.log((size + 1) / (times + 1)) + 1.0).astype(np.float32)
