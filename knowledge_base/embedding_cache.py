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
#: Sentences embedded and written together.
_PART = 20_000
#: Encoder, row of each sentence, and the rows.
_Last = tuple[str, dict[bytes, int], Vectors]
_NOTHING: _Last = ("", {}, np.zeros((0, 0), dtype=np.float32))


class EmbeddingCache:
    """SQLite file of (encoder name, sha256 of sentence) -> float32 vector; in memory where `path` is None.

    A file that cannot be read or written costs time, never an answer: the cache then starts empty in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._path = path
        self._memory: sqlite3.Connection | None = None
        self._last: _Last = _NOTHING
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            with self._connection() as connection:
                self._prepare(connection)
        except (OSError, sqlite3.Error) as error:
            self._go_without_disk(error)

    def embed(self, encoder: Encoder, texts: Sequence[str]) -> tuple[Vectors, int]:
        """Passage vectors of `texts`, the caller's own, and how many of them had to be computed."""
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        out = np.empty((len(keys), encoder.dimensions), dtype=np.float32)
        # The first place of each sentence; those that come again are filled in at the end.
        places: dict[bytes, int] = {}
        for place, key in enumerate(keys):
            places.setdefault(key, place)
        name, known, vectors = self._last
        wanted = list(places)
        if name == encoder.name:
            held = [key for key in wanted if key in known]
            out[[places[key] for key in held]] = vectors[[known[key] for key in held]]
            wanted = [key for key in wanted if key not in known]
        found = self._read(encoder.name, wanted, places, out)
        missing = [key for key in wanted if key not in found]
        # Part by part, so that what was computed is kept should the program stop.
        for start in range(0, len(missing), _PART):
            part = [places[key] for key in missing[start : start + _PART]]
            out[part] = encoder.encode_passages([texts[place] for place in part])
            self._write(encoder.name, [(keys[place], out[place]) for place in part])
        again = [place for place, key in enumerate(keys) if places[key] != place]
        out[again] = out[[places[keys[place]] for place in again]]
        if len(keys) > 1:
            self._last = (encoder.name, places, out.copy()) if len(places) <= _AT_HAND else _NOTHING
        return out, len(missing)

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
        # A new file gets pages that a vector fits into: less than half the room, twice the speed.
        connection.execute("PRAGMA page_size = 8192")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors"
            " (encoder TEXT, sentence BLOB, vector BLOB, PRIMARY KEY (encoder, sentence)) WITHOUT ROWID"
        )

    def _read(self, name: str, keys: Sequence[bytes], places: dict[bytes, int], out: Vectors) -> set[bytes]:
        """Puts the kept vectors of `keys` into their places of `out`; gives the keys found."""
        found: set[bytes] = set()
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
                        if len(blob) == 4 * out.shape[1]:
                            out[places[key]] = np.frombuffer(blob, dtype=np.float32)
                            found.add(key)
        except sqlite3.Error as error:
            self._go_without_disk(error)
        return found

    def _write(self, name: str, vectors: Sequence[tuple[bytes, Vectors]]) -> None:
        rows = [(name, key, vector.tobytes()) for key, vector in vectors]
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
