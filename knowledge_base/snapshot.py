"""Everything a search needs, built aside and never changed afterwards."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge_base.calibration import Calibration
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import Encoder, Vectors, unit
from knowledge_base.entry import Entry
from knowledge_base.matching import Tokens, cut_stored
from knowledge_base.nearest import Kind, Nearest
from knowledge_base.ngrams import CoverIndex, NgramIndex

OUT_OF_DOMAIN_FILE = Path(__file__).with_name("out_of_domain.txt")
#: The mean of the gists leans on the mean of the sentences as if by this many entries.
_GIST_PRIOR = 20
_MARKUP = re.compile(r"\{\{.*?\}\}|\]\([^)]*\)|[*#\[\]!>`]", re.DOTALL)


def outside_texts(path: Path = OUT_OF_DOMAIN_FILE) -> tuple[list[str], list[str]]:
    """Texts no entry should answer: those a search compares with, and those kept apart for calibration."""
    lines = path.read_text(encoding="utf-8").splitlines()
    texts = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return texts[::2], texts[1::2]


@dataclass(frozen=True)
class Sentence:
    """One way of asking: `owner` is the position of its entry, `first`: it is the standard question."""

    text: str
    tokens: Tokens
    owner: int
    first: bool


@dataclass(frozen=True)
class Profile:
    """What an entry says of itself, for matching: `gist` is embedded, the others are matched as n-grams."""

    gist: str
    keywords: tuple[Tokens, ...]
    body: Tokens


class Snapshot:
    """Entries, their sentences and the indexes over both. Read by many threads at once; never written.

    Sentences stand entry by entry: those of entry `e` are rows `starts[e]` up to `starts[e + 1]`.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        sentences: Sequence[Sentence],
        vectors: Vectors,
        profiles: Sequence[Profile],
        gists: Vectors,
        outside: Vectors,
        calibration: Calibration,
        version: str,
        loaded_at: dt.datetime,
        embedded: int,
        kind: Kind | None = None,
    ) -> None:
        self.entries = tuple(entries)
        self.sentences = tuple(sentences)
        self.calibration = calibration
        self.version = version
        self.loaded_at = loaded_at
        #: How many texts had to be embedded for this snapshot; the others came from the cache.
        self.embedded = embedded
        self.by_id = {entry.id: index for index, entry in enumerate(self.entries)}
        #: Entry by the exact form of a question, for what is asked word by word.
        self.by_key = {sentence.tokens.key: sentence.owner for sentence in reversed(self.sentences)}
        self.owners: NDArray[np.int32] = np.array([s.owner for s in sentences], dtype=np.int32)
        self.starts = np.searchsorted(self.owners, np.arange(len(self.entries) + 1))
        self._mean = np.concatenate([vectors, outside]).mean(axis=0, keepdims=True)
        self.vectors = self.centred(vectors)
        self.near = Nearest(self.vectors, kind)
        #: Texts from outside the domain, to tell what is foreign.
        self.outside = self.centred(outside)
        self.chars = NgramIndex([s.tokens.chars for s in sentences])
        self.sounds = NgramIndex([s.tokens.sounds for s in sentences])
        #: Sum of each entry's sentence vectors; its direction is the entry's theme.
        self.sums = np.add.reduceat(self.vectors, self.starts[:-1]) if self.entries else np.zeros_like(self.vectors)
        self.themes = unit(self.sums)
        gist_mean = (gists.sum(axis=0, keepdims=True) + _GIST_PRIOR * self._mean) / (len(gists) + _GIST_PRIOR)
        self.gists = Nearest(unit(gists - gist_mean), kind)
        self.keyword_chars = CoverIndex([[t.chars for t in p.keywords] for p in profiles])
        self.keyword_sounds = CoverIndex([[t.sounds for t in p.keywords] for p in profiles])
        self.body_chars = CoverIndex([[p.body.chars] for p in profiles])
        self.body_sounds = CoverIndex([[p.body.sounds] for p in profiles])
        #: Entries with a limit of channel, region, segment or date; all others always apply.
        self.limited = tuple(index for index, entry in enumerate(self.entries) if entry.limited)

    def centred(self, vectors: Vectors) -> Vectors:
        """Without what all sentences share: e5 puts any two above 0.8 otherwise. Rows of length one."""
        return unit(vectors - self._mean)


def build_snapshot(
    entries: Sequence[Entry],
    encoder: Encoder,
    cache: EmbeddingCache,
    calibration: Calibration,
    loaded_at: dt.datetime,
    kind: Kind | None = None,
) -> Snapshot:
    """Embed what is new, index everything. `kind` None chooses the index by size. Raises EncoderUnavailable."""
    sentences = [
        Sentence(text, cut_stored(text), owner, first=position == 0)
        for owner, entry in enumerate(entries)
        for position, text in enumerate(entry.questions)
    ]
    profiles = [profile_of(entry) for entry in entries]
    texts = [sentence.tokens.text for sentence in sentences]
    gists = [profile.gist for profile in profiles]
    others = [cut_stored(text).text for text in outside_texts()[0]]
    vectors, embedded = cache.embed(encoder, [*texts, *gists, *others])
    ends = np.cumsum([len(texts), len(gists)])
    return Snapshot(
        entries, sentences, vectors[: ends[0]], profiles, vectors[ends[0] : ends[1]], vectors[ends[1] :], calibration,
        snapshot_version(entries, encoder.name, calibration), loaded_at, embedded, kind,
    )  # fmt: skip


def profile_of(entry: Entry) -> Profile:
    """What an entry's keywords and answer say of it; figures from the catalogue are left out."""
    speech = _MARKUP.sub("", entry.answer.speech)
    gist = cut_stored("，".join(entry.keywords) + "。" + speech).text
    return Profile(
        gist, tuple(cut_stored(word) for word in entry.keywords), cut_stored(_MARKUP.sub("", entry.answer.text))
    )


def snapshot_version(entries: Sequence[Entry], encoder_name: str, calibration: Calibration) -> str:
    """12 hexadecimal characters that change with any answer, question, encoder or threshold."""
    digest = hashlib.sha256(json.dumps([encoder_name, asdict(calibration)], sort_keys=True).encode())
    for entry in sorted(entries, key=lambda entry: entry.id):
        digest.update(repr(entry).encode())
    return digest.hexdigest()[:12]
