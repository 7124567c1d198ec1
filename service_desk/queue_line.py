"""The order of the queue to a person, and what to tell who waits. Functions of a session."""

from __future__ import annotations

import datetime as dt
import math

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_desk import wording
from service_desk.core import Core
from service_desk.models import QueueRow
from service_desk.queue_types import Case, CaseState, Line, QueuePlace, QueuePriority

_MAX_MINUTES = 120


def in_hours(core: Core) -> bool:
    """Whether people answer now."""
    return core.sla.calendar.in_service(core.now())


def order(core: Core, session: Session, skill: str | None) -> list[QueueRow]:
    """Who waits (for `skill`), next first; whoever waited long ranks with the elders."""
    query = select(QueueRow).where(QueueRow.state == CaseState.WAITING)
    rows = session.scalars(query.where(QueueRow.skill == skill) if skill else query)
    aged = core.now() - dt.timedelta(minutes=core.settings.ageing_minutes)
    return sorted(
        rows,
        key=lambda r: (
            r.priority == QueuePriority.NORMAL and r.enqueued_at > aged,
            r.enqueued_at,
            r.place_id,
        ),
    )


def place(core: Core, session: Session, row: QueueRow) -> QueuePlace:
    """Position and wait among those of the same skill."""
    state = CaseState(row.state)
    if state is not CaseState.WAITING:
        note = "已经有人工客服接待您了。" if state is CaseState.TAKEN else "这次人工服务已经结束。"
        return QueuePlace(row.place_id, 0, 0, in_hours(core), state, note, row.agent)
    ids = [r.place_id for r in order(core, session, row.skill)]
    position = ids.index(row.place_id) + 1
    minutes = _estimate(core, position, row.skill)
    note = (
        f"您前面还有{position - 1}位，大约等{minutes}分钟。"
        if position > 1
        else "您排在第一位，马上就有人接待。"
    )
    return QueuePlace(row.place_id, position, minutes, in_hours(core), state, note)


def _estimate(core: Core, position: int, skill: str) -> int:
    agents = [s for s in core.directory.with_role("agent") if skill in s.skills]
    minutes = position * core.settings.handle_minutes / max(1, len(agents))
    return min(_MAX_MINUTES, math.ceil(minutes))


def closed_zh(core: Core) -> str:
    """What is said out of hours."""
    opens, closes = core.sla.calendar.service
    hours = f"{wording.clock_time(_on(opens))}到{wording.clock_time(_on(closes))}"
    return f"现在是下班时间，人工服务是每天{hours}。您可以留言，上班后给您回电。"


def _on(time: dt.time) -> dt.datetime:
    return dt.datetime.combine(dt.date(2000, 1, 1), time)


def as_case(r: QueueRow) -> Case:
    """A row as a value."""
    return Case(
        r.place_id,
        r.conversation_id,
        r.phone,
        r.skill,
        QueuePriority(r.priority),
        r.summary,
        tuple(Line(**line) for line in r.transcript),
        r.channel,
        CaseState(r.state),
        r.enqueued_at,
        r.taken_at,
        r.finished_at,
        r.agent,
        r.outcome,
        r.ticket_id,
    )
