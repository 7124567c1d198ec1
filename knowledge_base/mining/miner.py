"""The loop in one place: read the misses, propose, accept, remember what was handled."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from common.clock import Clock
from knowledge_base.editing.drafts import Drafts
from knowledge_base.editing.forms import read_form
from knowledge_base.editing.store import EditStore
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import Encoder
from knowledge_base.entry import Answer, Entry
from knowledge_base.mining.alike import Alike, yardstick
from knowledge_base.mining.cluster import link
from knowledge_base.mining.draft_entry import unwritten
from knowledge_base.mining.effect import Effect, measure
from knowledge_base.mining.errors import EditLosesMore, NothingToWrite, ProposalUnknown
from knowledge_base.mining.gather import fold
from knowledge_base.mining.handled import Handled, How
from knowledge_base.mining.propose import Ground, Proposal, propose
from knowledge_base.mining.standing import usable
from knowledge_base.misses import Misses
from knowledge_base.snapshot import Snapshot
from knowledge_base.trials import question_vectors

MAX_MISSES = 20_000
#: Groups proposed at most, those asked most first.
MAX_PROPOSALS = 200
DEFAULT_DAYS = 30
DEFAULT_SIZE = 3


@dataclass(frozen=True)
class Accepted:
    """What became of a proposal. `version` is the history's, `draft_id` that of a draft; `effect` None where the
    answers do not change."""

    proposal: Proposal
    how: How
    version: str = ""
    draft_id: str = ""
    effect: Effect | None = None


class Miner:
    """Everything blocks; call it from a thread in async code. `snapshot` gives the one that serves now.

    Example::

        (first, *_) = miner.proposals(since)
        print(first.diff, miner.effect(first).sentence_zh)
        miner.accept(first, "李编辑")
    """

    def __init__(
        self,
        misses: Misses,
        handled: Handled,
        store: EditStore,
        drafts: Drafts | None,
        snapshot: Callable[[], Snapshot],
        encoder: Encoder,
        cache: EmbeddingCache,
        clock: Clock,
    ) -> None:
        self._misses = misses
        self._handled = handled
        self._edits = store
        self._drafts = drafts
        self._snapshot = snapshot
        self._encoder = encoder
        self._cache = cache
        self._clock = clock
        self._yardstick: tuple[str, float] = ("", 0.0)
        self._mutex = threading.Lock()

    def since(self, day: dt.date | None = None) -> dt.datetime:
        """The beginning of a day of China; None: 30 days ago."""
        now = self._clock.now()
        wanted = day or (now - dt.timedelta(days=DEFAULT_DAYS)).date()
        return dt.datetime.combine(wanted, dt.time(), now.tzinfo)

    def proposals(self, since: dt.date | None = None, min_size: int = DEFAULT_SIZE) -> list[Proposal]:
        """Groups asked `min_size` times or more, the most asked first; the same misses give the same list.

        At most 20,000 misses of the period and 200 groups. Raises EncoderUnavailable.
        """
        questions = fold(self._misses.between(self.since(since), limit=MAX_MISSES), self._handled.known())
        snapshot = self._snapshot()
        if not questions or not snapshot.sentences:
            return []
        vectors = question_vectors(snapshot, self._encoder, self._cache, [q.tokens for q in questions])
        alike = Alike([question.tokens for question in questions], vectors)
        groups = [(sum(questions[row].times for row in rows), rows) for rows in link(alike, self._threshold(snapshot))]
        groups = sorted((g for g in groups if g[0] >= min_size), key=lambda g: (-g[0], int(g[1][0])))[:MAX_PROPOSALS]
        ground = Ground(snapshot, usable(snapshot, self._clock.now().date()), self._edits)
        return [propose(ground, rows, questions, vectors, alike) for _, rows in groups]

    def find(self, wanted: str, since: dt.date | None = None, min_size: int = DEFAULT_SIZE) -> Proposal:
        """A proposal by its number in the list (from 1) or its code. Raises ProposalUnknown."""
        found = self.proposals(since, min_size)
        by_code = next((proposal for proposal in found if proposal.code == wanted), None)
        if by_code is None and wanted.isdecimal() and 1 <= int(wanted) <= len(found):
            by_code = found[int(wanted) - 1]
        if by_code is None:
            raise ProposalUnknown(wanted)
        return by_code

    def effect(self, proposal: Proposal) -> Effect | None:
        """What the edit would do to the answers, None where there is no edit. Raises EncoderUnavailable."""
        if proposal.form is None:
            return None
        entry, instead_of = self._entry(proposal), proposal.entry_id if proposal.base else None
        today = self._clock.now().date()
        return measure(self._snapshot(), entry, instead_of, proposal.members, self._encoder, self._cache, today)

    def accept(
        self, proposal: Proposal, author: str, *, force: bool = False, as_draft: bool = False
    ) -> Accepted:
        """Carry it out and mark its questions as handled.

        `similar` is saved, or kept as a draft of `author`; `new` is always a draft, for its answer is still to be
        written; `rewrite` and `outside` are marked only. Raises EditLosesMore unless forced, EditRefused,
        EditConflict, SaveFailed, HistoryUnavailable, NothingToWrite, EncoderUnavailable.
        """
        if proposal.kind in ("rewrite", "outside"):
            how: How = "outside" if proposal.kind == "outside" else "seen"
            self._handled.mark(proposal.members, how, proposal.nearest, author)
            return Accepted(proposal, how)
        if proposal.form is None:
            raise NothingToWrite(proposal.code)
        effect = self.effect(proposal)
        if effect is not None and effect.costs_more and not force:
            raise EditLosesMore(effect)
        note = f"未答问题：{proposal.representative[:40]}（{proposal.size} 次）"
        if as_draft or unwritten(proposal.form):
            if self._drafts is None:
                raise NothingToWrite("no drafts", message_zh="新条目要先存成草稿，这里没有打开草稿箱。")
            target = proposal.entry_id if proposal.base else None
            draft = self._drafts.save_draft(proposal.form, author, proposal.category, target, proposal.base, note)
            accepted = Accepted(proposal, "draft", draft_id=draft.draft_id, effect=effect)
        else:
            saved = self._edits.save(proposal.entry_id, proposal.category, proposal.form, proposal.base, author, note)
            accepted = Accepted(proposal, "saved", saved.version, effect=effect)
        self._handled.mark(proposal.members, accepted.how, proposal.entry_id, author)
        return accepted

    def _entry(self, proposal: Proposal) -> Entry:
        """The entry as it would serve; one without an answer yet says nothing by it."""
        form: dict[str, Any] = dict(proposal.form or {})
        missing = unwritten(form)
        if missing:
            form["answer"] = {"text": "待填写", "speech": "待填写"}
            form["similar"] = form["similar"] or []
        # A draft may have too few similar questions to be valid; it is measured all the same.
        spare = [f"待填写{n}" for n in range(max(0, 3 - len(form["similar"])))]
        entry, problems = read_form({**form, "similar": [*form["similar"], *spare]}, proposal.category)
        if entry is None:
            raise NothingToWrite("；".join(map(str, problems)))
        answer = Answer("", "") if missing else entry.answer
        return replace(entry, similar=tuple(form["similar"]), answer=answer)

    def _threshold(self, snapshot: Snapshot) -> float:
        with self._mutex:
            if self._yardstick[0] != snapshot.version:
                self._yardstick = (snapshot.version, float(np.round(yardstick(snapshot), 6)))
            return self._yardstick[1]
