"""Sentence embeddings for the intent model: the tuned encoder, with a cache on disk so that retraining is quick."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np

from nlu.encoder.session import SentenceEncoder

#: What set-up makes (`python -m nlu.encoder.build`).
FOLDER = Path(__file__).resolve().parent.parent / "models" / "encoder"


class Embedder:
    """Texts to unit rows, float32, by one encoder a process, one thread a call. It is opened at the first text.

    `cache` is a SQLite file of sentence vectors (None: none kept). Raises EncoderNotBuilt.
    """

    _engines: ClassVar[dict[Path, SentenceEncoder]] = {}
    _lock = threading.Lock()

    def __init__(self, cache: Path | None = None, folder: Path = FOLDER) -> None:
        self._cache, self._folder = cache, folder

    @property
    def encoder(self) -> SentenceEncoder:
        with self._lock:
            if self._folder not in self._engines:
                self._engines[self._folder] = SentenceEncoder(self._folder)
            return self._engines[self._folder]

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """Shape: (len(texts), dimensions of the encoder)."""
        if self._cache is None or len(texts) < 8:
            return self.encoder.encode(texts)
        return self._through_cache(texts)

    def _through_cache(self, texts: Sequence[str]) -> np.ndarray:
        assert self._cache is not None
        self._cache.parent.mkdir(parents=True, exist_ok=True)
        name = self.encoder.card.name
        keys = [hashlib.sha256(f"{name}\0{t}".encode()).digest() for t in texts]
        with sqlite3.connect(self._cache) as db:
            db.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, row BLOB NOT NULL)")
            known = dict(db.execute("SELECT key, row FROM vectors"))
            missing = [i for i, key in enumerate(keys) if key not in known]
            for at in range(0, len(missing), 512):
                part = missing[at : at + 512]
                rows = self.encoder.encode([texts[i] for i in part])
                fresh = [(keys[i], row.astype(np.float32).tobytes()) for i, row in zip(part, rows, strict=True)]
                db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", fresh)
                db.commit()
                known.update(fresh)
                print(f"  句向量 {at + len(part)}/{len(missing)}", flush=True)
        return np.stack([np.frombuffer(known[key], dtype=np.float32) for key in keys])
