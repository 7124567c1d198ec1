"""One step of a draft inside a transaction: its row, whether the step is allowed, and the step written down."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge_base.editing.draft_tables import DraftRow, MoveRow, draft_of
from knowledge_base.editing.draft_types import MOVES, STATE_NAMES, Draft, Move, State
from knowledge_base.editing.errors import DraftStale, DraftUnknown, MoveRefused
from knowledge_base.editing.forms import Form


@dataclass(frozen=True)
class Content:
    """What a draft says. Meanings as in `Draft`."""

    form: Form
    category: str
    entry_id: str | None
    base: str | None
    base_form: Form | None
    note: str
    removes: bool = False


def find_row(session: Session, draft_id: str, lock: bool = False) -> DraftRow:
    """The row of a draft; `lock` keeps it until the end of the transaction. Raises DraftUnknown."""
    query = select(DraftRow).where(DraftRow.draft_id == draft_id)
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise DraftUnknown(draft_id)
    return row


def new_row(session: Session, draft_id: str, content: Content, author: str, now: dt.datetime) -> Draft:
    """Make a draft; the same one asked for twice is made once."""
    query = select(DraftRow).where(DraftRow.author == author, DraftRow.state == "draft", DraftRow.version == 1)
    wanted = (content.entry_id, content.category, content.form, content.note, content.removes)
    for row in session.scalars(query):
        if (row.entry_id, row.category, row.form, row.note, row.removes) == wanted:
            return draft_of(row)
    row = DraftRow(
        draft_id=draft_id, entry_id=content.entry_id, category=content.category, form=content.form, base=content.base,
        base_form=content.base_form, state="draft", author=author, reviewer="", note=content.note, comment="",
        published_as="", version=0, created_at=now, updated_at=now, removes=content.removes,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return step(session, row, "save", "draft", author, now, before="")


def repeated(session: Session, row: DraftRow, move: Move, version: int, who: str) -> Draft | None:
    """The draft, where this very move of this version was made already."""
    query = select(MoveRow).where(MoveRow.draft_id == row.draft_id, MoveRow.draft_version == version)
    done = session.scalars(query).one_or_none()
    same = done is not None and version > 0 and done.move == move and done.who == who
    return draft_of(row) if same and row.version == version + 1 else None


def allow(row: DraftRow, move: Move, version: int, author: str | None = None) -> None:
    """Raises DraftStale and MoveRefused; `author` is who must have written it."""
    if row.version != version:
        raise DraftStale(draft_of(row))
    if row.state not in MOVES[move]:
        name = next(shown for state, shown in STATE_NAMES.items() if state == row.state)
        raise MoveRefused(row.draft_id, message_zh=f"这份草稿{name}，不能这样操作。")
    if author is not None and person(row.author) != person(author):
        raise MoveRefused(row.draft_id, message_zh=f"这份草稿是{row.author}的，只能由本人操作。")


def step(
    session: Session,
    row: DraftRow,
    move: Move,
    after: State,
    who: str,
    now: dt.datetime,
    comment: str = "",
    before: str | None = None,
) -> Draft:
    """Write the move down and bring the row to its new state."""
    session.add(
        MoveRow(
            draft_id=row.draft_id, draft_version=row.version, move=move,
            before=row.state if before is None else before, after=after, who=who, at=now, comment=comment,
        )
    )  # fmt: skip
    row.state, row.version, row.updated_at = after, row.version + 1, now
    session.flush()
    return draft_of(row)


def person(name: str) -> str:
    """A name as it tells people apart."""
    return name.strip().casefold()
