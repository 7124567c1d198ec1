"""Tables of the service desk, all named `desk_*`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Connection, Index, String, Text, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, mapped_column

from common.store import Moment


class Base(DeclarativeBase):
    """Base of the desk's tables."""

    type_annotation_map = {dt.datetime: Moment(), list[Any]: JSON(), dict[str, Any]: JSON()}  # noqa: RUF012


class TicketRow(Base):
    """One ticket. Meanings as in `types.Ticket`."""

    __tablename__ = "desk_ticket"
    __table_args__ = (Index("ix_desk_ticket_visit", "visit_date", "visit_period", "area"),)

    ticket_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    category: Mapped[str] = mapped_column(String(20))
    intent: Mapped[str] = mapped_column(String(80), default="")
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(String(20))
    phone: Mapped[str] = mapped_column(String(20), index=True)
    contact_phone: Mapped[str] = mapped_column(String(20))
    customer_name: Mapped[str] = mapped_column(String(60))
    area: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(200))
    priority: Mapped[str] = mapped_column(String(10))
    segment: Mapped[str] = mapped_column(String(12))
    severe: Mapped[bool]
    state: Mapped[str] = mapped_column(String(12), index=True)
    resumes_to: Mapped[str | None] = mapped_column(String(12))
    owner_id: Mapped[str] = mapped_column(String(40))
    owner: Mapped[str] = mapped_column(String(60))
    handler_id: Mapped[str] = mapped_column(String(40), index=True)  #: empty: in the department's queue
    handler: Mapped[str] = mapped_column(String(60))
    department: Mapped[str] = mapped_column(String(40))
    account_manager: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    updated_at: Mapped[dt.datetime]
    clock_from: Mapped[dt.datetime]  #: when this round of the time limit began
    working_clock: Mapped[bool]
    due_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    left_seconds: Mapped[int | None]  #: of the limit, while suspended
    suspend_asked_at: Mapped[dt.datetime | None]
    suspend_asked_by: Mapped[str] = mapped_column(String(60), default="")
    warned_at: Mapped[dt.datetime | None]
    resolved_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    visit_date: Mapped[dt.date | None]
    visit_period: Mapped[str | None] = mapped_column(String(12))
    trail: Mapped[list[Any]]
    urge_count: Mapped[int] = mapped_column(default=0)
    last_urge_at: Mapped[dt.datetime | None]
    parent_id: Mapped[str | None] = mapped_column(String(20), index=True)
    resolution: Mapped[str] = mapped_column(Text, default="")


class EventRow(Base):
    """The audit. Rows are added, never changed or removed."""

    __tablename__ = "desk_event"

    event_id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[str] = mapped_column(String(20), index=True)
    at: Mapped[dt.datetime]
    who: Mapped[str] = mapped_column(String(60))
    what: Mapped[str] = mapped_column(String(30))
    why: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(String(200))
    after: Mapped[str] = mapped_column(String(200))


@event.listens_for(EventRow, "before_update")
@event.listens_for(EventRow, "before_delete")
def _keep_audit(_: Mapper[Any], __: Connection, ___: EventRow) -> None:
    raise RuntimeError("the audit of tickets is append-only")


class DoneRow(Base):
    """What was done under an idempotency key, and what was answered."""

    __tablename__ = "desk_done"

    operation: Mapped[str] = mapped_column(String(20), primary_key=True)
    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    result: Mapped[dict[str, Any]]
    at: Mapped[dt.datetime]


class NoticeRow(Base):
    """A message owed to a customer. `state`: pending, sent, refused (can never be sent)."""

    __tablename__ = "desk_notice"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    ticket_id: Mapped[str] = mapped_column(String(20), index=True)
    phone: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10), index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[dt.datetime]  #: not before; while one is being sent, when its claim runs out
    created_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]
    last_error: Mapped[str] = mapped_column(String(40), default="")


class CounterRow(Base):
    """Numbers given out, by name; `desk` is the row writers lock."""

    __tablename__ = "desk_counter"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int]


class SurveyRow(Base):
    """One answer. `subject` is the ticket id, or `key:<idempotency key>` for a talk without a ticket."""

    __tablename__ = "desk_survey"

    subject: Mapped[str] = mapped_column(String(220), primary_key=True)
    ticket_id: Mapped[str | None] = mapped_column(String(20))
    phone: Mapped[str] = mapped_column(String(20), index=True)
    score: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    followup_id: Mapped[str | None] = mapped_column(String(20))


class QueueRow(Base):
    """A customer waiting for a person, being served, or gone."""

    __tablename__ = "desk_queue"

    place_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(120), index=True)
    phone: Mapped[str] = mapped_column(String(20))
    skill: Mapped[str] = mapped_column(String(30))
    priority: Mapped[str] = mapped_column(String(12))
    summary: Mapped[str] = mapped_column(Text)
    transcript: Mapped[list[Any]]
    channel: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), index=True)
    enqueued_at: Mapped[dt.datetime]
    taken_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    agent: Mapped[str] = mapped_column(String(60), default="")
    outcome: Mapped[str] = mapped_column(Text, default="")
    ticket_id: Mapped[str | None] = mapped_column(String(20))
