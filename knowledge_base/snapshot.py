"""Everything a search needs, built aside and never changed afterwards."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

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
#: Vectors worked on together where a copy of all would take gigabytes.
_AT_A_TIME = 65_536
_MARKUP = re.compile(r"\{\{.*?\}\}|\]\([^)]*\)|[*#\[\]!>`]", re.DOTALL)


def outside_texts(path: Path = OUT_OF_DOMAIN_FILE) -> tuple[list[str], list[str]]:
    """Texts no entry should answer: those a search compares with, and those kept apart for calibration."""
    lines = path.read_text(encoding="utf-8").splitlines()
    texts = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return texts[::2], texts[1::2]


class Sentence(NamedTuple):
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


class Spelling:
    """The indexes over characters and sounds: of the sentences, and of each entry's keywords and answer."""

    def __init__(self, sentences: Sequence[Sentence], profiles: Sequence[Profile]) -> None:
        self.chars = NgramIndex([s.tokens.chars for s in sentences])
        self.sounds = NgramIndex([s.tokens.sounds for s in sentences])
        owners = np.array([s.owner for s in sentences], dtype=np.int32)
        #: Length of the sum of each entry's sentences.
        self.char_lengths = self.chars.sum_lengths(owners, len(profiles))
        self.sound_lengths = self.sounds.sum_lengths(owners, len(profiles))
        self.keyword_chars = CoverIndex([[t.chars for t in p.keywords] for p in profiles])
        self.keyword_sounds = CoverIndex([[t.sounds for t in p.keywords] for p in profiles])
        self.body_chars = CoverIndex([[p.body.chars] for p in profiles])
        self.body_sounds = CoverIndex([[p.body.sounds] for p in profiles])


class Snapshot:
    """Entries, their sentences and the indexes over both. Read by many threads at once; never written.

    Sentences stand entry by entry: those of entry `e` are rows `starts[e]` up to `starts[e + 1]`. The vectors given
    are taken over and centred in place: a second copy of them may not fit into memory.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        sentences: Sequence[Sentence],
        vectors: Vectors,
        spelling: Spelling,
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
        self._mean = (_sum(vectors) + _sum(outside)) / np.float32(max(1, len(vectors) + len(outside)))
        self.vectors = _shifted(vectors, self._mean, vectors)
        self.near = Nearest(self.vectors, kind)
        #: Texts from outside the domain, to tell what is foreign.
        self.outside = _shifted(outside, self._mean, outside)
        self.chars, self.sounds = spelling.chars, spelling.sounds
        #: Length of the sum of each entry's sentence vectors, whose direction is the entry's theme.
        self.theme_lengths = _theme_lengths(self.vectors, self.starts)
        self.char_lengths, self.sound_lengths = spelling.char_lengths, spelling.sound_lengths
        gist_mean = (_sum(gists) + _GIST_PRIOR * self._mean) / (len(gists) + _GIST_PRIOR)
        self.gists = Nearest(_shifted(gists, gist_mean.astype(np.float32), gists), kind)
        self.keyword_chars, self.keyword_sounds = spelling.keyword_chars, spelling.keyword_sounds
        self.body_chars, self.body_sounds = spelling.body_chars, spelling.body_sounds
        #: Entries with a limit of channel, region, segment or date; all others always apply.
        self.limited = tuple(index for index, entry in enumerate(self.entries) if entry.limited)

    def centred(self, vectors: Vectors) -> Vectors:
        """Without what all sentences share: e5 puts any two above 0.8 otherwise. Rows of length one."""
        return _shifted(vectors, self._mean, np.empty_like(vectors))


def _sum(vectors: Vectors) -> Vectors:
    """Shape (1, dimensions)."""
    return vectors.sum(axis=0, keepdims=True, dtype=np.float64).astype(np.float32)


def _shifted(vectors: Vectors, mean: Vectors, out: Vectors) -> Vectors:
    for start in range(0, len(vectors), _AT_A_TIME):
        part = slice(start, start + _AT_A_TIME)
        out[part] = unit(vectors[part] - mean)
    return out


def _theme_lengths(vectors: Vectors, starts: NDArray[np.integer]) -> NDArray[np.float32]:
    """Shape (entries,); 1 where the sum is nothing."""
    lengths = np.ones(len(starts) - 1, dtype=np.float32)
    for start in range(0, len(lengths), _AT_A_TIME):
        bounds = starts[start : start + _AT_A_TIME + 1]
        sums = np.add.reduceat(vectors[bounds[0] : bounds[-1]], bounds[:-1] - bounds[0])
        lengths[start : start + _AT_A_TIME] = np.linalg.norm(sums, axis=1)
    return np.where(lengths < 1e-9, 1.0, lengths).astype(np.float32)


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
    # Before the vectors: their room and that of counting are not needed at the same time.
    spelling = Spelling(sentences, profiles)
    del profiles
    vectors, embedded = cache.embed(encoder, [*texts, *gists, *others])
    ends = np.cumsum([len(texts), len(gists)])
    return Snapshot(
        entries, sentences, vectors[: ends[0]], spelling, vectors[ends[0] : ends[1]], vectors[ends[1] :], calibration,
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
