"""What an edit does to the answers, measured before it is made: what it gains and what others lose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import Encoder, Vectors
from knowledge_base.entry import Entry
from knowledge_base.mining.gather import Question
from knowledge_base.mining.standing import rows_of, standing, usable
from knowledge_base.snapshot import Snapshot, build_snapshot
from knowledge_base.steals import Steal, steals_of
from knowledge_base.trials import question_vectors

#: Stored questions out of a hundred that may change hands by chance: fitted numbers move a little with every edit.
_CHANCE = 0.01
#: Entries beside the touched one whose questions are asked, and questions asked of all of them at most.
NEIGHBOURS = 12
_MOST_ASKED = 400


@dataclass(frozen=True)
class Effect:
    """Counts of questions. `asked` mined ones: answered rightly `before` and `after`; `unseen`: after, each asked
    while it is itself hidden, as a customer's next wording would be.

    `stored` questions of the touched and neighbouring entries, each asked while hidden: their own entry first
    `stored_before` and `stored_after`. `stolen`: questions of others that the edit would win, as
    (entry, question, by which sentence).
    """

    asked: int
    before: int
    after: int
    unseen: int
    stored: int
    stored_before: int
    stored_after: int
    stolen: tuple[tuple[str, str, str], ...]

    @property
    def gain(self) -> int:
        """Mined questions answered that were not."""
        return self.after - self.before

    @property
    def loss(self) -> int:
        """Stored questions no longer found, and those stolen."""
        return max(0, self.stored_before - self.stored_after) + len(self.stolen)

    @property
    def costs_more(self) -> bool:
        """Whether others lose more than the edit gains, beyond chance. A stolen question is never chance."""
        lost = self.loss - len(self.stolen)
        beyond = 0 if lost <= max(1, round(_CHANCE * self.stored)) else lost
        return len(self.stolen) + beyond > max(0, self.gain)

    @property
    def sentence_zh(self) -> str:
        """The figures for an editor."""
        return (
            f"这组问题答对 {self.before}→{self.after}/{self.asked}（换个说法再问 {self.unseen}/{self.asked}），"
            f"本条和邻近条目的问法找对 {self.stored_before}→{self.stored_after}/{self.stored}，"
            f"抢走别条的问法 {len(self.stolen)} 句"
        )

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "gain": self.gain, "loss": self.loss, "costs_more": self.costs_more}


def measure(
    snapshot: Snapshot,
    entry: Entry,
    instead_of: str | None,
    questions: Sequence[Question],
    encoder: Encoder,
    cache: EmbeddingCache,
    day: dt.date,
) -> Effect:
    """The effect of putting `entry` in place of `instead_of` (None: a new one). Raises EncoderUnavailable.

    Builds a second snapshot aside, so it takes seconds in a base of thousands of questions.
    """
    entries = [entry if known.id == instead_of else known for known in snapshot.entries]
    if instead_of is None:
        entries.append(entry)
    changed = build_snapshot(entries, encoder, cache, snapshot.calibration, snapshot.loaded_at)
    counts = [_answered(s, entry.id, questions, encoder, cache, day, False) for s in (snapshot, changed)]
    unseen = _answered(changed, entry.id, questions, encoder, cache, day, True)
    stored = _stored_questions(changed, entry.id, {q.tokens.key for q in questions})
    found = [_found(s, stored, encoder, cache) for s in (snapshot, changed)]
    return Effect(
        len(questions), counts[0], counts[1], unseen, len(stored), found[0], found[1],
        _stolen(snapshot, entry, instead_of, encoder, cache),
    )  # fmt: skip


def _answered(
    snapshot: Snapshot, entry_id: str, questions: Sequence[Question], encoder: Encoder, cache: EmbeddingCache,
    day: dt.date, hide: bool,
) -> int:  # fmt: skip
    """How many of the mined questions the entry answers, without being asked back."""
    wanted = snapshot.by_id.get(entry_id)
    if wanted is None:
        return 0
    allowed = usable(snapshot, day)
    right = 0
    vectors = question_vectors(snapshot, encoder, cache, [q.tokens for q in questions])
    for question, vector in zip(questions, vectors, strict=True):
        hidden = rows_of(snapshot, wanted, {question.tokens.key}) if hide else []
        found = standing(snapshot, question.tokens, vector, allowed, hidden)
        right += found.entry == wanted and found.probability >= snapshot.calibration.answer
    return right


def _stored_questions(snapshot: Snapshot, entry_id: str, mined: set[str]) -> list[tuple[str, str]]:
    """(entry id, question) of the entry and its neighbours, without what was mined; evenly thinned where many."""
    touched = snapshot.by_id[entry_id]
    theme = snapshot.vectors[int(snapshot.starts[touched]) : int(snapshot.starts[touched + 1])].mean(axis=0)
    sizes = np.diff(snapshot.starts)
    likeness = np.add.reduceat(snapshot.vectors @ theme, snapshot.starts[:-1]) / sizes
    near = np.argsort(-likeness, kind="stable")[: NEIGHBOURS + 1].tolist()
    related = [snapshot.by_id[name] for name in snapshot.entries[touched].related if name in snapshot.by_id]
    rows = [
        row
        for entry in dict.fromkeys([touched, *near, *related])
        for row in range(int(snapshot.starts[entry]), int(snapshot.starts[entry + 1]))
        if snapshot.sentences[row].tokens.key not in mined
    ]
    step = max(1, -(-len(rows) // _MOST_ASKED))
    return [(snapshot.entries[snapshot.owners[row]].id, snapshot.sentences[row].text) for row in rows[::step]]


def _found(
    snapshot: Snapshot, stored: Sequence[tuple[str, str]], encoder: Encoder, cache: EmbeddingCache
) -> int:
    """How many of these, asked while hidden, find their own entry first. One the base has not got finds nothing."""
    places = {(snapshot.entries[s.owner].id, s.text): row for row, s in enumerate(snapshot.sentences)}
    rows = [places[key] for key in stored if key in places]
    vectors: Vectors = question_vectors(snapshot, encoder, cache, [snapshot.sentences[row].tokens for row in rows])
    everything = np.ones(len(snapshot.entries), dtype=bool)
    right = 0
    for row, vector in zip(rows, vectors, strict=True):
        sentence = snapshot.sentences[row]
        right += standing(snapshot, sentence.tokens, vector, everything, (row,)).entry == sentence.owner
    return right


def _stolen(
    snapshot: Snapshot, entry: Entry, instead_of: str | None, encoder: Encoder, cache: EmbeddingCache
) -> tuple[tuple[str, str, str], ...]:
    """Thefts by the edited entry that it did not commit before."""

    def thefts(one: Entry) -> list[Steal]:
        return [s for s in steals_of(snapshot, one, instead_of, encoder, cache) if s.thief.id == one.id]

    known = snapshot.by_id.get(instead_of) if instead_of is not None else None
    before = {(s.owner.id, s.question) for s in thefts(snapshot.entries[known])} if known is not None else set()
    return tuple(
        (s.owner.id, s.question, s.sentence) for s in thefts(entry) if (s.owner.id, s.question) not in before
    )
