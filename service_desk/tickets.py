"""Making tickets and what customers do to them: join, urge, cancel, add. Functions of a session."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.errors import InvalidInput
from service_desk import flow, visits, wording
from service_desk.core import OPEN_STATES, Core, Reply
from service_desk.errors import TicketNotOpen
from service_desk.models import TicketRow
from service_desk.types import Category, Kind, Priority, TicketDraft, TicketState

_NEVER_JOINED = frozenset({Kind.CALLBACK, Kind.FOLLOWUP})
_LONGEST = 4000


def create(core: Core, session: Session, draft: TicketDraft, by: str = "customer") -> Reply:
    """A new ticket with its people, limit and notice; or the open one about the same thing, added to."""
    if not draft.description.strip():
        if not draft.title.strip():
            raise InvalidInput("a ticket needs a description", message_zh="请说一下是什么问题，我好登记。")
        draft = replace(draft, description=draft.title)
    existing = _same_open(core, session, draft)
    if existing is not None:
        return _join(core, session, existing, draft, by)
    if draft.appointment is not None:
        visits.check_free(core, session, draft.area, draft.appointment)
    row = _new_row(core, session, draft)
    session.add(row)
    session.flush()
    core.audit(
        session, row, by, "created", f"{wording.KINDS[draft.kind]}，来自{draft.channel}", after=row.title
    )
    flow.set_due(core, session, row, core.now())
    assigned = flow.place(core, session, row)
    if draft.severe:
        core.audit(session, row, "yida", "escalated", "情节严重，报值班经理", after=row.owner)
    if assigned:
        flow.start(core, session, row)
    if draft.kind is not Kind.FOLLOWUP:
        core.tell(session, row, "created")
    return Reply(row.ticket_id)


def urge(core: Core, session: Session, row: TicketRow, by: str) -> Reply:
    """Counted once an hour; from the second on the priority goes up a step."""
    _must_be_open(row)
    now = core.now()
    if row.last_urge_at is not None and now - row.last_urge_at < dt.timedelta(
        minutes=core.settings.urge_minutes
    ):
        note = (
            f"您{wording.day(row.last_urge_at.date(), now.date())}{wording.clock_time(row.last_urge_at)}"
            f"已经催过，{row.handler}已经收到，正在抓紧处理。"
        )
        core.audit(session, row, by, "urge_again", "一小时内重复催单，不计数")
        return Reply(row.ticket_id, counted=False, note_zh=note)
    row.urge_count += 1
    row.last_urge_at = now
    core.audit(session, row, by, "urge", f"第{row.urge_count}次催单")
    raised = row.urge_count >= 2 and flow.raise_priority(
        core, session, row, Priority(row.priority).raised, "yida", f"客户第{row.urge_count}次催单"
    )
    note = f"已经帮您催了{row.handler}" + (
        f"，并升级为{wording.PRIORITIES[Priority(row.priority)]}处理。" if raised else "。"
    )
    return Reply(row.ticket_id, counted=True, note_zh=note)


def cancel(core: Core, session: Session, row: TicketRow, reason: str, by: str) -> Reply:
    """Ends it; a cancelled one stays cancelled however often this is said."""
    if row.state != TicketState.CANCELLED:
        flow.change(core, session, row, TicketState.CANCELLED, by, reason)
    return Reply(row.ticket_id, note_zh="工单已经撤销。")


def append(core: Core, session: Session, row: TicketRow, text: str, by: str) -> Reply:
    """More about the same thing; kept in the description and told to the handler by the history."""
    _must_be_open(row)
    if not text.strip():
        raise InvalidInput("nothing to add", message_zh="请说一下要补充什么。")
    _add_text(core, row, text)
    core.audit(session, row, by, "append", text)
    return Reply(row.ticket_id, note_zh="已经补充到工单里了。")


def request_draft(phone: str | None, intent: str, text: str, channel: str) -> TicketDraft:
    """What to note down when a system was away: somebody does it and calls back."""
    return TicketDraft(
        Kind.REQUEST,
        Category.BUSINESS,
        text.strip() or "（客户没有留下文字）",
        phone or "",
        title="待回复的请求",
        channel=channel,
        intent=intent,
    )


def _same_open(core: Core, session: Session, draft: TicketDraft) -> TicketRow | None:
    if not draft.phone or draft.kind in _NEVER_JOINED or draft.parent_id:
        return None
    since = core.now() - dt.timedelta(hours=core.settings.join_hours)
    query = select(TicketRow).where(
        TicketRow.phone == draft.phone,
        TicketRow.kind == draft.kind,
        TicketRow.category == draft.category,
        TicketRow.state.in_(OPEN_STATES),
        TicketRow.created_at > since,
        TicketRow.parent_id.is_(None),
    )
    if draft.kind is Kind.REQUEST:
        query = query.where(TicketRow.intent == draft.intent)
    return session.scalars(query.order_by(TicketRow.created_at.desc()).limit(1)).first()


def _join(core: Core, session: Session, row: TicketRow, draft: TicketDraft, by: str) -> Reply:
    if draft.description.strip() not in row.description:
        _add_text(core, row, draft.description)
    row.trail = [*row.trail, *(line for line in draft.trail if line not in row.trail)]
    for name in ("contact_phone", "customer_name", "area", "address", "account_manager"):
        if not getattr(row, name):
            setattr(row, name, getattr(draft, name))
    core.audit(session, row, by, "joined", f"重复反映，并入本单，来自{draft.channel}：{draft.description}")
    if draft.severe and not row.severe:
        row.severe = True
        managers = core.directory.with_role("duty_manager")
        if managers and row.owner_id not in {m.staff_id for m in managers}:
            flow.reassign(core, session, row, "yida", owner=managers[0].staff_id, why="情节严重，报值班经理")
    wanted = Priority.URGENT if draft.severe else draft.priority
    if wanted is not None:
        flow.raise_priority(core, session, row, wanted, "yida", "客户再次反映")
    note = f"您这个问题已经登记过了，工单号{row.ticket_id}，刚才说的我补充进去了，不用重复登记。"
    if draft.appointment is not None and row.visit_date is None:
        visits.book(core, session, row, draft.appointment, by)
    return Reply(row.ticket_id, joined=True, note_zh=note)


def _new_row(core: Core, session: Session, draft: TicketDraft) -> TicketRow:
    now = core.now()
    visit = draft.appointment
    return TicketRow(
        ticket_id=core.number(session),
        kind=draft.kind,
        category=draft.category,
        intent=draft.intent,
        title=draft.title or wording.default_title(draft.kind, draft.category),
        description=draft.description.strip()[:_LONGEST],
        channel=draft.channel,
        phone=draft.phone,
        contact_phone=draft.contact_phone or draft.phone,
        customer_name=draft.customer_name,
        area=draft.area,
        address=draft.address,
        priority=_priority(draft),
        segment=draft.segment,
        severe=draft.severe,
        state=TicketState.NEW,
        owner_id="",
        owner="",
        handler_id="",
        handler="",
        department=draft.department,
        account_manager=draft.account_manager,
        created_at=now,
        updated_at=now,
        clock_from=now,
        working_clock=False,
        trail=list(draft.trail),
        urge_count=0,
        parent_id=draft.parent_id,
        resolution="",
        suspend_asked_by="",
        visit_date=visit.date if visit else None,
        visit_period=visit.period if visit else None,
    )


def _priority(draft: TicketDraft) -> Priority:
    if draft.severe:
        return Priority.URGENT
    if draft.priority is not None:
        return draft.priority
    pressing = draft.segment == "enterprise" or draft.category in (
        Category.LEASED_LINE,
        Category.STAFF_ATTITUDE,
    )
    return Priority.HIGH if pressing or (draft.elder and draft.kind is Kind.FAULT) else Priority.NORMAL


def _add_text(core: Core, row: TicketRow, text: str) -> None:
    row.description = f"{row.description}\n[{core.now():%m-%d %H:%M} 补充] {text.strip()}"[:_LONGEST]


def _must_be_open(row: TicketRow) -> None:
    if row.state not in OPEN_STATES:
        raise TicketNotOpen
