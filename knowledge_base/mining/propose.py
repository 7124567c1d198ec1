"""Groups of missed questions made into proposals: what to add to which entry, or which entry to write."""

from __future__ import annotations

import difflib
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from knowledge_base.editing.document import add_entry, replace_entry
from knowledge_base.editing.forms import Form
from knowledge_base.editing.store import EditStore
from knowledge_base.encoder import Vectors
from knowledge_base.mining.alike import Alike, Floats
from knowledge_base.mining.cluster import medoid, varied
from knowledge_base.mining.draft_entry import drafted
from knowledge_base.mining.gather import Question
from knowledge_base.mining.standing import Standing, standing
from knowledge_base.snapshot import Snapshot

#: More questions for a known entry; an entry to write; an entry that is found but does not help, so its answer is
#: to be looked at; none of our business.
Kind = Literal["similar", "new", "rewrite", "outside"]
KIND_NAMES: dict[Kind, str] = {
    "similar": "加相似问", "new": "新建条目", "rewrite": "看看答案", "outside": "与业务无关",
}  # fmt: skip
#: From this likeness on two sentences are the same to an editor.
SAME = 0.85
#: So much more like texts from outside than like any stored question, and so like them at all, it is none of our
#: business. Half of what is foreign shows so; of 500 questions of ours, one did.
FOREIGN, FOREIGN_LEAST = 0.05, 0.4
#: An entry this likely, averaged over all askings, and first in half of them, is the one that lacks these words. With
#: the tuned encoder: 51 of 60 entries that had lost half their questions got them back, none another's; 1 of 40
#: themes without any entry was taken for one.
CLOSE, AGREEING = 0.25, 0.5
_ASKED, _SAMPLES, _ADDED, _DRAFTED = 5, 5, 8, 12
#: Fates that speak against the answer rather than against the finding of it.
_OF_ANSWERS = frozenset({"not_helpful", "handed_over"})


@dataclass(frozen=True)
class Proposal:
    """One group of questions and what to do about it.

    `code` names it whatever else comes in; `size` is how often it was asked, `nearest` the closest entry and
    `probability` that it answers (0..1). `form` is the entry as it would be, `base` the digest of what stands
    there now (None: a new one); `diff` is unified, empty where there is nothing to write.
    """

    code: str
    kind: Kind
    representative: str
    size: int
    samples: tuple[str, ...]
    reasons: dict[str, int]
    nearest: str | None
    probability: float
    members: tuple[Question, ...]
    entry_id: str | None = None
    category: str = ""
    additions: tuple[str, ...] = ()
    form: Form | None = None
    base: str | None = None
    diff: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "code": self.code, "kind": self.kind, "representative": self.representative, "size": self.size,
            "distinct": len(self.members), "samples": list(self.samples), "reasons": self.reasons,
            "nearest": self.nearest, "probability": round(self.probability, 4), "entry_id": self.entry_id,
            "category": self.category, "additions": list(self.additions), "diff": self.diff,
        }  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """What proposals are made against: the snapshot that serves, which entries are valid now, the files."""

    snapshot: Snapshot
    allowed: NDArray[np.bool_]
    store: EditStore


def propose(
    ground: Ground, rows: NDArray[np.intp], questions: Sequence[Question], vectors: Vectors, alike: Alike
) -> Proposal:
    """The proposal for one group: `rows` of all `questions` and of their centred `vectors`."""
    members = [questions[row] for row in rows]
    likeness = alike.among(rows)
    middle = medoid(likeness, [question.times for question in members])
    spread = varied(likeness, middle, _ASKED)
    found = [standing(ground.snapshot, members[m].tokens, vectors[rows[m]], ground.allowed) for m in spread]
    nearest, probability, agreeing = _vote(found, [members[m].times for m in spread])
    reasons: Counter[str] = Counter()
    for question in members:
        reasons.update(question.reasons)
    entry = None if nearest is None else ground.snapshot.entries[nearest]
    kind = _kind(ground, nearest, found, probability, agreeing, reasons)
    text = members[middle].text
    made = Proposal(
        hashlib.sha256(members[middle].tokens.key.encode()).hexdigest()[:8], kind, text,
        sum(question.times for question in members), tuple(members[m].text for m in spread[:_SAMPLES]),
        dict(reasons.most_common()), entry.id if entry else None, probability, tuple(members),
    )  # fmt: skip
    order = [members[m] for m in varied(likeness, middle, 3 * _DRAFTED, 1.0 - SAME)]
    if kind == "similar" and nearest is not None:
        return _more_questions(ground, made, nearest, order, vectors[rows], members)
    return _new_entry(ground, made, order) if kind == "new" else made


