"""Everything a search needs, built aside and never changed afterwards."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge_base.calibration import Calibration
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import Encoder, Vectors, unit
from knowledge_base.entry import Entry
from knowledge_base.matching import Tokens, cut
from knowledge_base.ngrams import NgramIndex

OUT_OF_DOMAIN_FILE = Path(__file__).with_name("out_of_domain.txt")
BACKGROUND = 60


def outside_texts(path: Path = OUT_OF_DOMAIN_FILE) -> list[str]:
    """The texts no entry should answer."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


@dataclass(frozen=True)
class Sentence:
    """One way of asking: `owner` is the position of its entry, `first`: it is the standard question."""

    text: str
    tokens: Tokens
    owner: int
    first: bool


class Snapshot:
    """Entries, their sentences and three indexes over these. Read by many threads at once; never written."""

    def __init__(
        self,
        entries: Sequence[Entry],
        sentences: Sequence[Sentence],
        vectors: Vectors,
        mean: Vectors,
        calibration: Calibration,
        version: str,
        loaded_at: dt.datetime,
        embedded: int,
    ) -> None:
        self.entries = tuple(entries)
        self.sentences = tuple(sentences)
        self.calibration = calibration
        self.version = version
        self.loaded_at = loaded_at
        #: How many sentences had to be embedded for this snapshot; the others came from the cache.
        self.embedded = embedded
        self.by_id = {entry.id: index for index, entry in enumerate(self.entries)}
        self.owners: NDArray[np.int32] = np.array([s.owner for s in sentences], dtype=np.int32)
        self._mean = mean
        self.vectors = self.centred(vectors)
        self.faiss = faiss.IndexFlatIP(vectors.shape[1])
        self.faiss.add(self.vectors)
        self.chars = NgramIndex([s.tokens.chars for s in sentences])
        self.sounds = NgramIndex([s.tokens.sounds for s in sentences])

    def centred(self, vectors: Vectors) -> Vectors:
        """Without what all sentences share: e5 puts any two above 0.8 otherwise. Rows of length one."""
        return unit(vectors - self._mean)

    @cached_property
    def rows_of(self) -> tuple[NDArray[np.intp], ...]:
        """The rows of each entry's sentences."""
        return tuple(np.flatnonzero(self.owners == index) for index in range(len(self.entries)))


def build_snapshot(
    entries: Sequence[Entry],
    encoder: Encoder,
    cache: EmbeddingCache,
    calibration: Calibration,
    loaded_at: dt.datetime,
) -> Snapshot:
    """Embed what is new, index everything. Raises EncoderUnavailable."""
    sentences = [
        Sentence(text, cut(text), owner, first=position == 0)
        for owner, entry in enumerate(entries)
        for position, text in enumerate(entry.questions)
    ]
    vectors, embedded = cache.embed(encoder, [sentence.tokens.text for sentence in sentences])
    # A few texts about anything keep the mean honest while there are few entries.
    background, _ = cache.embed(encoder, [cut(text).text for text in outside_texts()[:BACKGROUND]])
    mean = np.concatenate([vectors, background]).mean(axis=0, keepdims=True)
    version = snapshot_version(entries, encoder.name, calibration)
    return Snapshot(entries, sentences, vectors, mean, calibration, version, loaded_at, embedded)


def snapshot_version(entries: Sequence[Entry], encoder_name: str, calibration: Calibration) -> str:
    """12 hexadecimal characters that change with any answer, question, encoder or threshold."""
    digest = hashlib.sha256(json.dumps([encoder_name, asdict(calibration)], sort_keys=True).encode())
    for entry in sorted(entries, key=lambda entry: entry.id):
        digest.update(json.dumps(asdict(entry), ensure_ascii=False, sort_keys=True, default=str).encode())
    return digest.hexdigest()[:12]
