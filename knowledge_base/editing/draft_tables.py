"""Tables of the drafts, in the service database."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import Any

from sqlalchemy import JSON, Index, String, Text, inspect, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from common.store import Moment
from knowledge_base.editing.draft_types import Draft, DraftMove

_CREATE_LOCK = 7_210_002  #: of PostgreSQL's advisory locks, so that two processes may start at once


class Base(DeclarativeBase):
    """Base of the drafts' tables."""

    type_annotation_map = {dt.datetime: Moment(), dict[str, Any]: JSON()}  # noqa: RUF012


class DraftRow(Base):
    """One draft. Meanings as in `drafts.Draft`."""

    __tablename__ = "kb_drafts"

    draft_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    entry_id: Mapped[str | None] = mapped_column(String(64), index=True)
    category: Mapped[str] = mapped_column(String(64))
    form: Mapped[dict[str, Any]]
    base: Mapped[str | None] = mapped_column(String(16))
    base_form: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    state: Mapped[str] = mapped_column(String(12), index=True)
    author: Mapped[str] = mapped_column(String(60), index=True)
    reviewer: Mapped[str] = mapped_column(String(60), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    published_as: Mapped[str] = mapped_column(String(40), default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime] = mapped_column(index=True)
    removes: Mapped[bool] = mapped_column(default=False)


class MoveRow(Base):
    """The audit. Rows are added, never changed or removed."""

    __tablename__ = "kb_draft_moves"
    __table_args__ = (Index("ix_kb_draft_moves_draft", "draft_id", "draft_version", unique=True),)

    move_id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[str] = mapped_column(String(40))
    #: Of the draft before the move; 0 where the move made it.
    draft_version: Mapped[int]
    move: Mapped[str] = mapped_column(String(12))
    before: Mapped[str] = mapped_column(String(12))
    after: Mapped[str] = mapped_column(String(12))
    who: Mapped[str] = mapped_column(String(60))
    at: Mapped[dt.datetime]
    comment: Mapped[str] = mapped_column(Text, default="")


def draft_of(row: DraftRow) -> Draft:
    """A draft's row as others see it."""
    return Draft(**{field.name: getattr(row, field.name) for field in fields(Draft)})


def move_of(row: MoveRow) -> DraftMove:
    """A move's row as others see it."""
    return DraftMove(**{field.name: getattr(row, field.name) for field in fields(DraftMove)})


def create_tables(session: Session) -> None:
    """Make what is missing, also the column that tables made before deletions had drafts lack."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({_CREATE_LOCK})"))
    Base.metadata.create_all(session.connection())
    if "removes" not in {column["name"] for column in inspect(session.connection()).get_columns("kb_drafts")}:
        session.execute(text("ALTER TABLE kb_drafts ADD COLUMN removes BOOLEAN NOT NULL DEFAULT false"))
