"""What every operation of the desk shares: rows and views, the audit, numbers, doing a thing once."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from common.clock import CHINA, Clock
from common.errors import InvalidInput
from common.log import get_logger
from service_desk import machine, wording
from service_desk import types as t
from service_desk.directory import Directory
from service_desk.errors import TicketNotFound
from service_desk.models import CounterRow, DoneRow, EventRow, TicketRow
from service_desk.notices import Outbox
from service_desk.settings import DeskSettings
from service_desk.sla import Sla
from service_desk.store import DeskStore

log = get_logger(__name__)
_MOBILE = re.compile(r"1[3-9]\d{9}\Z")
OPEN_STATES = sorted(s.value for s in machine.OPEN)


@dataclass(frozen=True)
class Reply:
    """What an operation answers about a ticket; kept for a repeat of the same key."""

    ticket_id: str
    joined: bool = False
    counted: bool = False
    note_zh: str = ""


@dataclass(frozen=True)
class Core:
    """Passed to the desk's parts; `session` arguments belong to the caller's transaction."""

    store: DeskStore
    clock: Clock
    directory: Directory
    sla: Sla
    outbox: Outbox
    settings: DeskSettings

    def now(self) -> dt.datetime:
        return self.clock.now().astimezone(CHINA)

    async def once(
        self, operation: str, subject: str, key: str, work: Callable[[Session], Reply]
    ) -> t.Ticket:
        """Do `work` once under `key` (always, where it is empty), send the notices, answer the ticket."""
        if len(key) > 200:
            raise InvalidInput("an idempotency key has at most 200 characters")

        def run(session: Session) -> tuple[Reply, bool]:
            done = session.get(DoneRow, (operation, subject, key)) if key else None
            if done is not None:
                return Reply(**done.result), False
            reply = work(session)
            if key:
                session.add(
                    DoneRow(operation=operation, subject=subject, key=key, at=self.now(), result=vars(reply))
                )
            return reply, True

        reply, fresh = await self.store.write(run)
        if fresh:
            log.info("ticket " + operation, extra={"ticket": reply.ticket_id, "joined": reply.joined})
        # Also on a repeat: the process that did the work may have died before it sent them.
        await self.outbox.flush_soon(reply.ticket_id)
        ticket = await self.store.read(lambda s: self.view(s, self.row(s, reply.ticket_id)))
        return replace(ticket, joined=reply.joined, counted=reply.counted, note_zh=reply.note_zh)

    def row(self, session: Session, ticket_id: str, phone: str | None = None) -> TicketRow:
        """Raises `TicketNotFound`, also where `phone` is given and the ticket is another customer's."""
        found = session.get(TicketRow, ticket_id.strip().upper())
        if found is None or (phone is not None and phone not in (found.phone, found.contact_phone)):
            raise TicketNotFound
        return found

    def view(self, session: Session, row: TicketRow) -> t.Ticket:
        return self.views(session, [row])[0]

    def views(self, session: Session, rows: Iterable[TicketRow]) -> list[t.Ticket]:
        """With their histories, in two queries whatever the number."""
        rows = list(rows)
        session.flush()
        events: dict[str, list[t.Event]] = defaultdict(list)
        wanted = select(EventRow).where(EventRow.ticket_id.in_([r.ticket_id for r in rows]))
        for e in session.scalars(wanted.order_by(EventRow.event_id)):
            events[e.ticket_id].append(t.Event(e.at, e.who, e.what, e.why, e.before, e.after))
        return [_ticket(row, tuple(events[row.ticket_id])) for row in rows]

    def audit(
        self,
        session: Session,
        row: TicketRow,
        who: str,
        what: str,
        why: str = "",
        before: str = "",
        after: str = "",
    ) -> None:
        """Add one line to the ticket's history."""
        row.updated_at = self.now()
        session.add(
            EventRow(
                ticket_id=row.ticket_id,
                at=self.now(),
                who=who[:60],
                what=what,
                why=why,
                before=before[:200],
                after=after[:200],
            )
        )
        session.flush()

    def tell(self, session: Session, row: TicketRow, what: str) -> None:
        """Owe the customer the notice `what`, at the number it is about and at the contact's."""
        phones = [p for p in dict.fromkeys((row.phone, row.contact_phone)) if _MOBILE.match(p)]
        if phones:
            text = wording.notice(_ticket(row, ()), what, self.settings.line_zh)
            self.outbox.owe(session, row.ticket_id, phones, text, what)

    def number(self, session: Session) -> str:
        """The next ticket id of today. The caller's transaction is alone, so it cannot be given twice."""
        name = f"GD{self.now():%y%m%d}"
        counter = session.get(CounterRow, name)
        if counter is None:
            counter = CounterRow(name=name, value=0)
            session.add(counter)
        counter.value += 1
        session.flush()
        return f"{name}{counter.value:04d}"

    def loads(self, session: Session) -> tuple[dict[str, int], dict[str, int]]:
        """Open tickets by handler, and by owner."""

        def by(column: object) -> dict[str, int]:
            query = select(column, func.count()).where(TicketRow.state.in_(OPEN_STATES)).group_by(column)  # type: ignore[call-overload]
            return {staff: n for staff, n in session.execute(query) if staff}

        session.flush()
        return by(TicketRow.handler_id), by(TicketRow.owner_id)


def _ticket(r: TicketRow, events: tuple[t.Event, ...]) -> t.Ticket:
    appointment = (
        t.Appointment(r.visit_date, t.Period(r.visit_period)) if r.visit_date and r.visit_period else None
    )
    return t.Ticket(
        ticket_id=r.ticket_id,
        kind=t.Kind(r.kind),
        category=t.Category(r.category),
        title=r.title,
        description=r.description,
        channel=r.channel,
        phone=r.phone,
        contact_phone=r.contact_phone,
        customer_name=r.customer_name,
        area=r.area,
        address=r.address,
        priority=t.Priority(r.priority),
        segment=r.segment,
        state=t.TicketState(r.state),
        owner=r.owner,
        owner_id=r.owner_id,
        handler=r.handler,
        handler_id=r.handler_id,
        department=r.department,
        created_at=r.created_at,
        updated_at=r.updated_at,
        due_at=r.due_at,
        resolved_at=r.resolved_at,
        closed_at=r.closed_at,
        appointment=appointment,
        trail=tuple(r.trail),
        events=events,
        urge_count=r.urge_count,
        parent_id=r.parent_id,
        resolution=r.resolution,
    )
