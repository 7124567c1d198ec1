"""The default encoder: multilingual-e5-small with our fine-tuning, 8-bit, by ONNX Runtime."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from knowledge_base.encoder import Vectors, unit
from knowledge_base.errors import EncoderUnavailable
from nlu.encoder.errors import EncoderError
from nlu.encoder.session import BATCH, SentenceEncoder, read_card

#: Sentences a worker takes at a time; long enough to sort them by length within.
_SHARE = 32 * BATCH


class OnnxEncoder:
    """A model folder made at set-up (`python -m nlu.encoder.build`). One thread a query, all cores at loading.

    Loaded at first use; only its card is read on opening. Both sides get the same prefix, as stored sentences are
    questions too. Raises EncoderUnavailable.
    """

    symmetric = True

    def __init__(self, folder: Path, *, workers: int | None = None) -> None:
        try:
            self._card = read_card(folder)
        except EncoderError as error:
            raise EncoderUnavailable(str(error), message_zh=error.message_zh) from error
        self._folder = folder
        self._workers = workers or min(4, os.cpu_count() or 1)
        self._model: SentenceEncoder | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._card.name

    @property
    def dimensions(self) -> int:
        return self._card.dimensions

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        model = self._load()
        items = [text.replace("\0", "") for text in texts]
        if len(items) <= BATCH or self._workers == 1:
            return unit(model.encode(items))
        # By length, so that little is spent on padding; the workers take shares of it in turn.
        order = sorted(range(len(items)), key=lambda i: len(items[i]))
        out = np.empty((len(items), self.dimensions), dtype=np.float32)
        shares = [order[start : start + _SHARE] for start in range(0, len(order), _SHARE)]
        with ThreadPoolExecutor(self._workers) as pool:
            done = pool.map(lambda share: model.encode([items[i] for i in share]), shares)
            for share, vectors in zip(shares, done, strict=True):
                out[share] = vectors
        return unit(out)

    def _load(self) -> SentenceEncoder:
        if self._model is None:
            with self._lock:
                if self._model is None:
                    try:
                        self._model = SentenceEncoder(self._folder)
                    except EncoderError as error:
                        raise EncoderUnavailable(str(error), message_zh=error.message_zh) from error
        return self._model
