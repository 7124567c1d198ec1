"""The guard on one edit: everything `yida kb check` would say of it, told before it is saved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from common.clock import Clock
from knowledge_base.check import check_entry
from knowledge_base.editing.forms import entry_form, read_form
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import Encoder
from knowledge_base.entry import Entry
from knowledge_base.problems import Problem
from knowledge_base.render import References
from knowledge_base.snapshot import Snapshot
from knowledge_base.steals import Steal, steals_of


def check_edit(
    form: Mapping[str, Any],
    entry_id: str | None,
    category: str,
    snapshot: Snapshot,
    encoder: Encoder,
    cache: EmbeddingCache,
    references: References,
    today: dt.date,
) -> list[Problem]:
    """What is wrong with a form that takes the place of `entry_id` (None: a new entry) in the whole base.

    Shape, references, quick checks, and steals in both directions. Each problem names its `field`. Under two
    seconds in a base of 1,000 entries once its sentences are embedded. Raises EncoderUnavailable.
    """
    entry, problems = read_form(entry_form(form), category)
    if entry is None:
        return problems
    if entry.id != entry_id and entry.id in snapshot.by_id:
        other = snapshot.entries[snapshot.by_id[entry.id]]
        message = f"编号与 {other.file} 的条目重复"
        return [Problem("duplicate_id", entry.file, message, "换一个编号", 0, entry.id, "id")]
    others = [other for other in snapshot.entries if other.id not in (entry.id, entry_id)]
    problems = check_entry(entry, others, references, today)
    # What is the same word for word is told already.
    known = {(problem.entry_id, problem.field) for problem in problems if problem.code == "duplicate_question"}
    told = [steal_problem(steal, entry) for steal in steals_of(snapshot, entry, entry_id, encoder, cache)]
    return problems + [problem for problem in told if (problem.entry_id, problem.field) not in known]


@dataclass(frozen=True)
class Guard:
    """`check_edit` against the base as it serves at that moment; what `Drafts` takes as its check."""

    snapshot: Callable[[], Snapshot]
    encoder: Encoder
    cache: EmbeddingCache
    references: References
    clock: Clock

    def __call__(self, form: Mapping[str, Any], entry_id: str | None, category: str) -> list[Problem]:
        """What is wrong with a form. Raises EncoderUnavailable."""
        today = self.clock.now().date()
        return check_edit(form, entry_id, category, self.snapshot(), self.encoder, self.cache, self.references, today)


def steal_problem(steal: Steal, edited: Entry) -> Problem:
    """A theft as the editor of one of the two sees it: at the question of theirs that has part in it."""
    sentence = steal.question if steal.owner.id == edited.id else steal.sentence
    place = edited.questions.index(sentence) if sentence in edited.questions else 0
    field = "question" if place == 0 else f"similar[{place}]"
    problem = steal.problem()
    if steal.owner.id == edited.id:
        return replace(problem, line=0, field=field)
    message = (
        f"「{steal.sentence}」会抢走条目 {steal.owner.id}（{steal.owner.file}）的「{steal.question}」"
        f"（相似 {steal.alike:.2f}，那一条自己 {steal.own:.2f}）"
    )
    return replace(problem, file=edited.file, message=message, line=0, entry_id=edited.id, field=field)
