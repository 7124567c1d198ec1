"""Questions that another entry would answer: what an edit may have stolen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import Encoder
from knowledge_base.entry import Entry
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


def find_steals(snapshot: Snapshot, encoder: Encoder, cache: EmbeddingCache) -> list[Steal]:
    """Ask every stored question while it is hidden; keep those that another entry wins clearly.

    Entries that can never meet (different channels, regions, segments or dates) do not rob each other.
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
            if thief is not owner and _may_meet(owner, thief):
                stolen_by = snapshot.sentences[evidence.rows[place]].text
                found.append(Steal(owner, thief, sentence.text, stolen_by, float(alike[place]), own))
                break
    return found


def _may_meet(one: Entry, other: Entry) -> bool:
    limits = ((one.channels, other.channels), (one.regions, other.regions), (one.segments, other.segments))
    if any(mine and theirs and not set(mine) & set(theirs) for mine, theirs in limits):
        return False
    ends = [entry.valid_to for entry in (one, other) if entry.valid_to]
    starts = [entry.valid_from for entry in (one, other) if entry.valid_from]
    return not (ends and starts and max(starts) > min(ends))
