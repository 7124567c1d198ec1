"""Storage of the desk: one writer at a time, on SQLite and on PostgreSQL alike.

A write takes SQLite's write lock, or locks one row on PostgreSQL, before it looks at anything. Numbers,
joins, loads and visit capacity are then plain reads. A write lasts milliseconds; a desk that needs more
than a few hundred a second should lock by customer instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from common.store import Store
from service_desk.models import Base, CounterRow

T = TypeVar("T")
_LOCK = "desk"
_CREATE_LOCK = 7_210_001  #: of PostgreSQL's advisory locks, so that two processes may start at once


class DeskStore:
    """The desk's transactions. `url` is a SQLAlchemy URL; missing tables are made at once."""

    def __init__(self, url: str) -> None:
        self._store = Store(url, Base.metadata)

        def prepare(session: Session) -> None:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text(f"SELECT pg_advisory_xact_lock({_CREATE_LOCK})"))
            Base.metadata.create_all(session.connection())
            if session.get(CounterRow, _LOCK) is None:
                session.execute(insert(CounterRow).values(name=_LOCK, value=0))

        self._store.write_now(prepare)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a thread; nothing it changes is kept."""
        return await self._store.read(work)

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a thread, alone, and commit; an exception rolls everything back."""

        def alone(session: Session) -> T:
            session.execute(select(CounterRow.value).where(CounterRow.name == _LOCK).with_for_update())
            return work(session)

        return await self._store.write(alone)

    async def empty(self) -> None:
        """Remove every row but the lock."""

        def clear(session: Session) -> None:
            for table in reversed(Base.metadata.sorted_tables):
                keep = table.c.name != _LOCK if table is CounterRow.__table__ else None
                session.execute(table.delete() if keep is None else table.delete().where(keep))

        await self.write(clear)

    def close(self) -> None:
        self._store.close()
