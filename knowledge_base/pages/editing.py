"""What editing needs, opened together: the files, their history, drafts and the guard; and how pages use them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from common.clock import Clock
from common.log import get_logger
from knowledge_base.editing.draft_types import Draft, State
from knowledge_base.editing.drafts import Check, Drafts
from knowledge_base.editing.forms import Form, entry_form, get_field
from knowledge_base.editing.guard import Guard
from knowledge_base.editing.history import History
from knowledge_base.editing.store import EditStore
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.errors import EncoderUnavailable, EntryUnknown
from knowledge_base.pages.errors import NotOpened, StillLoading
from knowledge_base.pages.knowledge import Knowledge
from knowledge_base.problems import Problem
from knowledge_base.render import References

T = TypeVar("T")
_log = get_logger(__name__)
#: Drafts read at most for a list.
MANY = 500
OPEN_STATES: tuple[State, ...] = ("draft", "rejected", "in_review")


@dataclass(frozen=True)
class Editing:
    """Everything blocks; pages call it through `thread`."""

    store: EditStore
    history: History
    drafts: Drafts
    #: The quick checks, and those before a publication: (form, entry id or None, category) -> problems.
    check: Check
    guard: Check

    @classmethod
    def open(cls, faq_dir: Path, var_dir: Path, database: str, references: References, clock: Clock,
             knowledge: Knowledge, cache: Path | None = None) -> Editing:
        """Open all of it; `cache` is the file of embeddings. Blocks. Raises YidaError."""
        history = History(faq_dir, var_dir, clock)
        store = EditStore(faq_dir, references, clock, history)

        def check(form: Mapping[str, Any], entry_id: str | None, category: str) -> list[Problem]:
            return store.check(form, category, entry_id)

        guard = _guard(store, references, clock, knowledge, cache)
        return cls(store, history, Drafts(database, store, guard, clock), check, guard)

    def close(self) -> None:
        self.drafts.close()

    # -- drafts as the pages see them -----------------------------------------------------------------------

    def open_drafts(self) -> list[Draft]:
        """Drafts somebody works on or waits for, the latest change first; the emptied ones left out."""
        return [draft for state in OPEN_STATES for draft in self.drafts.listing(state=state, limit=MANY) if not emptied(draft)]

    def own_draft(self, entry_id: str, author: str) -> Draft | None:
        """This person's latest open draft of an entry, requests to delete it left out."""
        found = self.drafts.listing(author=author, entry_id=entry_id, limit=20)
        return next((d for d in found if d.state in OPEN_STATES and not d.removes and not emptied(d)), None)

    def deletions(self, entry_id: str) -> list[Draft]:
        """Open requests to delete an entry, the latest change first."""
        found = self.drafts.listing(entry_id=entry_id, limit=20)
        return [draft for draft in found if draft.removes and draft.state in OPEN_STATES]

    def present(self, entry_id: str | None) -> tuple[Form | None, str, str]:
        """(form, base, category) of an entry as it stands; (None, "", "") where there is none."""
        if entry_id is None:
            return None, "", ""
        try:
            found = self.store.get(entry_id)
        except EntryUnknown:
            return None, "", ""
        return found.form, found.base, found.category


async def thread(work: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """Run blocking work beside the event loop."""
    return await asyncio.to_thread(work, *arguments, **named)


async def follow(knowledge: Knowledge) -> None:
    """Take in what was just published, without waiting for the watcher to see it."""
    try:
        base = knowledge.base
    except (StillLoading, NotOpened):
        return
    await asyncio.to_thread(base.reload)


def emptied(draft: Draft) -> bool:
    """Whether its author threw its content away: it says what stands there already, or nothing at all."""
    if draft.removes:
        return False
    if draft.base_form is not None:
        return entry_form(draft.form) == entry_form(draft.base_form)
    return not any(get_field(draft.form, field) for field in ("question", "similar", "answer.text", "answer.speech"))


def _guard(store: EditStore, references: References, clock: Clock, knowledge: Knowledge, cache: Path | None) -> Check:
    """The full guard against what serves; without an encoder the quick checks alone."""
    full = Guard(lambda: knowledge.base.snapshot, knowledge.encoder, EmbeddingCache(cache), references, clock)

    def guard(form: Mapping[str, Any], entry_id: str | None, category: str) -> list[Problem]:
        try:
            return full(form, entry_id, category)
        except EncoderUnavailable:
            _log.exception("no encoder, questions that steal from others are not looked for")
            return store.check(form, category, entry_id)

    return guard
