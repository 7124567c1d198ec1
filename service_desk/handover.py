"""The queue to a person: who waits, how long, who takes them with everything already said."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.ids import IdMaker
from common.log import get_logger
from service_desk import queue_line, tickets
from service_desk.core import Core, Reply
from service_desk.errors import NotInQueue
from service_desk.models import DoneRow, QueueRow
from service_desk.queue_line import as_case
from service_desk.queue_types import Case, CaseState, Line, QueuePlace, QueuePriority
from service_desk.types import Category, Kind, Ticket, TicketDraft

__all__ = ["Case", "CaseState", "Handover", "Line", "QueuePlace", "QueuePriority"]

log = get_logger(__name__)
_GENERAL = "general"


class Handover:
    """Reached as `desk.handover`. A conversation has at most one place that is waiting or taken."""

    def __init__(self, core: Core, ids: IdMaker) -> None:
        self._core = core
        self._ids = ids

    def in_hours(self) -> bool:
        """Whether people answer now."""
        return queue_line.in_hours(self._core)

    async def enqueue(
        self,
        conversation_id: str,
        phone: str | None,
        skill: str = _GENERAL,
        priority: QueuePriority | str = QueuePriority.NORMAL,
        summary: str = "",
        transcript: Sequence[Line] = (),
        channel: str = "chat",
        idempotency_key: str = "",
    ) -> QueuePlace:
        """Take a place. Waiting already: that one. Out of hours: none, offer a message."""
        rank = QueuePriority(priority)
        core = self._core

        def work(session: Session) -> QueuePlace:
            done = (
                session.get(DoneRow, ("enqueue", conversation_id[:80], idempotency_key))
                if idempotency_key
                else None
            )
            if done is not None and (row := session.get(QueueRow, done.result["place_id"])) is not None:
                return queue_line.place(self._core, session, row)
            row = self._active(session, conversation_id)
            if row is None and not self.in_hours():
                return QueuePlace("", 0, 0, False, CaseState.LEFT, queue_line.closed_zh(self._core))
            if row is None:
                row = QueueRow(
                    place_id=self._ids.new("Q"),
                    conversation_id=conversation_id,
                    phone=phone or "",
                    skill=skill,
                    priority=rank,
                    summary=summary,
                    transcript=[vars(line) for line in transcript],
                    channel=channel,
                    state=CaseState.WAITING,
                    enqueued_at=core.now(),
                    agent="",
                    outcome="",
                )
                session.add(row)
                session.flush()
            if idempotency_key:
                session.add(
                    DoneRow(
                        operation="enqueue",
                        subject=conversation_id[:80],
                        key=idempotency_key,
                        result={"place_id": row.place_id},
                        at=core.now(),
                    )
                )
            return queue_line.place(self._core, session, row)

        place = await core.store.write(work)
        log.info(
            "handover queued", extra={"skill": skill, "position": place.position, "in_hours": place.in_hours}
        )
        return place

    async def leave_message(
        self,
        conversation_id: str,
        phone: str | None,
        text: str,
        channel: str,
        idempotency_key: str,
        summary: str = "",
        transcript: Sequence[Line] = (),
    ) -> Ticket:
        """A callback ticket, due in working time, with the talk so far. Leaves the queue if waiting."""
        draft = self._callback(phone or "", text, channel, summary, transcript)

        def work(session: Session) -> Reply:
            created = tickets.create(self._core, session, draft)
            row = self._active(session, conversation_id)
            if row is not None and row.state == CaseState.WAITING:
                row.state, row.finished_at = CaseState.LEFT, self._core.now()
                row.ticket_id = created.ticket_id
            return Reply(created.ticket_id, note_zh="留言记下了，上班后会有人给您回电。")

        return await self._core.once("leave_message", phone or conversation_id[:80], idempotency_key, work)

    async def position(self, conversation_id: str) -> QueuePlace | None:
        """Where this conversation stands now; None where it is neither waiting nor being served."""

        def work(session: Session) -> QueuePlace | None:
            row = self._active(session, conversation_id)
            return queue_line.place(self._core, session, row) if row else None

        return await self._core.store.read(work)

    async def waiting(self, skill: str | None = None) -> list[Case]:
        """In the order they will be taken."""
        return await self._core.store.read(
            lambda s: [as_case(r) for r in queue_line.order(self._core, s, skill)]
        )

    async def case(self, place_id: str) -> Case:
        """Raises `NotInQueue`."""
        return await self._core.store.read(lambda s: as_case(self._row(s, place_id)))

    async def take(
        self, agent: str, skills: Collection[str] | None = None, place_id: str | None = None
    ) -> Case | None:
        """The next customer for this agent (of these skills; or this very one). None: nobody waits.

        Raises `NotInQueue` where `place_id` is somebody else's or gone; taking one's own again is fine.
        """

        def work(session: Session) -> Case | None:
            if place_id is not None:
                row = self._row(session, place_id)
                if row.state == CaseState.TAKEN and row.agent == agent:
                    return as_case(row)
                if row.state != CaseState.WAITING:
                    raise NotInQueue
            else:
                everybody = queue_line.order(self._core, session, None)
                line = [r for r in everybody if skills is None or r.skill in skills]
                if not line:
                    return None
                row = line[0]
            row.state, row.agent, row.taken_at = CaseState.TAKEN, agent, self._core.now()
            return as_case(row)

        return await self._core.store.write(work)

    async def finish(
        self, place_id: str, agent: str, outcome: str = "", ticket_id: str | None = None
    ) -> Case:
        """The talk is over; Yida answers this customer again. Twice is as good as once."""
        return await self._change(place_id, agent, CaseState.FINISHED, outcome=outcome, ticket_id=ticket_id)

    async def give_back(self, place_id: str, agent: str, skill: str | None = None) -> Case:
        """Back into the queue (of another skill), keeping the time of arrival."""
        return await self._change(place_id, agent, CaseState.WAITING, skill=skill)

    async def leave(self, conversation_id: str) -> bool:
        """The customer stopped waiting. True if they were."""

        def work(session: Session) -> bool:
            row = self._active(session, conversation_id)
            if row is None or row.state != CaseState.WAITING:
                return False
            row.state, row.finished_at = CaseState.LEFT, self._core.now()
            return True

        return await self._core.store.write(work)

    async def close_day(self) -> list[str]:
        """Out of hours: who still waits gets a callback ticket. The ids of those tickets."""
        if self.in_hours():
            return []

        def work(session: Session) -> list[str]:
            made = []
            for row in queue_line.order(self._core, session, None):
                lines = [Line(**line) for line in row.transcript]
                draft = self._callback(row.phone, "下班时仍在排队，请回电", row.channel, row.summary, lines)
                row.ticket_id = tickets.create(self._core, session, draft, "yida").ticket_id
                row.state, row.finished_at = CaseState.LEFT, self._core.now()
                made.append(row.ticket_id)
            return made

        return await self._core.store.write(work)

    async def _change(
        self,
        place_id: str,
        agent: str,
        to: CaseState,
        *,
        outcome: str = "",
        ticket_id: str | None = None,
        skill: str | None = None,
    ) -> Case:
        def work(session: Session) -> Case:
            row = self._row(session, place_id)
            if row.agent == agent and row.state == to == CaseState.FINISHED:
                return as_case(row)
            if row.state != CaseState.TAKEN or row.agent != agent:
                raise NotInQueue
            row.state = to
            if to is CaseState.FINISHED:
                row.finished_at, row.outcome, row.ticket_id = (
                    self._core.now(),
                    outcome,
                    ticket_id or row.ticket_id,
                )
            else:
                row.agent, row.taken_at, row.skill = "", None, skill or row.skill
            return as_case(row)

        return await self._core.store.write(work)

    def _active(self, session: Session, conversation_id: str) -> QueueRow | None:
        return session.scalars(
            select(QueueRow)
            .where(
                QueueRow.conversation_id == conversation_id,
                QueueRow.state.in_((CaseState.WAITING, CaseState.TAKEN)),
            )
            .limit(1)
        ).first()

    def _row(self, session: Session, place_id: str) -> QueueRow:
        row = session.get(QueueRow, place_id)
        if row is None:
            raise NotInQueue
        return row

    def _callback(
        self, phone: str, text: str, channel: str, summary: str, transcript: Sequence[Line]
    ) -> TicketDraft:
        who = {"customer": "客户", "yida": "易答", "agent": "坐席"}
        trail = ([summary] if summary else []) + [f"{who.get(x.who, x.who)}：{x.text}" for x in transcript]
        return TicketDraft(
            Kind.CALLBACK,
            Category.OTHER,
            text.strip() or "请回电",
            phone,
            title="人工回电",
            channel=channel,
            trail=tuple(trail),
        )
