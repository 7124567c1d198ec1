"""What happens by itself: warnings before time is up, tickets waiting for a handler."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from common.log import get_logger
from service_desk import flow, wording
from service_desk.core import OPEN_STATES, Core
from service_desk.handover import Handover
from service_desk.models import TicketRow
from service_desk.types import Category, DueWarning, Tick, TicketState, Unassigned

log = get_logger(__name__)


def due_warnings(core: Core, session: Session, now: dt.datetime) -> list[DueWarning]:
    """Open tickets within the warning time, each told once ever in a round (a reopened ticket begins anew).

    Told is written with the answer, so a restart does not repeat it; suspended ones have no due time.
    """
    query = select(TicketRow).where(
        TicketRow.due_at <= now + core.sla.warn_before,
        TicketRow.warned_at.is_(None),
        TicketRow.state.in_(OPEN_STATES),
    )
    found = []
    for row in session.scalars(query.order_by(TicketRow.due_at)):
        if row.due_at is None or now < core.sla.warn_at(row.clock_from, row.due_at):
            continue
        row.warned_at = now
        left = int((row.due_at - now).total_seconds() // 60)
        text = f"工单{row.ticket_id}（{row.title}）" + (
            f"还有{left}分钟到期，请{row.handler}抓紧处理，责任人{row.owner}。"
            if left > 0
            else f"已超过时限，请{row.handler}马上处理，责任人{row.owner}。"
        )
        core.audit(session, row, "yida", "due_warning", f"到期时间{wording.due_fixed(row.due_at)}")
        found.append(DueWarning(row.ticket_id, row.handler, row.owner, row.due_at, left, text))
    return found


def assign_waiting(core: Core, session: Session) -> list[str]:
    """Try again to find handlers, oldest and most urgent first; the ids that got one."""
    done = []
    waiting = session.scalars(
        select(TicketRow)
        .where(TicketRow.handler_id == "", TicketRow.state.in_(OPEN_STATES))
        .order_by(TicketRow.created_at)
    ).all()
    for row in sorted(waiting, key=lambda r: -_rank(r)):
        if flow.place(core, session, row):
            if row.state == TicketState.NEW:
                flow.start(core, session, row)
            core.tell(session, row, "dispatched")
            done.append(row.ticket_id)
    return done


def unassigned(core: Core, session: Session, now: dt.datetime) -> list[Unassigned]:
    """Open tickets without a handler for longer than the alarm time, oldest first."""
    since = now - dt.timedelta(minutes=core.settings.alarm_minutes)
    query = select(TicketRow).where(
        or_(TicketRow.handler_id == "", TicketRow.owner_id == ""),
        TicketRow.state.in_(OPEN_STATES),
        TicketRow.clock_from <= since,
    )
    return [
        Unassigned(
            r.ticket_id,
            Category(r.category),
            r.area,
            r.clock_from,
            int((now - r.clock_from).total_seconds() // 60),
        )
        for r in session.scalars(query.order_by(TicketRow.clock_from))
    ]


def _rank(row: TicketRow) -> int:
    return {"urgent": 2, "high": 1}.get(row.priority, 0)


async def tick(core: Core, handover: Handover) -> Tick:
    """One round: handlers for waiting tickets, closing time, warnings, alarms, then the notices owed."""
    assigned = await core.store.write(lambda s: assign_waiting(core, s))
    await handover.close_day()
    warnings = await core.store.write(lambda s: due_warnings(core, s, core.now()))
    for warning in warnings:
        extra = {"ticket": warning.ticket_id, "minutes_left": warning.minutes_left}
        log.warning("ticket due soon", extra=extra)
    alarms = await core.store.read(lambda s: unassigned(core, s, core.now()))
    if alarms:
        log.warning("tickets unassigned", extra={"count": len(alarms)})
    return Tick(await core.outbox.flush(), tuple(assigned), tuple(warnings), tuple(alarms))
