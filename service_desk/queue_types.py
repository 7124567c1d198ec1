"""Values of the queue to a person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class QueuePriority(StrEnum):
    """Elders, enterprises and urgent cases go before all others, among themselves by time."""

    NORMAL = "normal"
    ELDER = "elder"
    ENTERPRISE = "enterprise"
    URGENT = "urgent"


class CaseState(StrEnum):
    """`left`: gone before anybody came."""

    WAITING = "waiting"
    TAKEN = "taken"
    FINISHED = "finished"
    LEFT = "left"


@dataclass(frozen=True)
class QueuePlace:
    """Where somebody stands. `position` 1 is next; 0: taken, or out of hours (`in_hours`)."""

    place_id: str
    position: int
    estimated_wait_minutes: int
    in_hours: bool
    state: CaseState
    note_zh: str
    agent: str = ""


@dataclass(frozen=True)
class Line:
    """One thing said. `who`: customer, yida or agent."""

    who: str
    text: str
    at: str = ""


@dataclass(frozen=True)
class Case:
    """All an agent needs on one page."""

    place_id: str
    conversation_id: str
    phone: str
    skill: str
    priority: QueuePriority
    summary: str
    transcript: tuple[Line, ...]
    channel: str
    state: CaseState
    enqueued_at: dt.datetime
    taken_at: dt.datetime | None
    finished_at: dt.datetime | None
    agent: str
    outcome: str
    ticket_id: str | None
