"""Drafts: what one person writes another one approves before customers see it.

draft --submit--> in_review --approve--> published
  ^                  | |
  +----withdraw------+ +--reject--> rejected --save_draft / submit--> ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from common.clock import Clock
from common.ids import IdMaker, RandomIds
from common.store import Store
from knowledge_base.editing.draft_tables import Base, DraftRow, MoveRow, draft_of, move_of
from knowledge_base.editing.draft_types import MOVES, STATE_NAMES, Draft, DraftMove, Move, State
from knowledge_base.editing.errors import DraftStale, DraftUnknown, EditRefused, MoveRefused, SamePerson
from knowledge_base.editing.files import folder_lock
from knowledge_base.editing.forms import Form, entry_form, form_digest
from knowledge_base.editing.results import Saved
from knowledge_base.editing.store import EditStore
from knowledge_base.errors import EntryUnknown
from knowledge_base.problems import Problem

#: Checks a form: (form, entry id or None, category) -> problems. See `guard.Guard`.
Check = Callable[[Mapping[str, Any], str | None, str], list[Problem]]
_CREATE_LOCK = 7_210_002  #: of PostgreSQL's advisory locks, so that two processes may start at once


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

        def prepare(session: Session) -> None:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text(f"SELECT pg_advisory_xact_lock({_CREATE_LOCK})"))
            Base.metadata.create_all(session.connection())

        self._store.write_now(prepare)

    def close(self) -> None:
        """Let the database go."""
        self._store.close()

    # -- reading --------------------------------------------------------------------------------------------

    def get(self, draft_id: str) -> Draft:
        """One draft. Raises DraftUnknown."""
        return self._store.read_now(lambda session: draft_of(_row(session, draft_id)))

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
            if draft_id is None:
                return self._new(session, wanted, author, category, entry_id, base, opened, note)
            row = _row(session, draft_id, lock=True)
            same = self._repeated(session, row, "save", version, author)
            if same is not None and same.form == wanted:
                return same
            self._allow(row, "save", version, author)
            row.form, row.category, row.note = wanted, category, note
            if base is not None:
                row.base, row.base_form = base, opened
            return self._moved(session, row, "save", "draft", author, "")

        return self._store.write_now(work)

    def submit(self, draft_id: str, version: int, author: str) -> Draft:
        """Ask for review. Raises EditRefused where the guard finds errors, else as `save_draft`."""
        draft = self.get(draft_id)
        if draft.version == version:
            self._guarded(draft)

        def work(session: Session) -> Draft:
            row = _row(session, draft_id, lock=True)
            if (same := self._repeated(session, row, "submit", version, author)) is not None:
                return same
            self._allow(row, "submit", version, author)
            row.comment = ""
            return self._moved(session, row, "submit", "in_review", author, "")

        return self._store.write_now(work)

    def withdraw(self, draft_id: str, version: int, author: str) -> Draft:
        """Take it back from review, to write on. Raises as `save_draft`."""

        def work(session: Session) -> Draft:
            row = _row(session, draft_id, lock=True)
            if (same := self._repeated(session, row, "withdraw", version, author)) is not None:
                return same
            self._allow(row, "withdraw", version, author)
            return self._moved(session, row, "withdraw", "draft", author, "")

        return self._store.write_now(work)

    def reject(self, draft_id: str, version: int, reviewer: str, comment: str) -> Draft:
        """Send it back with a reason. Raises DraftUnknown, DraftStale, MoveRefused."""

        def work(session: Session) -> Draft:
            row = _row(session, draft_id, lock=True)
            if (same := self._repeated(session, row, "reject", version, reviewer)) is not None:
                return same
            self._allow(row, "reject", version)
            if not comment.strip():
                raise MoveRefused(draft_id, message_zh="退回要写明原因。")
            row.reviewer, row.comment = reviewer, comment.strip()
            return self._moved(session, row, "reject", "rejected", reviewer, comment.strip())

        return self._store.write_now(work)

    def approve(self, draft_id: str, version: int, reviewer: str) -> Draft:
        """Publish it: the guard once more, then the files. Another person than the author must do it.

        Raises SamePerson, EditRefused, EditConflict, SaveFailed, HistoryUnavailable, DraftUnknown, DraftStale,
        MoveRefused; in each case the draft stays under review.
        """
        draft = self.get(draft_id)
        if _person(draft.author) == _person(reviewer):
            raise SamePerson(draft_id)
        if draft.version == version and draft.state == "in_review":
            self._guarded(draft)

        def work(session: Session) -> Draft:
            row = _row(session, draft_id, lock=True)
            if (same := self._repeated(session, row, "approve", version, reviewer)) is not None:
                return same
            self._allow(row, "approve", version)
            # The row stays locked while the files are written, so that nothing else happens to the draft. Should
            # the commit fail after that, approving again finds the entry as wanted and writes nothing.
            saved = self._publish(draft_of(row), reviewer)
            row.reviewer, row.published_as, row.entry_id = reviewer, saved.version, saved.entry_id
            return self._moved(session, row, "approve", "published", reviewer, "")

        # The folder's turn first: waiting for it inside the transaction would hold up everybody's database.
        with folder_lock(self._edits.folder):
            return self._store.write_now(work)

    # -- parts ----------------------------------------------------------------------------------------------

    def _new(
        self,
        session: Session,
        form: Form,
        author: str,
        category: str,
        entry_id: str | None,
        base: str | None,
        base_form: Form | None,
        note: str,
    ) -> Draft:
        query = select(DraftRow).where(DraftRow.author == author, DraftRow.state == "draft", DraftRow.version == 1)
        for row in session.scalars(query):
            if (row.entry_id, row.category, row.form, row.note) == (entry_id, category, form, note):
                return draft_of(row)
        now = self._clock.now()
        row = DraftRow(
            draft_id=self._ids.new("draft-"), entry_id=entry_id, category=category, form=form, base=base,
            base_form=base_form, state="draft", author=author, reviewer="", note=note, comment="", published_as="",
            version=0, created_at=now, updated_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return self._moved(session, row, "save", "draft", author, "", before="")

    def _opened(self, entry_id: str | None, base: str | None) -> Form | None:
        if entry_id is None or base is None:
            return None
        try:
            present = self._edits.get(entry_id)
        except EntryUnknown:
            return None
        return present.form if present.base == base else self._edits.opened(entry_id, base)

    def _guarded(self, draft: Draft) -> None:
        errors = [p for p in self._check(draft.form, draft.entry_id, draft.category) if p.level == "error"]
        if errors:
            raise EditRefused(errors)

    def _publish(self, draft: Draft, reviewer: str) -> Saved:
        entry_id = draft.entry_id
        if entry_id is None:
            # A new entry that stands there exactly so was published by a try that broke off.
            try:
                present = self._edits.get(str(draft.form.get("id")))
            except EntryUnknown:
                pass
            else:
                if present.base == form_digest(draft.form):
                    entry_id = present.entry_id
        note = draft.note or (f"修改 {entry_id}" if entry_id else f"新增 {draft.form.get('id')}")
        note = f"{note}（审核：{reviewer}）"
        return self._edits.save(entry_id, draft.category, draft.form, draft.base, draft.author, note, draft.base_form)

    def _repeated(self, session: Session, row: DraftRow, move: Move, version: int, who: str) -> Draft | None:
        """The draft, where this very move of this version was made already."""
        query = select(MoveRow).where(MoveRow.draft_id == row.draft_id, MoveRow.draft_version == version)
        done = session.scalars(query).one_or_none()
        same = done is not None and version > 0 and done.move == move and done.who == who
        return draft_of(row) if same and row.version == version + 1 else None

    def _allow(self, row: DraftRow, move: Move, version: int, author: str | None = None) -> None:
        if row.version != version:
            raise DraftStale(draft_of(row))
        if row.state not in MOVES[move]:
            name = next(shown for state, shown in STATE_NAMES.items() if state == row.state)
            raise MoveRefused(row.draft_id, message_zh=f"这份草稿{name}，不能这样操作。")
        if author is not None and _person(row.author) != _person(author):
            raise MoveRefused(row.draft_id, message_zh=f"这份草稿是{row.author}的，只能由本人操作。")

    def _moved(
        self,
        session: Session,
        row: DraftRow,
        move: Move,
        after: State,
        who: str,
        comment: str,
        before: str | None = None,
    ) -> Draft:
        now = self._clock.now()
        session.add(
            MoveRow(
                draft_id=row.draft_id, draft_version=row.version, move=move,
                before=row.state if before is None else before, after=after, who=who, at=now, comment=comment,
            )
        )  # fmt: skip
        row.state, row.version, row.updated_at = after, row.version + 1, now
        session.flush()
        return draft_of(row)


def _row(session: Session, draft_id: str, lock: bool = False) -> DraftRow:
    query = select(DraftRow).where(DraftRow.draft_id == draft_id)
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise DraftUnknown(draft_id)
    return row


def _person(name: str) -> str:
    return name.strip().casefold()
