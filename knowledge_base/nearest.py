"""The vectors nearest to a question's: exact up to some ten thousands, by an inverted file above."""

from __future__ import annotations

import os
from typing import Any, Literal

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge_base.encoder import Vectors

Kind = Literal["flat", "ivf", "hnsw"]
#: Vectors up to which every one is compared: bench/README.md has the figures behind it.
FLAT_UP_TO = 50_000
#: Cells looked into, and edges of a node of a graph.
PROBES = 32
EDGES = 32
_TRAINED_ON = 64


class Nearest:
    """Vectors of length one, searched by inner product. Immutable; read by many threads at once.

    `kind` None chooses by size. "ivf" keeps a byte for each dimension in its cells and "hnsw" the floats in a
    graph; both give candidates only, `dot` is exact.
    """

    def __init__(self, vectors: Vectors, kind: Kind | None = None) -> None:
        self.vectors = vectors
        self.kind: Kind = kind or ("flat" if len(vectors) <= FLAT_UP_TO else "ivf")
        self._index = None if self.kind == "flat" else _build(vectors, self.kind)

    def __len__(self) -> int:
        return len(self.vectors)

    def top(self, vector: Vectors, count: int) -> NDArray[np.int64]:
        """Rows of the `count` nearest, nearest first; fewer where there are fewer."""
        count = min(count, len(self.vectors))
        if not count:
            return np.zeros(0, dtype=np.int64)
        question = np.ascontiguousarray(vector[None, :], dtype=np.float32)
        # One thread a question (the number is the calling thread's own): more spend their time waiting for each other.
        faiss.omp_set_num_threads(1)
        if self._index is None:
            # faiss over the array itself: an IndexFlatIP would hold a second copy.
            return faiss.knn(question, self.vectors, count, metric=faiss.METRIC_INNER_PRODUCT)[1][0]
        rows = self._index.search(question, count)[1][0]
        return rows[rows >= 0]

    def dot(self, rows: NDArray[np.integer], vector: Vectors) -> NDArray[np.float32]:
        """Exact likeness of some rows, shape (len(rows),)."""
        return self.vectors[rows] @ vector

    def __getstate__(self) -> dict[str, object]:
        """For pickling: a faiss index as bytes."""
        return {**self.__dict__, "_index": None if self._index is None else faiss.serialize_index(self._index)}

    def __setstate__(self, state: dict[str, object]) -> None:
        packed: Any = state["_index"]
        self.__dict__.update(state)
        self._index = None if packed is None else faiss.deserialize_index(packed)


def _build(vectors: Vectors, kind: Kind) -> faiss.Index:
    count, dimensions = vectors.shape
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    if kind == "hnsw":
        graph = faiss.IndexHNSWFlat(dimensions, EDGES, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction, graph.hnsw.efSearch = 80, 128
        graph.add(vectors)
        return graph
    cells = max(1, min(4096, int(4 * np.sqrt(count)), count // 39))
    coarse = faiss.IndexFlatIP(dimensions)
    cellar = faiss.IndexIVFScalarQuantizer(
        coarse, dimensions, cells, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    cellar.cp.niter, cellar.cp.seed = 10, 7
    sample = np.random.default_rng(7).permutation(count)[: _TRAINED_ON * cells]
    cellar.train(vectors[np.sort(sample)])
    cellar.add(vectors)
    cellar.nprobe = min(PROBES, cells)
    return cellar
