"""Vectors kept on disk by encoder and sentence, so that an unchanged sentence is never embedded again."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from common.log import get_logger
from knowledge_base.encoder import Encoder, Vectors

_log = get_logger(__name__)
_BATCH = 500
#: Vectors of the last call are kept at hand up to this many: an edit then reads nothing from disk.
_AT_HAND = 100_000


class EmbeddingCache:
    """SQLite file of (encoder name, sha256 of sentence) -> float32 vector; in memory where `path` is None.

    A file that cannot be read or written costs time, never an answer: the cache then starts empty in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._path = path
        self._memory: sqlite3.Connection | None = None
        self._last: tuple[str, dict[bytes, np.ndarray]] = ("", {})
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            with self._connection() as connection:
                self._prepare(connection)
        except (OSError, sqlite3.Error) as error:
            self._go_without_disk(error)

    def embed(self, encoder: Encoder, texts: Sequence[str]) -> tuple[Vectors, int]:
        """Passage vectors of `texts`, and how many of them had to be computed."""
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        name, last = self._last
        found = {key: last[key] for key in keys if key in last} if name == encoder.name else {}
        found |= self._read(encoder.name, encoder.dimensions, [key for key in keys if key not in found])
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing:
            computed = encoder.encode_passages(list(missing.values()))
            fresh = dict(zip(missing, computed, strict=True))
            found |= fresh
            self._write(encoder.name, fresh)
        if not keys:
            return np.zeros((0, encoder.dimensions), dtype=np.float32), 0
        if len(keys) > 1:
            self._last = (encoder.name, found if len(found) <= _AT_HAND else {})
        return np.stack([found[key] for key in keys]), len(missing)

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._path is None:
                if self._memory is None:
                    self._memory = sqlite3.connect(":memory:", check_same_thread=False)
                with self._memory:
                    yield self._memory
                return
            connection = sqlite3.connect(self._path, timeout=5.0)
            try:
                with connection:
                    yield connection
            finally:
                connection.close()

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors"
            " (encoder TEXT, sentence BLOB, vector BLOB, PRIMARY KEY (encoder, sentence)) WITHOUT ROWID"
        )

    def _read(self, name: str, dimensions: int, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        found: dict[bytes, np.ndarray] = {}
        try:
            with self._connection() as connection:
                for start in range(0, len(keys), _BATCH):
                    batch = keys[start : start + _BATCH]
                    marks = ",".join("?" * len(batch))
                    rows = connection.execute(
                        f"SELECT sentence, vector FROM vectors WHERE encoder = ? AND sentence IN ({marks})",
                        (name, *batch),
                    )
                    for key, blob in rows:
                        if len(blob) == 4 * dimensions:
                            found[key] = np.frombuffer(blob, dtype=np.float32)
        except sqlite3.Error as error:
            self._go_without_disk(error)
        return found

    def _write(self, name: str, vectors: dict[bytes, np.ndarray]) -> None:
        rows = [(name, key, np.asarray(vector, dtype=np.float32).tobytes()) for key, vector in vectors.items()]
        try:
            with self._connection() as connection:
                connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
        except sqlite3.Error as error:
            self._go_without_disk(error)

    def _go_without_disk(self, error: Exception) -> None:
        _log.warning("embedding cache not usable, going on in memory", extra={"reason": str(error)})
        self._path, self._memory = None, None
        with self._connection() as connection:
            self._prepare(connection)