def _vote(found: Sequence[Standing], times: Sequence[int]) -> tuple[int | None, float, float]:
    """(entry, its probability over all askings, share of askings it comes first in)."""
    votes: dict[int, float] = {}
    for one, count in zip(found, times, strict=True):
        if one.entry is not None:
            # Even a faint first place is a vote.
            votes[one.entry] = votes.get(one.entry, 0.0) + count * (one.probability + 0.05)
    if not votes:
        return None, 0.0, 0.0
    winner = max(votes, key=lambda entry: (votes[entry], -entry))
    mine = [(one, count) for one, count in zip(found, times, strict=True) if one.entry == winner]
    total = sum(times)
    return winner, sum(one.probability * n for one, n in mine) / total, sum(n for _, n in mine) / total


def _kind(
    ground: Ground, nearest: int | None, found: Sequence[Standing], probability: float, agreeing: float,
    reasons: Counter[str],
) -> Kind:  # fmt: skip
    numbers = ground.snapshot.calibration
    foreign = np.mean([one.foreign for one in found])
    nearer = foreign - np.mean([one.meaning for one in found])
    if probability < numbers.answer and foreign >= FOREIGN_LEAST and nearer > FOREIGN:
        return "outside"
    if nearest is None:
        return "new"
    against = sum(count for reason, count in reasons.items() if reason in _OF_ANSWERS)
    if probability >= numbers.answer and against * 2 > reasons.total():
        return "rewrite"
    return "similar" if agreeing >= AGREEING and probability >= CLOSE else "new"


def _more_questions(
    ground: Ground, made: Proposal, nearest: int, order: Sequence[Question], vectors: Vectors,
    members: Sequence[Question],
) -> Proposal:  # fmt: skip
    entry = ground.snapshot.entries[nearest]
    own = slice(int(ground.snapshot.starts[nearest]), int(ground.snapshot.starts[nearest + 1]))
    texts = [s.tokens for s in ground.snapshot.sentences[own]]
    whole = Alike([*texts, *(q.tokens for q in members)], np.concatenate([ground.snapshot.vectors[own], vectors]))
    near: Floats = whole.among(np.arange(len(texts), len(whole)), np.arange(len(texts)))
    known = {q.text: float(row.max(initial=0.0)) for q, row in zip(members, near, strict=True)}
    wanted = [q.text for q in order if _fit(ground, q) and known[q.text] < SAME]
    present = ground.store.get(entry.id)
    similar = [str(text) for text in present.form.get("similar", [])]
    form = {**present.form, "similar": [*similar, *wanted[:_ADDED]][:200]}
    refused = {p.field for p in ground.store.check(form, present.category, entry.id) if p.level == "error"}
    kept = [
        text for place, text in enumerate(form["similar"]) if place < len(similar) or f"similar[{place + 1}]" not in refused
    ]
    added = tuple(kept[len(similar) :])
    found = _with(made, entry_id=entry.id, category=present.category, additions=added, base=present.base)
    if not added:  # it has them all: finding it is not what is wrong
        return _with(found, kind="rewrite")
    form["similar"] = kept
    file = ground.store.view().find(entry.id)
    diff = _diff(file.name, file.text, replace_entry(file.text, entry.id, form)) if file else ""
    return _with(found, form=form, diff=diff)


def _new_entry(ground: Ground, made: Proposal, order: Sequence[Question]) -> Proposal:
    usable = [question.text for question in order if _fit(ground, question)]
    if not usable:
        return made
    view = ground.store.view()
    taken = {entry_id for file in view.files.values() for entry_id in file.forms}
    form = drafted(usable[0], usable[1 : _DRAFTED + 1], made.members, taken)
    near = view.find(made.nearest) if made.nearest else None
    file = near or max(view.files.values(), key=lambda f: len(f.forms), default=None)
    if file is None:
        return made
    diff = _diff(file.name, file.text, add_entry(file.text, form))
    return _with(made, entry_id=form["id"], category=file.category, additions=tuple(usable), form=form, diff=diff)


def _fit(ground: Ground, question: Question) -> bool:
    """Whether it may stand in the files: nothing masked, a sentence's length, nobody else's."""
    return not question.masked and 2 <= len(question.text) <= 80 and question.tokens.key not in ground.snapshot.by_key


def _with(made: Proposal, **changes: Any) -> Proposal:
    return Proposal(**{**made.__dict__, **changes})


def _diff(name: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)
