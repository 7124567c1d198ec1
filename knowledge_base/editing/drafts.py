"""Drafts: what one person writes another one approves before customers see it.

draft --submit--> in_review --approve--> published
  ^                  | |
  +----withdraw------+ +--reject--> rejected --save_draft / submit--> ...
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.clock import Clock
from common.ids import IdMaker, RandomIds
from common.store import Store
from knowledge_base.editing.draft_steps import Content, allow, find_row, new_row, person, repeated, step
from knowledge_base.editing.draft_tables import Base, DraftRow, MoveRow, create_tables, draft_of, move_of
from knowledge_base.editing.draft_types import Draft, DraftMove, State
from knowledge_base.editing.errors import EditRefused, MoveRefused, SamePerson
from knowledge_base.editing.files import folder_lock
from knowledge_base.editing.forms import Form, entry_form
from knowledge_base.editing.publishing import publish
from knowledge_base.editing.store import EditStore
from knowledge_base.errors import EntryUnknown
from knowledge_base.problems import Problem

#: Checks a form: (form, entry id or None, category) -> problems. See `guard.Guard`.
Check = Callable[[Mapping[str, Any], str | None, str], list[Problem]]
_OPEN: tuple[State, ...] = ("draft", "rejected", "in_review")


class Drafts:
    """The tables `kb_drafts` and `kb_draft_moves` of the service database.

    `url` is a SQLAlchemy URL; missing tables are made at once. Methods block; call them from a thread in async
    code. Repeating a move with the draft version it was made with gives the same result and does nothing twice.
    """

    def __init__(self, url: str, edits: EditStore, check: Check, clock: Clock, ids: IdMaker | None = None) -> None:
        self._store = Store(url, Base.metadata)
        self._edits = edits
        self._check = check
        self._clock = clock
        self._ids = ids or RandomIds()
        self._store.write_now(create_tables)

    def close(self) -> None:
        """Let the database go."""
        self._store.close()

    # -- reading --------------------------------------------------------------------------------------------

    def get(self, draft_id: str) -> Draft:
        """One draft. Raises DraftUnknown."""
        return self._store.read_now(lambda session: draft_of(find_row(session, draft_id)))

    def listing(
        self,
        state: State | None = None,
        author: str | None = None,
        entry_id: str | None = None,
        limit: int = 100,
    ) -> list[Draft]:
        """Drafts, the latest change first."""
        query = select(DraftRow).order_by(DraftRow.updated_at.desc(), DraftRow.draft_id).limit(limit)
        for column, wanted in ((DraftRow.state, state), (DraftRow.author, author), (DraftRow.entry_id, entry_id)):
            if wanted is not None:
                query = query.where(column == wanted)
        return self._store.read_now(lambda session: [draft_of(row) for row in session.scalars(query)])

    def moves(self, draft_id: str) -> list[DraftMove]:
        """What happened to a draft, from the first step on."""
        query = select(MoveRow).where(MoveRow.draft_id == draft_id).order_by(MoveRow.move_id)
        return self._store.read_now(lambda session: [move_of(row) for row in session.scalars(query)])

    # -- moves ----------------------------------------------------------------------------------------------

    def save_draft(
        self,
        form: Mapping[str, Any],
        author: str,
        category: str,
        entry_id: str | None = None,
        base: str | None = None,
        note: str = "",
        draft_id: str | None = None,
        version: int = 0,
        base_form: Mapping[str, Any] | None = None,
    ) -> Draft:
        """Keep what was written so far; it need not be valid yet. `draft_id` None makes a new draft.

        The same new draft asked for twice is made once. Raises DraftUnknown, DraftStale, and MoveRefused where it
        is under review, published, or another person's.
        """
        wanted = entry_form(form)
        opened = entry_form(base_form) if base_form is not None else self._opened(entry_id, base)

        def work(session: Session) -> Draft:
            now = self._clock.now()
            if draft_id is None:
                content = Content(wanted, category, entry_id, base, opened, note)
                return new_row(session, self._ids.new("draft-"), content, author, now)
            row = find_row(session, draft_id, lock=True)
            same = repeated(session, row, "save", version, author)
            if same is not None and same.form == wanted:
                return same
            allow(row, "save", version, author)
            row.form, row.category, row.note, row.removes = wanted, category, note, False
            if base is not None:
                row.base, row.base_form = base, opened
            return step(session, row, "save", "draft", author, now)

        return self._store.write_now(work)

    def propose_deletion(self, entry_id: str, base: str, author: str, reason: str) -> Draft:
        """Ask that an entry be deleted; the request is under review at once. `base` is what its author looked at.

        A request that was withdrawn or rejected is made again by the same call. Raises EntryUnknown, and
        MoveRefused without a reason, where the entry was changed meanwhile or somebody asked already.
        """
        present, why = self._edits.get(entry_id), reason.strip()
        if not why:
            raise MoveRefused(entry_id, message_zh="申请删除要写明原因。")
        if present.base != base:
            raise MoveRefused(entry_id, message_zh="这一条刚被别人改过，请刷新页面，看过新内容再申请删除。")
        content = Content(present.form, present.category, entry_id, base, present.form, why, removes=True)
        query = select(DraftRow).where(DraftRow.entry_id == entry_id, DraftRow.removes, DraftRow.state.in_(_OPEN))

        def work(session: Session) -> Draft:
            mine: DraftRow | None = None
            for row in session.scalars(query.with_for_update()):
                own = person(row.author) == person(author)
                if row.state == "in_review":
                    if own and (row.base, row.note) == (base, why):
                        return draft_of(row)
                    raise MoveRefused(entry_id, message_zh=f"{'您' if own else row.author}已经申请删除这一条，正在等审核。")
                mine = row if own else mine
            now = self._clock.now()
            if mine is None:
                mine = find_row(session, new_row(session, self._ids.new("draft-"), content, author, now).draft_id)
            else:
                mine.form, mine.category, mine.note = content.form, content.category, why
                mine.base, mine.base_form, mine.comment = base, content.base_form, ""
                step(session, mine, "save", "draft", author, now)
            return step(session, mine, "submit", "in_review", author, now, why)

        return self._store.write_now(work)

    def submit(self, draft_id: str, version: int, author: str) -> Draft:
        """Ask for review. Raises EditRefused where the guard finds errors, else as `save_draft`."""
        draft = self.get(draft_id)
        if draft.version == version:
            self._guarded(draft)

        def work(session: Session) -> Draft:
            row = find_row(session, draft_id, lock=True)
            if (same := repeated(session, row, "submit", version, author)) is not None:
                return same
            allow(row, "submit", version, author)
            row.comment = ""
            return step(session, row, "submit", "in_review", author, self._clock.now())

        return self._store.write_now(work)

    def withdraw(self, draft_id: str, version: int, author: str) -> Draft:
        """Take it back from review, to write on. Raises as `save_draft`."""

        def work(session: Session) -> Draft:
            row = find_row(session, draft_id, lock=True)
            if (same := repeated(session, row, "withdraw", version, author)) is not None:
                return same
            allow(row, "withdraw", version, author)
            return step(session, row, "withdraw", "draft", author, self._clock.now())

        return self._store.write_now(work)

    def reject(self, draft_id: str, version: int, reviewer: str, comment: str) -> Draft:
        """Send it back with a reason. Raises DraftUnknown, DraftStale, MoveRefused."""

        def work(session: Session) -> Draft:
            row = find_row(session, draft_id, lock=True)
            if (same := repeated(session, row, "reject", version, reviewer)) is not None:
                return same
            allow(row, "reject", version)
            if not comment.strip():
                raise MoveRefused(draft_id, message_zh="退回要写明原因。")
            row.reviewer, row.comment = reviewer, comment.strip()
            return step(session, row, "reject", "rejected", reviewer, self._clock.now(), comment.strip())

        return self._store.write_now(work)

    def approve(self, draft_id: str, version: int, reviewer: str, mend: Collection[str] = ()) -> Draft:
        """Publish it: the guard once more, then the files. Another person than the author must do it.

        Where it deletes an entry, `mend` are those its reviewer was told of that name it as related; they stop
        doing so. Still others are an EditRefused that tells which. Raises SamePerson, EditRefused, EditConflict,
        SaveFailed, HistoryUnavailable, DraftUnknown, DraftStale, MoveRefused; in each case the draft stays under
        review.
        """
        draft = self.get(draft_id)
        if person(draft.author) == person(reviewer):
            raise SamePerson(draft_id)
        if draft.version == version and draft.state == "in_review":
            self._guarded(draft)

        def work(session: Session) -> Draft:
            row = find_row(session, draft_id, lock=True)
            if (same := repeated(session, row, "approve", version, reviewer)) is not None:
                return same
            allow(row, "approve", version)
            # The row stays locked while the files are written, so that nothing else happens to the draft. Should
            # the commit fail after that, approving again finds the entry as wanted and writes nothing.
            saved = publish(self._edits, draft_of(row), reviewer, mend)
            row.reviewer, row.published_as, row.entry_id = reviewer, saved.version, saved.entry_id
            return step(session, row, "approve", "published", reviewer, self._clock.now())

        # The folder's turn first: waiting for it inside the transaction would hold up everybody's database.
        with folder_lock(self._edits.folder):
            return self._store.write_now(work)

    # -- parts ----------------------------------------------------------------------------------------------

    def _opened(self, entry_id: str | None, base: str | None) -> Form | None:
        if entry_id is None or base is None:
            return None
        try:
            present = self._edits.get(entry_id)
        except EntryUnknown:
            return None
        return present.form if present.base == base else self._edits.opened(entry_id, base)

    def _guarded(self, draft: Draft) -> None:
        if draft.removes:
            return  # what stands in the way of a deletion is found under the folder's lock
        errors = [p for p in self._check(draft.form, draft.entry_id, draft.category) if p.level == "error"]
        if errors:
            raise EditRefused(errors)
