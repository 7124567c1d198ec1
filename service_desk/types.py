"""Values that cross the service desk. All are frozen; datetimes are aware, Asia/Shanghai."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a ticket is. `followup` and `callback` are made by the desk itself."""

    FAULT = "fault"
    COMPLAINT = "complaint"
    REQUEST = "request"
    CONSULTATION = "consultation"
    CALLBACK = "callback"
    FOLLOWUP = "followup"


class Category(StrEnum):
    """What a ticket is about; decides the department, the skill and the time limit."""

    BROADBAND = "broadband"
    MOBILE = "mobile"
    IPTV = "iptv"
    LANDLINE = "landline"
    LEASED_LINE = "leased_line"
    NETWORK = "network"
    BILLING = "billing"
    PLAN_DISPUTE = "plan_dispute"
    STAFF_ATTITUDE = "staff_attitude"
    SPAM_CALL = "spam_call"
    BUSINESS = "business"  #: a business to be done for the customer (change of plan, top-up, SIM ...)
    INSTALLATION = "installation"
    OTHER = "other"

    @classmethod
    def _missing_(cls, value: object) -> Category | None:
        """Also reads what the self-check trees say: `broadband_fault`, `leased_fault`, `leased`."""
        name = str(value).removesuffix("_fault")
        name = {"leased": "leased_line"}.get(name, name)
        return cls(name) if name != value else None


class Priority(StrEnum):
    """How urgent; `URGENT` goes to the duty manager too."""

    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """0 normal, 1 high, 2 urgent."""
        return list(Priority).index(self)

    @property
    def raised(self) -> Priority:
        """One step up; urgent stays."""
        return list(Priority)[min(self.rank + 1, 2)]

    @classmethod
    def _missing_(cls, value: object) -> Priority | None:
        return cls.NORMAL if value == "low" else None


class TicketState(StrEnum):
    """Where a ticket stands. The legal moves are in `service_desk.machine`."""

    NEW = "new"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    EN_ROUTE = "en_route"
    ON_SITE = "on_site"
    RESOLVED = "resolved"
    CLOSED = "closed"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    REOPENED = "reopened"


class Period(StrEnum):
    """Part of a day a repairer can come: 09-12, 14-18, 18-20 o'clock."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


@dataclass(frozen=True)
class Appointment:
    """When a repairer comes."""

    date: dt.date
    period: Period


@dataclass(frozen=True)
class Slot:
    """One period of one day in an area; `left` visits can still be booked."""

    date: dt.date
    period: Period
    capacity: int
    left: int

    @property
    def appointment(self) -> Appointment:
        return Appointment(self.date, self.period)


@dataclass(frozen=True)
class TicketDraft:
    """A ticket to be created.

    `trail` is what was checked already, a line a step. `priority` None: high for enterprises (`segment` is
    `consumer` or `enterprise`), leased lines, staff attitude and an elder's fault. `severe`: strong emotion
    or outage words; urgent, and the duty manager becomes the owner. `phone` is empty only for a customer
    we do not know.
    """

    kind: Kind
    category: Category
    description: str
    phone: str
    title: str = ""
    channel: str = "chat"
    contact_phone: str = ""
    customer_name: str = ""
    area: str = ""
    address: str = ""
    priority: Priority | None = None
    segment: str = "consumer"
    elder: bool = False
    severe: bool = False
    trail: tuple[str, ...] = ()
    appointment: Appointment | None = None
    account_manager: str = ""
    department: str = ""  #: a department id; empty: by category
    parent_id: str | None = None
    intent: str = ""


@dataclass(frozen=True)
class Staff:
    """Who works on tickets. `limit` is the greatest number of open tickets at once."""

    staff_id: str
    name: str
    title_zh: str
    department: str
    department_zh: str
    skills: frozenset[str]
    areas: frozenset[str]  #: empty: everywhere
    limit: int
    roles: frozenset[str] = frozenset()  #: of handler, owner, duty_manager, account_manager
    phone: str = ""

    @property
    def name_zh(self) -> str:
        """张师傅, 孙经理."""
        return f"{self.name[:1]}{self.title_zh}" if self.title_zh else self.name


@dataclass(frozen=True)
class Event:
    """One line of the audit: who did what to a ticket, when and why. Never changed or removed."""

    at: dt.datetime
    who: str
    what: str
    why: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Ticket:
    """A ticket as it stands.

    `owner` (责任人) answers for it until it is closed, `handler` (处理人) does the work; both are names
    for people (`*_id` the staff ids). `due_at` is None while suspended. `joined` and `note_zh` are set
    only on the answer of `create`, `urge` and their like: what to tell the customer besides.
    """

    ticket_id: str
    kind: Kind
    category: Category
    title: str
    description: str
    channel: str
    phone: str
    contact_phone: str
    customer_name: str
    area: str
    address: str
    priority: Priority
    segment: str
    state: TicketState
    owner: str
    owner_id: str
    handler: str
    handler_id: str
    department: str
    created_at: dt.datetime
    updated_at: dt.datetime
    due_at: dt.datetime | None
    resolved_at: dt.datetime | None
    closed_at: dt.datetime | None
    appointment: Appointment | None
    trail: tuple[str, ...]
    events: tuple[Event, ...]
    urge_count: int
    parent_id: str | None = None
    resolution: str = ""
    joined: bool = False
    counted: bool = False  #: of `urge`: this one was counted
    note_zh: str = ""

    @property
    def open(self) -> bool:
        """Not yet resolved, closed or cancelled."""
        return self.state not in (TicketState.RESOLVED, TicketState.CLOSED, TicketState.CANCELLED)

    @property
    def is_visit(self) -> bool:
        return self.appointment is not None


@dataclass(frozen=True)
class SurveyResult:
    """Outcome of `record_survey`. `recorded` False: this ticket was answered before (`score` is that one)."""

    recorded: bool
    score: int
    ticket_id: str | None
    followup_id: str | None
    note_zh: str


@dataclass(frozen=True)
class DueWarning:
    """A ticket about to run out of time; the handler and owner should be told."""

    ticket_id: str
    handler: str
    owner: str
    due_at: dt.datetime
    minutes_left: int
    text_zh: str


@dataclass(frozen=True)
class Unassigned:
    """A ticket nobody could be given, older than the alarm limit."""

    ticket_id: str
    category: Category
    area: str
    since: dt.datetime
    minutes: int


@dataclass(frozen=True)
class Tick:
    """What one round of periodic work did."""

    sent: int
    assigned: tuple[str, ...]
    warnings: tuple[DueWarning, ...]
    unassigned: tuple[Unassigned, ...]
