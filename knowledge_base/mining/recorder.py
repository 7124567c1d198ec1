"""Writes down what the knowledge base did, behind the conversation's back: a turn never waits for the database."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from common.clock import CHINA, Clock
from common.log import get_logger
from common.store import Store
from common.trace import current_trace_id
from knowledge_base.mining.tables import SeenRow, UsageRow
from knowledge_base.misses import MISSES, Reason, miss_row
from knowledge_base.search import SearchResult

_log = get_logger(__name__)
#: Answered; shown as a choice; taken from the choices; the customer said it helped, or that it did not.
Event = Literal["served", "offered", "chosen", "helpful", "not_helpful"]
EVENTS: tuple[Event, ...] = ("served", "offered", "chosen", "helpful", "not_helpful")
#: Notes kept while the database is away; beyond that the oldest are lost.
MAX_WAITING = 10_000
#: How long a turn is remembered, so that its repetition counts once.
REMEMBERED = dt.timedelta(days=7)
#: Keys in one statement: SQLite takes 32,766 variables.
_BATCH = 2000


@dataclass(frozen=True)
class _Note:
    """`miss` is a row of `kb_misses`; without one it is an event of an entry."""

    key: str
    day: dt.date
    entry_id: str = ""
    event: str = ""
    miss: dict[str, Any] | None = None


class Recorder:
    """Counts of entries (`kb_usage`) and misses (`kb_misses`), written once a second and on `close`.

    `store` comes from `tables.open_store`. `turn` names a message of a conversation; the same event of the same turn counts once, in whichever process
    and however often it comes. Empty: nothing is known, everything counts. `count` and `miss` never block on the
    database and never raise.

    Example::

        recorder = Recorder(open_store(settings.database), clock)
        recorder.start()
        recorder.count("conversation:message", "bill-day", "served")
        recorder.close()
    """

    def __init__(self, store: Store, clock: Clock, interval: float = 1.0) -> None:
        """`interval` is in seconds."""
        self._store = store
        self._clock = clock
        self._interval = interval
        self._waiting: deque[_Note] = deque(maxlen=MAX_WAITING)
        self._mutex = threading.Lock()
        self._flushing = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._forgot: dt.date | None = None
        self._number = 0

    def count(self, turn: str, entry_ids: str | Sequence[str], event: Event) -> None:
        """Note an event of one entry or several."""
        day = self._clock.now().astimezone(CHINA).date()
        for entry_id in (entry_ids,) if isinstance(entry_ids, str) else entry_ids:
            self._add(_Note(self._key(turn, event, entry_id), day, entry_id, event))

    def miss(
        self,
        turn: str,
        question: str,
        reason: Reason,
        result: SearchResult | None = None,
        channel: str | None = None,
        region: str | None = None,
        trace: str | None = None,
        nearest: str | None = None,
        probability: float | None = None,
    ) -> None:
        """Note a question not settled, masked at once.

        `nearest` and `probability` are for who has no `result` any more; `trace` is that of the turn it was asked
        in, None for the one being served.
        """
        now = self._clock.now()
        row = miss_row(now, question, reason, result, channel, region, current_trace_id() if trace is None else trace)
        if nearest is not None:
            row |= {"nearest": nearest, "probability": probability}
        self._add(_Note(self._key(turn, reason, "miss"), now.astimezone(CHINA).date(), miss=row))

    def start(self) -> None:
        """Write from a thread of its own from now on."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="kb-recorder", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Write what waits, and stop. The store stays open for its other users."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(10)
            self._thread = None
        self.flush()

    def flush(self) -> int:
        """Write what waits, in one transaction; how many notes were new. Where the database fails they wait on."""
        with self._flushing:
            with self._mutex:
                notes = list(self._waiting)
                self._waiting.clear()
            if not notes:
                return 0
            try:
                return self._store.write_now(lambda session: self._write(session, notes))
            except SQLAlchemyError as error:
                _log.warning("usage not written, trying again", extra={"error_type": type(error).__name__})
                with self._mutex:
                    self._waiting.extendleft(reversed(notes[-(MAX_WAITING - len(self._waiting)) :]))
                return 0

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            self.flush()

    def _add(self, note: _Note) -> None:
        with self._mutex:
            self._waiting.append(note)

    def _key(self, turn: str, *what: str) -> str:
        if not turn:
            self._number += 1
            turn = f"{id(self)}:{self._clock.now().isoformat()}:{self._number}"
        return hashlib.sha256("\0".join((turn, *what)).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def _write(self, session: Session, notes: Sequence[_Note]) -> int:
        insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        days = {note.key: note.day for note in notes}
        # In order, so that two processes never wait for each other in a circle.
        keys, fresh = sorted(days), set[str]()
        for start in range(0, len(keys), _BATCH):
            rows = [{"key": key, "day": days[key]} for key in keys[start : start + _BATCH]]
            statement = insert(SeenRow).values(rows).on_conflict_do_nothing().returning(SeenRow.key)
            fresh |= set(session.scalars(statement))
        counts: dict[tuple[str, dt.date], dict[str, int]] = defaultdict(lambda: dict.fromkeys(EVENTS, 0))
        missed, left = [], set(fresh)
        for note in notes:
            if note.key not in left:
                continue
            left.discard(note.key)
            if note.miss is not None:
                missed.append(note.miss)
            else:
                counts[note.entry_id, note.day][note.event] += 1
        for (entry_id, day), made in sorted(counts.items()):
            statement = insert(UsageRow).values(entry_id=entry_id, day=day, **made)
            added = {name: getattr(UsageRow, name) + statement.excluded[name] for name in EVENTS}
            session.execute(statement.on_conflict_do_update(index_elements=["entry_id", "day"], set_=added))
        if missed:
            session.execute(MISSES.insert(), missed)
        self._forget(session)
        return len(fresh)

    def _forget(self, session: Session) -> None:
        """Once a day: turns too old to come again."""
        today = self._clock.now().astimezone(CHINA).date()
        if self._forgot != today:
            session.execute(delete(SeenRow).where(SeenRow.day < today - REMEMBERED))
            self._forgot = today
