"""Questions that another entry would answer: what an edit may have stolen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import Encoder, Vectors
from knowledge_base.entry import Entry
from knowledge_base.matching import Tokens, cut_stored
from knowledge_base.ngrams import NgramIndex
from knowledge_base.problems import Problem
from knowledge_base.ranking import gather
from knowledge_base.snapshot import Snapshot
from knowledge_base.trials import question_vectors

#: A foreign sentence this alike, and the own entry's best one this far behind, is a theft. Both are means of
#: the three similarities of a sentence.
ALIKE = 0.75
BEHIND = 0.15
_SENTENCE = slice(0, 3)


@dataclass(frozen=True)
class Steal:
    """`question` of `owner`, asked while hidden, is met by `sentence` of `thief` far better than by its own."""

    owner: Entry
    thief: Entry
    question: str
    sentence: str
    alike: float
    own: float

    def problem(self) -> Problem:
        return Problem(
            "steal", self.owner.file,
            f"「{self.question}」会被条目 {self.thief.id}（{self.thief.file}）的「{self.sentence}」抢走"
            f"（相似 {self.alike:.2f}，本条 {self.own:.2f}）",
            "把其中一句改得更具体，或合并两条", self.owner.line, self.owner.id, "similar",
        )  # fmt: skip


def find_steals(
    snapshot: Snapshot, encoder: Encoder, cache: EmbeddingCache, only: Collection[str] | None = None
) -> list[Steal]:
    """Ask every stored question while it is hidden; keep those that another entry wins clearly.

    Entries that can never meet (different channels, regions, segments or dates) do not rob each other. `only`
    keeps thefts in which an entry of these ids is owner or thief.
    """
    vectors = question_vectors(snapshot, encoder, cache, [sentence.tokens for sentence in snapshot.sentences])
    everything = np.ones(len(snapshot.entries), dtype=bool)
    found = []
    for row, sentence in enumerate(snapshot.sentences):
        evidence = gather(snapshot, sentence.tokens, vectors[row], everything, (row,))
        alike = evidence.features[:, _SENTENCE].mean(axis=1)
        mine = alike[evidence.entries == sentence.owner]
        own = float(mine[0]) if len(mine) else 0.0
        for place in np.argsort(-alike)[:3]:
            thief, owner = snapshot.entries[evidence.entries[place]], snapshot.entries[sentence.owner]
            if alike[place] < max(ALIKE, own + BEHIND):
                break
            if thief is not owner and may_meet(owner, thief):
                stolen_by = snapshot.sentences[evidence.rows[place]].text
                found.append(Steal(owner, thief, sentence.text, stolen_by, float(alike[place]), own))
                break
    return [s for s in found if only is None or s.owner.id in only or s.thief.id in only]


def steals_of(
    snapshot: Snapshot, entry: Entry, instead_of: str | None, encoder: Encoder, cache: EmbeddingCache
) -> list[Steal]:
    """What `find_steals` would say of one new or changed entry, without building a snapshot that has it.

    `instead_of` is the id of the entry it takes the place of. Both directions: its questions that others win, and
    others' questions that it wins.
    """
    sentences = [cut_stored(question) for question in entry.questions]
    vectors = question_vectors(snapshot, encoder, cache, sentences)
    gone = snapshot.by_id.get(instead_of) if instead_of is not None else None
    others = np.ones(len(snapshot.entries), dtype=bool)
    if gone is not None:
        others[gone] = False
    return [
        *_lost(snapshot, entry, sentences, vectors, others),
        *_won(snapshot, entry, sentences, vectors, others, encoder, cache),
    ]


def _lost(
    snapshot: Snapshot, entry: Entry, sentences: Sequence[Tokens], vectors: Vectors, others: NDArray[np.bool_]
) -> Iterator[Steal]:
    """The entry's questions that another one wins."""
    own_alike: NDArray[np.floating] | None = None
    for place, tokens in enumerate(sentences):
        evidence = gather(snapshot, tokens, vectors[place], others)
        alike = evidence.features[:, _SENTENCE].mean(axis=1)
        for rival in np.argsort(-alike)[:3]:
            if alike[rival] < ALIKE:
                break
            if own_alike is None:  # costs most of a second in a large base, and is seldom needed
                own_alike = _among_themselves(snapshot, sentences, vectors, others)
            own = float(np.delete(own_alike[place], place).max(initial=0.0))
            if alike[rival] < own + BEHIND:
                break
            thief = snapshot.entries[evidence.entries[rival]]
            if may_meet(entry, thief):
                stolen_by = snapshot.sentences[evidence.rows[rival]].text
                yield Steal(entry, thief, entry.questions[place], stolen_by, float(alike[rival]), own)
                break


def _won(
    snapshot: Snapshot,
    entry: Entry,
    sentences: Sequence[Tokens],
    vectors: Vectors,
    others: NDArray[np.bool_],
    encoder: Encoder,
    cache: EmbeddingCache,
) -> Iterator[Steal]:
    """Other entries' questions that this one wins."""
    if not snapshot.sentences:
        return
    meaning = np.maximum(snapshot.vectors @ vectors.T, 0.0)
    chars = np.stack([snapshot.chars.scores(tokens.chars) for tokens in sentences], axis=1)
    sounds = np.stack([snapshot.sounds.scores(tokens.sounds) for tokens in sentences], axis=1)
    alike = (meaning + chars + sounds) / 3
    best = alike.argmax(axis=1)
    most = alike[np.arange(len(best)), best]
    for row in np.flatnonzero((most >= ALIKE) & others[snapshot.owners]):
        sentence, owner = snapshot.sentences[row], snapshot.entries[snapshot.owners[row]]
        if not may_meet(owner, entry):
            continue
        (vector,) = question_vectors(snapshot, encoder, cache, [sentence.tokens])
        alone = np.zeros(len(snapshot.entries), dtype=bool)
        alone[snapshot.owners[row]] = True
        mine = gather(snapshot, sentence.tokens, vector, alone, (int(row),)).features[:, _SENTENCE].mean(axis=1)
        own = float(mine[0]) if len(mine) else 0.0
        if most[row] >= own + BEHIND:
            yield Steal(owner, entry, sentence.text, entry.questions[best[row]], float(most[row]), own)


def _among_themselves(
    snapshot: Snapshot, sentences: Sequence[Tokens], vectors: Vectors, others: NDArray[np.bool_]
) -> NDArray[np.floating]:
    """How alike an entry's own questions are, (n, n), words weighing as they would in the whole base."""
    rest = [s.tokens for s in snapshot.sentences if others[s.owner]]
    whole = [*sentences, *rest]
    count = len(sentences)
    chars, sounds = NgramIndex([t.chars for t in whole]), NgramIndex([t.sounds for t in whole])
    meaning = np.maximum(vectors @ vectors.T, 0.0)
    spelled = np.stack([chars.scores(t.chars)[:count] for t in sentences])
    said = np.stack([sounds.scores(t.sounds)[:count] for t in sentences])
    return np.asarray((meaning + spelled + said) / 3)


def may_meet(one: Entry, other: Entry) -> bool:
    """Whether one customer at one moment could be given either."""
    limits = ((one.channels, other.channels), (one.regions, other.regions), (one.segments, other.segments))
    if any(mine and theirs and not set(mine) & set(theirs) for mine, theirs in limits):
        return False
    ends = [entry.valid_to for entry in (one, other) if entry.valid_to]
    starts = [entry.valid_from for entry in (one, other) if entry.valid_from]
    return not (ends and starts and max(starts) > min(ends))
