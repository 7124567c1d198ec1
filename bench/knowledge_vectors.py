"""Vectors for more entries than an encoder embeds in an evening, with the geometry of those it did embed.

A sentence gets the vector of a real variant of the same entry, moved a little in a direction in which real vectors
differ: half the difference of two others, say. How far is chosen so that two sentences moved from one vector are
as like as a real sentence and its nearest neighbour.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge_base.encoder import Encoder, Vectors, unit

_SEEN = 2000
_CHUNK = 50_000


class PerturbedEncoder:
    """Stored sentences get moved pool vectors, questions the real encoder's. The same text, the same vector.

    `pool` is (n, dimensions) of real vectors. `keys` are the sorted hashes of the texts that will be stored and
    `rows` the pool row of each; other texts get any row.
    """

    symmetric = False

    def __init__(self, real: Encoder, pool: Vectors, keys: NDArray[np.int64], rows: NDArray[np.int32]) -> None:
        self._real, self._pool, self._keys, self._rows = real, pool, keys, rows
        self.dimensions = real.dimensions
        self.name = f"{real.name}-perturbed"
        self.likeness = nearest_likeness(pool)
        self.reach = reach_for(pool, self.likeness)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._real.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        out = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for start in range(0, len(texts), _CHUNK):
            hashes = np.array([hash(text) for text in texts[start : start + _CHUNK]], dtype=np.int64)
            places = np.minimum(np.searchsorted(self._keys, hashes), len(self._keys) - 1)
            seeds = hashes.view(np.uint64)
            known = self._keys[places] == hashes
            rows = np.where(known, self._rows[places], (seeds % np.uint64(len(self._pool))).astype(np.int64))
            out[start : start + len(hashes)] = self.moved(rows, seeds)
        return out

    def moved(self, rows: NDArray[np.integer], seeds: NDArray[np.uint64]) -> Vectors:
        """Pool vectors of `rows`, each moved as its seed says."""
        return moved(self._pool, rows, seeds, self.reach)


def moved(pool: Vectors, rows: NDArray[np.integer], seeds: NDArray[np.uint64], reach: float) -> Vectors:
    """Pool vectors of `rows`, each moved by `reach` times the difference of two others that its seed chooses."""
    size = np.uint64(len(pool))
    one, other = (seeds >> np.uint64(8)) % size, (seeds >> np.uint64(33)) % size
    return unit(pool[rows] + np.float32(reach) * (pool[one.astype(np.int64)] - pool[other.astype(np.int64)]))


def nearest_likeness(pool: Vectors, seed: int = 7) -> float:
    """Median cosine of a vector and its nearest other one."""
    some = np.random.default_rng(seed).permutation(len(pool))[:_SEEN]
    likeness = pool[some] @ pool.T
    likeness[np.arange(len(some)), some] = -1.0
    # The very same sentence twice tells nothing.
    likeness[likeness > 0.9999] = -1.0
    return float(np.median(likeness.max(axis=1)))


def reach_for(pool: Vectors, likeness: float, seed: int = 7) -> float:
    """The reach at which two vectors moved from one are as like as `likeness`, by halving."""
    chance = np.random.default_rng(seed)
    rows = chance.integers(len(pool), size=_SEEN)
    first, second = (chance.integers(1 << 62, size=_SEEN, dtype=np.uint64) for _ in range(2))
    low, high = 0.0, 4.0
    for _ in range(20):
        middle = (low + high) / 2
        like = np.median((moved(pool, rows, first, middle) * moved(pool, rows, second, middle)).sum(axis=1))
        low, high = (middle, high) if like > likeness else (low, middle)
    return (low + high) / 2
