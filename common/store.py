"""A small SQLAlchemy store: synchronous transactions run in threads, on SQLite or PostgreSQL.

SQLite writers take the write lock at once (`BEGIN IMMEDIATE`), so that a transaction which reads and
then writes is alone from its first read; on PostgreSQL callers lock rows with `with_for_update()`.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, DateTime, Engine, MetaData, StaticPool, create_engine, event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from common.clock import CHINA

T = TypeVar("T")


class Moment(TypeDecorator[dt.datetime]):
    """An aware datetime: kept in UTC, given back in Asia/Shanghai."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else value.astimezone(dt.timezone.utc)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        aware = value if value.tzinfo else value.replace(tzinfo=dt.timezone.utc)
        return aware.astimezone(CHINA)


class Store:
    """Runs functions of a `Session` as transactions.

    `url` is a SQLAlchemy URL; `sqlite://` keeps everything in memory for as long as the store lives.
    Tables of `metadata` are made by `create()`.
    """

    def __init__(self, url: str, metadata: MetaData) -> None:
        self._metadata = metadata
        self._engine = _engine(url)
        self._memory = isinstance(self._engine.pool, StaticPool)
        self._sqlite = self._engine.dialect.name == "sqlite"
        self._lock = threading.RLock()

    def create(self) -> None:
        """Make missing tables; safe in several processes at once on SQLite."""
        with self._guard(True), self._connect(True) as connection, connection.begin():
            self._metadata.create_all(connection)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a thread; nothing it changes is kept."""
        return await asyncio.to_thread(self.read_now, work)

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a thread and commit; an exception rolls everything back."""
        return await asyncio.to_thread(self.write_now, work)

    def read_now(self, work: Callable[[Session], T]) -> T:
        with (
            self._guard(False),
            self._connect(False) as connection,
            Session(connection, autoflush=False, expire_on_commit=False) as session,
        ):
            return work(session)

    def write_now(self, work: Callable[[Session], T]) -> T:
        with (
            self._guard(True),
            self._connect(True) as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            result = work(session)
            session.commit()
            return result

    def close(self) -> None:
        """Waits for the writer under way: SQLite crashes the process when a connection is closed under a statement."""
        with self._lock:
            self._engine.dispose()

    def _connect(self, write: bool) -> Connection:
        return self._engine.connect().execution_options(yida_write=write)

    def _guard(self, write: bool) -> contextlib.AbstractContextManager[Any]:
        """One SQLite writer at a time in this process; one user at all of a store in memory."""
        return self._lock if self._memory or (write and self._sqlite) else contextlib.nullcontext()


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    if parsed.database in (None, "", ":memory:"):
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves
    with contextlib.closing(connection.cursor()) as cursor:
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")


def _on_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("yida_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


