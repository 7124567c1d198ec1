"""Tables of the editors' loop, in the service database."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, Index, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from common.store import Moment, Store
from knowledge_base.misses import METADATA

_CREATE_LOCK = 7_210_003  #: of PostgreSQL's advisory locks, so that two processes may start at once


class Base(DeclarativeBase):
    """Base of these tables."""

    type_annotation_map = {dt.datetime: Moment(), dt.date: Date()}  # noqa: RUF012


class UsageRow(Base):
    """One entry on one day (of China): how often each thing happened to it."""

    __tablename__ = "kb_usage"

    entry_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True, index=True)
    served: Mapped[int] = mapped_column(default=0)
    offered: Mapped[int] = mapped_column(default=0)
    chosen: Mapped[int] = mapped_column(default=0)
    helpful: Mapped[int] = mapped_column(default=0)
    not_helpful: Mapped[int] = mapped_column(default=0)


class SeenRow(Base):
    """What was recorded already: a digest of turn and event, so that a repeated turn counts once."""

    __tablename__ = "kb_usage_seen"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[dt.date] = mapped_column(index=True)


class HandledRow(Base):
    """A question an editor dealt with: what was missed up to `at` is not proposed again.

    `how`: `saved` or `draft` (it went to `entry_id`), or `outside` (later ones are not proposed either).
    """

    __tablename__ = "kb_mined"
    __table_args__ = (Index("ix_kb_mined_entry", "entry_id"),)

    #: Digest of the question's key (`matching.Tokens.key`).
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    question: Mapped[str] = mapped_column(String(200))
    how: Mapped[str] = mapped_column(String(10))
    entry_id: Mapped[str | None] = mapped_column(String(64))
    author: Mapped[str] = mapped_column(String(60))
    at: Mapped[dt.datetime]


def open_store(url: str) -> Store:
    """The service database with these tables and that of the misses. Blocks."""
    store = Store(url, Base.metadata)

    def prepare(session: Session) -> None:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text(f"SELECT pg_advisory_xact_lock({_CREATE_LOCK})"))
        Base.metadata.create_all(session.connection())
        METADATA.create_all(session.connection())

    store.write_now(prepare)
    return store
