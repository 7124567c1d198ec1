"""Moving tickets: people, states, suspension. Functions of a session; each one writes its audit."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from common.errors import InvalidInput
from service_desk import dispatch, machine
from service_desk.core import OPEN_STATES, Core
from service_desk.errors import IllegalMove, NotAllowed, OpenChildren, TicketNotOpen
from service_desk.models import TicketRow
from service_desk.types import Category, Kind, Priority, TicketState

S = TicketState
_TOLD = {
    S.DISPATCHED: "dispatched",
    S.EN_ROUTE: "en_route",
    S.SUSPENDED: "suspended",
    S.RESOLVED: "resolved",
    S.REOPENED: "reopened",
    S.CANCELLED: "cancelled",
}


def need_of(row: TicketRow) -> dispatch.Need:
    """What a stored ticket asks of people."""
    return dispatch.Need(
        Kind(row.kind),
        Category(row.category),
        row.area,
        row.address,
        row.severe,
        row.account_manager,
        row.department,
    )


def place(core: Core, session: Session, row: TicketRow, who: str = "yida") -> bool:
    """Give a ticket its people: an owner where it has none yet, a handler if one is free: then True."""
    handling, owning = core.loads(session)
    choice = dispatch.choose(core.directory, need_of(row), handling, owning)
    row.department = choice.route.department
    if not row.owner_id:
        row.owner_id, row.owner = choice.owner.staff_id, choice.owner.name_zh
        core.audit(session, row, who, "owner", "自动指定责任人", after=row.owner)
    before, handler = row.handler, choice.handler
    row.handler_id, row.handler = (
        (handler.staff_id, handler.name_zh) if handler else ("", choice.department_zh)
    )
    if handler is not None:
        core.audit(session, row, who, "handler", "按技能、片区和在手工单数派给", before, row.handler)
    elif before != row.handler:
        core.audit(session, row, who, "waiting", "暂无可派人员，进入待派队列", before, row.handler)
    return handler is not None


def start(core: Core, session: Session, row: TicketRow, who: str = "yida") -> None:
    """Take a ticket with both people from `new` on: accepted, and dispatched where a visit is booked."""
    change(core, session, row, S.ACCEPTED, who, tell=False)
    if row.visit_date is not None:
        change(core, session, row, S.DISPATCHED, who, tell=False)


def reassign(
    core: Core, session: Session, row: TicketRow, who: str, handler: str = "", owner: str = "", why: str = ""
) -> None:
    """Change either person, by staff id or name. Raises `InvalidInput` (a stranger), `NotAllowed` (full)."""
    _must_be_open(row)
    for name in filter(None, (handler, owner)):
        if core.directory.person(name) is None:
            raise InvalidInput("no such person", message_zh=f"人员表里没有“{name}”。")
    if owner and (boss := core.directory.person(owner)) is not None and boss.staff_id != row.owner_id:
        core.audit(session, row, who, "owner", why, row.owner, boss.name_zh)
        row.owner_id, row.owner = boss.staff_id, boss.name_zh
    if (
        handler
        and (person := core.directory.person(handler)) is not None
        and person.staff_id != row.handler_id
    ):
        if core.loads(session)[0].get(person.staff_id, 0) >= person.limit:
            raise NotAllowed("over the limit", message_zh=f"{person.name_zh}手上的工单已满，请换一位。")
        core.audit(session, row, who, "handler", why, row.handler, person.name_zh)
        row.handler_id, row.handler, row.department = person.staff_id, person.name_zh, person.department
        if row.state == S.NEW:
            start(core, session, row, who)
            core.tell(session, row, "dispatched")
        else:
            core.tell(session, row, "handler")


def change(
    core: Core,
    session: Session,
    row: TicketRow,
    to: TicketState,
    who: str,
    why: str = "",
    *,
    tell: bool = True,
    approved: bool = False,
) -> None:
    """One move of the state machine with what follows from it. Raises `IllegalMove`; then nothing changed."""
    was = S(row.state)
    machine.check(
        was, to, resumes_to=S(row.resumes_to) if row.resumes_to else None, suspension_approved=approved
    )
    if was is S.NEW and to is not S.CANCELLED and not row.handler_id:
        raise IllegalMove("no handler yet", message_zh="这张工单还没有处理人，请先指派。")
    if to is S.CLOSED and session.scalar(
        select(exists().where(TicketRow.parent_id == row.ticket_id, TicketRow.state.in_(OPEN_STATES)))
    ):
        raise OpenChildren
    now = core.now()
    row.state = to
    core.audit(session, row, who, "state", why, was.value, to.value)
    if was is S.SUSPENDED and to is not S.CANCELLED:
        _resume_clock(core, row, now)
    if to is S.SUSPENDED:
        row.resumes_to = was.value
    elif to is S.RESOLVED:
        row.resolved_at, row.resolution = now, why
        _withdraw_suspension(row)
    elif to is S.CLOSED:
        row.closed_at = now
    elif to is S.CANCELLED:
        row.closed_at = now
        _withdraw_suspension(row)
    elif to is S.REOPENED:
        _begin_again(core, session, row, who, now)
    what = "resumed" if was is S.SUSPENDED and to is not S.CANCELLED else _TOLD.get(to)
    if tell and what:
        core.tell(session, row, what)


def set_due(core: Core, session: Session, row: TicketRow, now: dt.datetime) -> None:
    """Start the time limit at `now`; a sub-order is never due later than its parent."""
    limit = core.sla.limit(row.kind, row.category, row.priority, row.segment)
    row.clock_from, row.working_clock, row.warned_at = now, limit.working, None
    row.due_at = core.sla.due(now, limit)
    if row.parent_id and row.kind != Kind.FOLLOWUP:
        parent = session.get(TicketRow, row.parent_id)
        if parent is not None and parent.due_at is not None and parent.state in OPEN_STATES:
            row.due_at = min(row.due_at, parent.due_at)


def raise_priority(core: Core, session: Session, row: TicketRow, to: Priority, who: str, why: str) -> bool:
    """Only ever upwards; the promised time stays. True if it changed."""
    was = Priority(row.priority)
    if to.rank <= was.rank:
        return False
    row.priority = to.value
    core.audit(session, row, who, "priority", why, was.value, to.value)
    return True


def ask_suspension(core: Core, session: Session, row: TicketRow, who: str, reason: str) -> None:
    """Ask for a pause. The clock runs on until it is approved; approval then counts from the asking."""
    machine.check(S(row.state), S.SUSPENDED, suspension_approved=True)
    if row.suspend_asked_at is not None:
        raise NotAllowed("already asked", message_zh="这张工单已经申请过挂起，正在等审核。")
    row.suspend_asked_at, row.suspend_asked_by = core.now(), who
    core.audit(session, row, who, "suspend_ask", reason)


def decide_suspension(
    core: Core, session: Session, row: TicketRow, who: str, approve: bool, why: str
) -> None:
    """A duty manager, not the one who asked, says yes or no."""
    if row.suspend_asked_at is None:
        raise NotAllowed("nothing to decide", message_zh="这张工单没有待审核的挂起申请。")
    person = core.directory.person(who)
    asker = core.directory.person(row.suspend_asked_by)
    if person is None or "duty_manager" not in person.roles or who == row.suspend_asked_by or person is asker:
        raise NotAllowed("not a manager", message_zh="挂起要由值班经理审核，申请人不能审核自己的申请。")
    asked = row.suspend_asked_at
    _withdraw_suspension(row)
    core.audit(session, row, who, "suspend_yes" if approve else "suspend_no", why)
    if approve:
        assert row.due_at is not None
        row.left_seconds = int(core.sla.left(asked, row.due_at, working=row.working_clock).total_seconds())
        change(core, session, row, S.SUSPENDED, who, why, approved=True)
        row.due_at = None


def resume(core: Core, session: Session, row: TicketRow, who: str, why: str) -> None:
    """End a pause; the rest of the time limit runs from now."""
    if row.state != S.SUSPENDED or row.resumes_to is None:
        raise IllegalMove("not suspended", message_zh="这张工单没有挂起。")
    change(core, session, row, S(row.resumes_to), who, why)


def _resume_clock(core: Core, row: TicketRow, now: dt.datetime) -> None:
    left = dt.timedelta(seconds=row.left_seconds or 0)
    row.due_at = core.sla.after(now, left, working=row.working_clock)
    row.left_seconds = row.resumes_to = None


def _begin_again(core: Core, session: Session, row: TicketRow, who: str, now: dt.datetime) -> None:
    row.resolved_at = row.closed_at = row.visit_date = row.visit_period = None
    row.resolution = ""
    set_due(core, session, row, now)
    handler = core.directory.staff.get(row.handler_id)
    if handler is None or core.loads(session)[0].get(handler.staff_id, 0) > handler.limit:
        place(core, session, row, who)


def _withdraw_suspension(row: TicketRow) -> None:
    row.suspend_asked_at, row.suspend_asked_by = None, ""


def _must_be_open(row: TicketRow) -> None:
    if row.state not in OPEN_STATES:
        raise TicketNotOpen
