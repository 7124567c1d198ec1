"""Repair visits: free periods by area, booking, moving, cancelling. Functions of a session."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from common.clock import CHINA
from common.errors import InvalidInput
from service_desk import flow, wording
from service_desk.core import OPEN_STATES, Core, Reply
from service_desk.errors import NoVisit, SlotFull, SlotPast, TicketNotOpen, VisitUnderWay
from service_desk.models import TicketRow
from service_desk.types import Appointment, Period, Slot, TicketState

#: When each period begins and ends, o'clock.
HOURS = {Period.MORNING: (9, 12), Period.AFTERNOON: (14, 18), Period.EVENING: (18, 20)}
_MAX_DAYS = 31
S = TicketState


def slots(core: Core, session: Session, area: str, days: int, first: dt.date | None = None) -> list[Slot]:
    """All periods that can still be booked in time, full ones too (`left` 0), soonest first."""
    if not 1 <= days <= _MAX_DAYS:
        raise InvalidInput("1 to 31 days", message_zh="请选一个月之内的日子。")
    start = max(first or core.now().date(), core.now().date())
    end = start + dt.timedelta(days=days)
    query = select(TicketRow.visit_date, TicketRow.visit_period, func.count()).where(
        TicketRow.visit_date >= start,
        TicketRow.visit_date < end,
        TicketRow.area == area,
        TicketRow.state.in_(OPEN_STATES),
    )
    booked = {
        (day, period): n
        for day, period, n in session.execute(query.group_by(TicketRow.visit_date, TicketRow.visit_period))
    }
    found = []
    for offset in range(days):
        day = start + dt.timedelta(days=offset)
        for period in Period:
            if _bookable(core, Appointment(day, period)):
                capacity = core.directory.visits.capacity(area, period)
                found.append(
                    Slot(day, period, capacity, max(0, capacity - booked.get((day, period.value), 0)))
                )
    return found


def check_free(core: Core, session: Session, area: str, appointment: Appointment) -> None:
    """Raises `SlotPast` or `SlotFull` (with free ones)."""
    if not _bookable(core, appointment):
        raise SlotPast
    horizon = slots(core, session, area, core.directory.visits.horizon_days + 1)
    if not any(s.appointment == appointment and s.left for s in horizon):
        raise SlotFull([s for s in horizon if s.left])


def book(core: Core, session: Session, row: TicketRow, appointment: Appointment, by: str) -> Reply:
    """Book, or move what was booked."""
    if row.visit_date is not None:
        return change(core, session, row, appointment, by)
    _check_movable(row)
    check_free(core, session, row.area, appointment)
    row.visit_date, row.visit_period = appointment.date, appointment.period
    core.audit(session, row, by, "visit_book", "", "", _words(appointment))
    if row.state in (S.ACCEPTED, S.REOPENED):
        flow.change(core, session, row, S.DISPATCHED, "yida", "已约上门")
    else:
        core.tell(session, row, "dispatched")
    return Reply(row.ticket_id, note_zh=_coming(core, row, appointment))


def change(core: Core, session: Session, row: TicketRow, appointment: Appointment, by: str) -> Reply:
    """Move the visit; the same time again changes nothing."""
    _check_movable(row)
    if row.visit_date is None or row.visit_period is None:
        raise NoVisit
    before = Appointment(row.visit_date, Period(row.visit_period))
    if before != appointment:
        check_free(core, session, row.area, appointment)
        row.visit_date, row.visit_period = appointment.date, appointment.period
        core.audit(session, row, by, "visit_change", "", _words(before), _words(appointment))
        core.tell(session, row, "visit")
    return Reply(row.ticket_id, note_zh=_coming(core, row, appointment))


def cancel(core: Core, session: Session, row: TicketRow, by: str, reason: str) -> Reply:
    """Give the period back; the ticket goes on without a visit."""
    _check_movable(row)
    if row.visit_date is None or row.visit_period is None:
        raise NoVisit
    before = Appointment(row.visit_date, Period(row.visit_period))
    row.visit_date = row.visit_period = None
    core.audit(session, row, by, "visit_cancel", reason, _words(before))
    if row.state == S.DISPATCHED:
        flow.change(core, session, row, S.ACCEPTED, "yida", "上门预约已取消", tell=False)
    core.tell(session, row, "visit_off")
    return Reply(row.ticket_id, note_zh="上门预约已经取消，工单还在处理。")


def _bookable(core: Core, appointment: Appointment) -> bool:
    now = core.now()
    begins = dt.datetime.combine(appointment.date, dt.time(HOURS[appointment.period][0]), CHINA)
    soonest = now + dt.timedelta(minutes=core.directory.visits.lead_minutes)
    horizon = now.date() + dt.timedelta(days=core.directory.visits.horizon_days)
    return begins >= soonest and appointment.date <= horizon


def _check_movable(row: TicketRow) -> None:
    if row.state in (S.EN_ROUTE, S.ON_SITE):
        raise VisitUnderWay
    if row.state not in OPEN_STATES:
        raise TicketNotOpen


def _words(appointment: Appointment) -> str:
    return wording.visit_fixed(appointment)


def _coming(core: Core, row: TicketRow, appointment: Appointment) -> str:
    return (
        f"约好了，{row.handler}{wording.visit(appointment, core.now().date())}上门，工单号{row.ticket_id}。"
    )
