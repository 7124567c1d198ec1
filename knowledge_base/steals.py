"""Questions that another entry would answer: what an edit may have stolen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from knowledge_base.calibrate import question_vectors, similarities_to_all
from knowledge_base.calibration import CHANNELS
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import Encoder
from knowledge_base.entry import Entry
from knowledge_base.problems import Problem
from knowledge_base.search import rank_rows
from knowledge_base.snapshot import Snapshot

#: A foreign sentence this alike (fused, 0..1), and the own entry left behind by this much, is a theft.
ALIKE = 0.80
BEHIND = 0.15


@dataclass(frozen=True)
class Steal:
    """`question` of `owner`, asked while hidden, is answered by `thief` because of its `sentence`."""

    owner: Entry
    thief: Entry
    question: str
    sentence: str
    fused: float
    own: float

    def problem(self) -> Problem:
        return Problem(
            "steal", self.owner.file,
            f"「{self.question}」会被条目 {self.thief.id}（{self.thief.file}）的「{self.sentence}」抢走"
            f"（相似 {self.fused:.2f}，本条 {self.own:.2f}）",
            "把其中一句改得更具体，或合并两条", self.owner.line, self.owner.id, "similar",
        )  # fmt: skip


def find_steals(snapshot: Snapshot, encoder: Encoder, cache: EmbeddingCache) -> list[Steal]:
    """Ask every stored question while it is hidden; keep those that another entry wins clearly.

    Entries that can never meet (different channels, regions, segments or dates) do not rob each other.
    """
    weights = np.array([snapshot.calibration.weights[name] for name in CHANNELS])
    vectors = question_vectors(snapshot, encoder, cache, [sentence.tokens for sentence in snapshot.sentences])
    found = []
    for row, sentence in enumerate(snapshot.sentences):
        similar = similarities_to_all(snapshot, sentence.tokens, vectors[row])
        similar[row] = -1.0
        fused = similar @ weights
        near = np.argsort(-fused)[:20]
        own = float(fused[snapshot.rows_of[sentence.owner]].max())
        for standing in rank_rows(snapshot, near, similar[near]):
            if standing.entry == sentence.owner or standing.fused < ALIKE:
                break
            thief, owner = snapshot.entries[standing.entry], snapshot.entries[sentence.owner]
            if standing.fused - own >= BEHIND and _may_meet(owner, thief):
                found.append(
                    Steal(
                        owner,
                        thief,
                        sentence.text,
                        snapshot.sentences[standing.row].text,
                        standing.fused,
                        own,
                    )
                )
                break
    return found


def _may_meet(one: Entry, other: Entry) -> bool:
    for mine, theirs in (
        (one.channels, other.channels),
        (one.regions, other.regions),
        (one.segments, other.segments),
    ):
        if mine and theirs and not set(mine) & set(theirs):
            return False
    ends = [entry.valid_to for entry in (one, other) if entry.valid_to]
    starts = [entry.valid_from for entry in (one, other) if entry.valid_from]
    return not (ends and starts and max(starts) > min(ends))
