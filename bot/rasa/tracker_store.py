"""Rasa's SQL tracker store, with the running conversations kept at hand.

Rasa reads and rebuilds a conversation from its database before every message, and asks the database again
which events are new before it saves: a third of a turn's time. One Rasa process that owns the database need
not: what it saved is what it has. Events reach the database before the answer leaves, as ever, so a killed
process loses nothing. Two processes on one database must use `type: SQL` instead.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections import OrderedDict
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker

#: Conversations kept in memory, the most recently served.
MAX_LIVE = 500


class LiveTrackerStore(SQLTrackerStore):
    """`tracker_store: {type: bot.rasa.tracker_store.LiveTrackerStore, dialect: sqlite, db: PATH}`."""

    def __init__(self, domain: Any = None, host: str | None = None, event_broker: Any = None, **options: Any) -> None:
        super().__init__(domain=domain, host=host, event_broker=event_broker, **options)
        #: Trackers with the number of their events that are in the database.
        self._live: OrderedDict[str, tuple[DialogueStateTracker, int]] = OrderedDict()
        self._connection: sa.engine.Connection | None = None
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _quick_and_safe)
            self.engine.dispose()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation; taken out of memory until it is saved, so that a turn that failed is read anew."""
        known = self._live.pop(sender_id, None)
        if known is not None:
            tracker, saved = known
            tracker._yida_saved = saved
            return tracker
        tracker = await super().retrieve(sender_id)
        if tracker is not None:
            tracker._yida_saved = len(tracker.events)
        return tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All sessions, for Rasa's own API; saving it again would write nothing twice."""
        tracker = await super().retrieve_full_tracker(conversation_id)
        if tracker is not None:
            tracker._yida_saved = len(tracker.events)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the events that are not in the database yet."""
        await self.stream_events(tracker)
        saved = getattr(tracker, "_yida_saved", 0)
        fresh = list(itertools.islice(tracker.events, saved, None))
        if fresh:
            connection = self._writer()
            with connection.begin():
                connection.execute(self.SQLEvent.__table__.insert(), [_row(tracker.sender_id, e) for e in fresh])
        tracker._yida_saved = len(tracker.events)
        # A new session starts a new tracker: it is read from the database, without what came before.
        if not (saved and any(isinstance(event, SessionStarted) for event in fresh)):
            self._live[tracker.sender_id] = (tracker, len(tracker.events))
            if len(self._live) > MAX_LIVE:
                self._live.popitem(last=False)

    def _writer(self) -> sa.engine.Connection:
        """One connection kept open: opening and closing the file costs as much as writing to it."""
        if self._connection is None or self._connection.closed or self._connection.invalidated:
            self._connection = self.engine.connect()
        return self._connection

    def make_older(self, sender_id: str, seconds: float) -> None:
        """Let time pass in one conversation: all that was said in it was said that much earlier (demo only)."""
        self._live.pop(sender_id, None)
        with self.session_scope() as session:
            for row in session.query(self.SQLEvent).filter_by(sender_id=sender_id):
                data = json.loads(row.data)
                data["timestamp"] = (data.get("timestamp") or row.timestamp) - seconds
                if data.get("event") == "slot":
                    data["value"] = _earlier(data.get("value"), dt.timedelta(seconds=seconds))
                row.timestamp, row.data = data["timestamp"], json.dumps(data)
            session.commit()

    def forget_all(self) -> None:
        """Empty the store (the demo's reset)."""
        self._live.clear()
        with self.session_scope() as session:
            session.query(self.SQLEvent).delete()
            session.commit()


def _earlier(value: Any, by: dt.timedelta) -> Any:
    """A slot's value with its times (`until`, `at`) moved back as well."""
    if not isinstance(value, dict):
        return value
    moved = {name: (dt.datetime.fromisoformat(value[name]) - by).isoformat() for name in ("until", "at") if isinstance(value.get(name), str)}
    return {**value, **moved}


def _row(sender_id: str, event: Any) -> dict[str, Any]:
    data = event.as_dict()
    return {"sender_id": sender_id, "type_name": event.type_name, "timestamp": data.get("timestamp"),
            "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
            "action_name": data.get("name"), "data": json.dumps(data)}


def _quick_and_safe(connection: Any, record: Any) -> None:
    """A write-ahead log: no wait for the disk at every turn, and nothing lost when the process dies."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
