"""The facade: what actions, the agent page and the command line may do with tickets."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.clock import Clock
from common.ids import IdMaker
from common.log import get_logger
from service_desk import flow, periodic, report, survey, tickets, visits, wording
from service_desk.calendar import WorkCalendar
from service_desk.core import OPEN_STATES, Core, Reply
from service_desk.directory import Directory
from service_desk.handover import Handover
from service_desk.models import DoneRow, TicketRow
from service_desk.notices import Messages, Outbox
from service_desk.settings import DeskSettings
from service_desk.sla import Sla
from service_desk.store import DeskStore
from service_desk.types import (
    Appointment,
    DueWarning,
    Slot,
    SurveyResult,
    Tick,
    Ticket,
    TicketDraft,
    TicketState,
    Unassigned,
)  # fmt: skip

log = get_logger(__name__)


class ServiceDesk:
    """Tickets from the first word to the survey.

    `database_url` is a SQLAlchemy URL; missing tables are made at once. Where `messages` is None notices
    are only written down, for another process to send. `by` is `customer`, `yida` or a staff id. Methods
    with an `idempotency_key` do their work once for the same key and ticket (for `create` and
    `note_request`: the same phone) and answer the ticket as it stands, with the first `joined`, `counted`
    and `note_zh`. All raise `DeskError` or its children.
    """

    def __init__(
        self,
        database_url: str | DeskStore,
        messages: Messages | None,
        clock: Clock,
        ids: IdMaker,
        directory: Directory | None = None,
        *,
        sla: Sla | None = None,
        calendar: WorkCalendar | None = None,
        settings: DeskSettings | None = None,
    ) -> None:
        settings = settings or DeskSettings()
        store = database_url if isinstance(database_url, DeskStore) else DeskStore(database_url)
        directory = directory or Directory.load()
        sla = sla or Sla.load(calendar=calendar)
        self._core = Core(store, clock, directory, sla, Outbox(store, messages, clock, settings), settings)
        self.handover = Handover(self._core, ids)

    @property
    def directory(self) -> Directory:
        return self._core.directory

    # -- customers -------------------------------------------------------------------------------

    async def create(self, draft: TicketDraft, idempotency_key: str, by: str = "customer") -> Ticket:
        """Register. `joined` True: the same customer's open ticket of the last 24 h took it in.

        Raises `InvalidInput` without description and title, `SlotFull`, `SlotPast` for its appointment.
        """
        return await self._core.once(
            "create", draft.phone, idempotency_key, lambda s: tickets.create(self._core, s, draft, by)
        )

    async def note_request(
        self, phone: str | None, intent: str, text: str, channel: str, idempotency_key: str
    ) -> Ticket:
        """Note down what could not be done because a system was away; somebody calls back."""
        return await self.create(tickets.request_draft(phone, intent, text, channel), idempotency_key)

    async def get(self, ticket_id: str, phone: str | None = None) -> Ticket:
        """Raises `TicketNotFound`; with `phone` also for a ticket that is not that number's."""
        return await self._core.store.read(lambda s: self._core.view(s, self._core.row(s, ticket_id, phone)))

    async def find_open(self, phone: str) -> list[Ticket]:
        """Not yet resolved, newest first."""
        return await self._find(phone, 50, only_open=True)

    async def find(self, phone: str, limit: int = 10) -> list[Ticket]:
        """Newest first, finished ones too."""
        return await self._find(phone, limit, only_open=False)

    async def urge(self, ticket_id: str, by: str, idempotency_key: str) -> Ticket:
        """`counted` says whether; `note_zh` tells the customer. Raises `TicketNotOpen`."""
        return await self._on(
            "urge", ticket_id, idempotency_key, lambda s, r: tickets.urge(self._core, s, r, by)
        )

    async def cancel(self, ticket_id: str, reason: str, by: str, idempotency_key: str) -> Ticket:
        """Raises `IllegalMove` when the repairer is there already, `TicketNotOpen` when it is done."""
        return await self._on(
            "cancel", ticket_id, idempotency_key, lambda s, r: tickets.cancel(self._core, s, r, reason, by)
        )

    async def append(self, ticket_id: str, text: str, by: str, idempotency_key: str = "") -> Ticket:
        """Add to the description."""
        return await self._on(
            "append", ticket_id, idempotency_key, lambda s, r: tickets.append(self._core, s, r, text, by)
        )

    def progress_zh(self, ticket: Ticket) -> str:
        """One sentence for the customer: where it stands, who comes when, when due."""
        return wording.progress(ticket, self._core.now())

    # -- visits ----------------------------------------------------------------------------------

    async def visit_slots(self, area: str = "", days: int = 7, first: dt.date | None = None) -> list[Slot]:
        """Periods from `first` (today) on that can still be booked; full ones have `left` 0."""
        return await self._core.store.read(lambda s: visits.slots(self._core, s, area, days, first))

    async def book_visit(
        self, ticket: str | TicketDraft, appointment: Appointment, by: str, idempotency_key: str
    ) -> Ticket:
        """Book for a ticket, or register one and book. Raises `SlotFull`, `SlotPast`, `VisitUnderWay`."""
        core = self._core
        if isinstance(ticket, str):
            return await self._on(
                "book_visit", ticket, idempotency_key, lambda s, r: visits.book(core, s, r, appointment, by)
            )
        draft = ticket

        def work(session: Session) -> Reply:
            created = tickets.create(core, session, draft, by)
            booked = visits.book(core, session, core.row(session, created.ticket_id), appointment, by)
            return Reply(created.ticket_id, created.joined, note_zh=created.note_zh + booked.note_zh)

        return await core.once("book_visit", draft.phone, idempotency_key, work)

    async def change_visit(
        self, ticket_id: str, appointment: Appointment, by: str, idempotency_key: str
    ) -> Ticket:
        """Raises `NoVisit`, `SlotFull`, `SlotPast`, `VisitUnderWay`."""
        return await self._on(
            "change_visit",
            ticket_id,
            idempotency_key,
            lambda s, r: visits.change(self._core, s, r, appointment, by),
        )

    async def cancel_visit(self, ticket_id: str, by: str, idempotency_key: str, reason: str = "") -> Ticket:
        """The ticket stays open. Raises `NoVisit`, `VisitUnderWay`."""
        return await self._on(
            "cancel_visit",
            ticket_id,
            idempotency_key,
            lambda s, r: visits.cancel(self._core, s, r, by, reason),
        )

    # -- survey ----------------------------------------------------------------------------------

    async def record_survey(
        self, ticket_id: str | None, phone: str, score: int, words: str, idempotency_key: str
    ) -> SurveyResult:
        """One answer a ticket: a second one changes nothing and answers the first. Raises `BadScore`."""
        core = self._core

        def work(session: Session) -> SurveyResult:
            done = session.get(DoneRow, ("survey", phone, idempotency_key))
            if done is not None:
                return SurveyResult(**done.result)
            result = survey.record(core, session, ticket_id, phone, score, words, idempotency_key)
            session.add(
                DoneRow(
                    operation="survey", subject=phone, key=idempotency_key, result=vars(result), at=core.now()
                )
            )
            return result

        return await core.store.write(work)

    # -- people who work on tickets --------------------------------------------------------------

    async def move(
        self, ticket_id: str, to: TicketState, by: str, why: str = "", idempotency_key: str = ""
    ) -> Ticket:
        """One step of the state machine; `why` of a move to `resolved` is the result told to the customer.

        Raises `IllegalMove` or its children; then nothing has changed.
        """
        core = self._core
        return await self._on(
            f"to_{to.value}", ticket_id, idempotency_key, lambda s, r: flow.change(core, s, r, to, by, why)
        )

    async def assign(
        self, ticket_id: str, by: str, handler: str = "", owner: str = "", why: str = ""
    ) -> Ticket:
        """Give it to another person (staff id or name); the owner stays unless given. Raises `NotAllowed`."""
        core = self._core
        return await self._on(
            "assign", ticket_id, "", lambda s, r: flow.reassign(core, s, r, by, handler, owner, why)
        )

    async def ask_suspension(self, ticket_id: str, reason: str, by: str) -> Ticket:
        """Ask a duty manager for a pause; the clock runs on until the answer."""
        core = self._core
        return await self._on(
            "suspend_ask", ticket_id, "", lambda s, r: flow.ask_suspension(core, s, r, by, reason)
        )

    async def decide_suspension(self, ticket_id: str, approve: bool, by: str, why: str = "") -> Ticket:
        """Approved: suspended, the clock stopped as of the asking. Refused: the clock never stopped."""
        core = self._core
        return await self._on(
            "suspend_yes" if approve else "suspend_no", ticket_id, "",
            lambda s, r: flow.decide_suspension(core, s, r, by, approve, why),
        )  # fmt: skip

    async def resume(self, ticket_id: str, by: str, why: str = "") -> Ticket:
        """End a pause; the rest of the limit runs from now."""
        return await self._on("resume", ticket_id, "", lambda s, r: flow.resume(self._core, s, r, by, why))

    async def all_open(self, limit: int = 200, state: TicketState | None = None) -> list[Ticket]:
        """For staff: soonest due first; `state` may also name a finished one."""

        def work(session: Session) -> list[Ticket]:
            wanted = TicketRow.state == state if state else TicketRow.state.in_(OPEN_STATES)
            query = select(TicketRow).where(wanted).order_by(TicketRow.due_at.is_(None), TicketRow.due_at)
            return self._core.views(session, session.scalars(query.limit(limit)))

        return await self._core.store.read(work)

    async def counts(self, start: dt.datetime, end: dt.datetime) -> report.Report:
        """Tickets created in [start, end) by state, category, kind and how they stand to the limit."""
        return await self._core.store.read(lambda s: report.counts(s, start, end, self._core.now()))

    # -- by itself -------------------------------------------------------------------------------

    async def due_warnings(self, now: dt.datetime | None = None) -> list[DueWarning]:
        """Each ticket once, two hours before it is due; survives a restart."""
        return await self._core.store.write(
            lambda s: periodic.due_warnings(self._core, s, now or self._core.now())
        )

    async def unassigned(self, now: dt.datetime | None = None) -> list[Unassigned]:
        """The alarm list: nobody could be given for 15 minutes."""
        return await self._core.store.read(
            lambda s: periodic.unassigned(self._core, s, now or self._core.now())
        )

    async def flush_notices(self) -> int:
        """Send the messages that are owed; how many went out."""
        return await self._core.outbox.flush()

    async def tick(self) -> Tick:
        """One round of everything periodic; call it every half minute, from any number of processes."""
        return await periodic.tick(self._core, self.handover)

    async def run(self, every: float = 30.0) -> None:
        """`tick` until cancelled; an error of one round does not end the next."""
        while True:
            try:
                await self.tick()
            except Exception as error:
                log.error("tick failed", extra={"error_type": type(error).__name__})
            await asyncio.sleep(every)

    async def forget_all(self) -> None:
        """Remove every ticket, notice, place and answer (the demo's reset)."""
        await self._core.store.empty()

    def close(self) -> None:
        """Let go of the database."""
        self._core.store.close()

    async def _on(
        self, operation: str, ticket_id: str, key: str,
        work: Callable[[Session, TicketRow], Reply | None],
    ) -> Ticket:  # fmt: skip
        ticket_id = ticket_id.strip().upper()

        def run(session: Session) -> Reply:
            return work(session, self._core.row(session, ticket_id)) or Reply(ticket_id)

        return await self._core.once(operation, ticket_id, key, run)

    async def _find(self, phone: str, limit: int, *, only_open: bool) -> list[Ticket]:
        def work(session: Session) -> list[Ticket]:
            query = select(TicketRow).where(TicketRow.phone == phone)
            if only_open:
                query = query.where(TicketRow.state.in_(OPEN_STATES))
            query = query.order_by(TicketRow.created_at.desc(), TicketRow.ticket_id.desc()).limit(limit)
            return self._core.views(session, session.scalars(query))

        return await self._core.store.read(work) if phone else []
