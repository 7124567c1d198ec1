"""A desk on a virtual clock, with real storage and a message port that can be made to fail."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bss.types import Message, MessageKind
from common.clock import CHINA, FakeClock
from common.ids import CountingIds
from service_desk.desk import ServiceDesk
from service_desk.directory import Directory
from service_desk.types import Category, Kind, TicketDraft

MONDAY = dt.datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
PHONE = "13800000001"


class Inbox:
    """The Messages port: idempotent by key, fails with each of `failures` in turn first."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.sent: dict[str, Message] = {}
        self.failures: list[Exception] = []
        self.lose_answers = 0
        self.calls = 0

    async def send(self, phone: str, text: str, kind: MessageKind, idempotency_key: str) -> Message:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        if idempotency_key not in self.sent:
            self.sent[idempotency_key] = Message(idempotency_key, phone, text, kind, self.clock.now())
        if self.lose_answers:
            self.lose_answers -= 1
            raise ConnectionError("answer lost")
        return self.sent[idempotency_key]

    @property
    def texts(self) -> list[str]:
        return [m.text for m in self.sent.values()]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MONDAY)


@pytest.fixture
def inbox(clock: FakeClock) -> Inbox:
    return Inbox(clock)


OpenDesk = Callable[..., ServiceDesk]


@pytest.fixture
def open_desk(tmp_path: Path, clock: FakeClock, inbox: Inbox) -> Iterator[OpenDesk]:
    """Makes desks over one database file; called twice it is a restart."""
    opened: list[ServiceDesk] = []

    def make(directory: Directory | None = None, **more: object) -> ServiceDesk:
        url = f"sqlite:///{tmp_path / 'desk.db'}"
        desk = ServiceDesk(url, inbox, clock, CountingIds(), directory, **more)  # type: ignore[arg-type]
        opened.append(desk)
        return desk

    yield make
    for desk in opened:
        desk.close()


@pytest.fixture
def desk(open_desk: OpenDesk) -> ServiceDesk:
    return open_desk()


def fault(phone: str = PHONE, category: Category = Category.BROADBAND, **more: object) -> TicketDraft:
    draft = TicketDraft(Kind.FAULT, category, "家里宽带上不了网", phone, channel="wechat", area="东湖花园")
    return dataclasses.replace(draft, **more)  # type: ignore[arg-type]


def complaint(phone: str = PHONE, category: Category = Category.BILLING, **more: object) -> TicketDraft:
    draft = TicketDraft(Kind.COMPLAINT, category, "多扣了我20块钱", phone, channel="hotline")
    return dataclasses.replace(draft, **more)  # type: ignore[arg-type]


def at(text: str) -> dt.datetime:
    """`2026-11-23 10:00`."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=CHINA)


def move_to(clock: FakeClock, text: str) -> None:
    """Advance the clock to a moment."""
    clock.advance((at(text) - clock.now()).total_seconds())


def small_directory(people: int = 2, limit: int = 2) -> Directory:
    """One department of repairers with small limits."""
    staff = {
        f"p{n}": {
            "name": f"人{n}",
            "title": "师傅",
            "department": "repair",
            "skills": ["fix"],
            "limit": limit,
        }
        for n in range(people)
    }
    staff["boss"] = {
        "name": "林海",
        "title": "班长",
        "department": "repair",
        "skills": [],
        "limit": 1,
        "roles": ["duty_manager"],
    }
    return Directory.build(
        {
            "departments": {"repair": {"name": "装维班组", "owners": ["boss"]}},
            "routes": [{"department": "repair", "skill": "fix"}],
            "staff": staff,
            "visits": {
                "horizon_days": 7,
                "lead_minutes": 60,
                "capacity": {"morning": 2, "afternoon": 2, "evening": 1},
            },
        }
    )
