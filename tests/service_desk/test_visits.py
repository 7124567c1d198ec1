"""Repair visits: capacity, booking, moving."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from common.clock import FakeClock
from common.errors import InvalidInput
from service_desk.desk import ServiceDesk
from service_desk.errors import NoVisit, SlotFull, SlotPast, TicketNotOpen, VisitUnderWay
from service_desk.types import Appointment, Period, TicketState

from .conftest import Inbox, OpenDesk, fault, move_to, small_directory

TUESDAY = dt.date(2026, 11, 24)
MORNING = Appointment(TUESDAY, Period.MORNING)
EVENING = Appointment(TUESDAY, Period.EVENING)


@pytest.fixture
def desk(open_desk: OpenDesk) -> ServiceDesk:
    return open_desk(small_directory(people=2, limit=50))


async def test_today_only_periods_that_are_an_hour_away_are_offered(
    desk: ServiceDesk, clock: FakeClock
) -> None:
    assert [s.period for s in await desk.visit_slots("东湖花园", 1)] == [Period.AFTERNOON, Period.EVENING]
    move_to(clock, "2026-11-23 13:01")
    assert [s.period for s in await desk.visit_slots("东湖花园", 1)] == [Period.EVENING]
    assert len(await desk.visit_slots("东湖花园", 31)) == 1 + 7 * 3
    with pytest.raises(InvalidInput):
        await desk.visit_slots("东湖花园", 0)


async def test_a_booked_visit_takes_a_place_in_its_own_area_only(desk: ServiceDesk) -> None:
    ticket = await desk.create(fault(), "k")
    booked = await desk.book_visit(ticket.ticket_id, MORNING, "customer", "v")
    assert booked.state is TicketState.DISPATCHED and booked.appointment == MORNING
    assert booked.note_zh == "约好了，人师傅明天上午9点到12点上门，工单号GD2611230001。"
    left = {(s.period, s.left) for s in await desk.visit_slots("东湖花园", 1, TUESDAY)}
    assert left == {(Period.MORNING, 1), (Period.AFTERNOON, 2), (Period.EVENING, 1)}
    assert all(s.left == s.capacity for s in await desk.visit_slots("西山", 1, TUESDAY))


async def test_a_full_period_is_refused_with_free_ones(desk: ServiceDesk) -> None:
    one = await desk.create(fault("13800000001"), "a")
    two = await desk.create(fault("13800000002"), "b")
    await desk.book_visit(one.ticket_id, EVENING, "customer", "v1")
    with pytest.raises(SlotFull) as error:
        await desk.book_visit(two.ticket_id, EVENING, "customer", "v2")
    assert EVENING not in [s.appointment for s in error.value.slots] and MORNING in [
        s.appointment for s in error.value.slots
    ]
    assert (await desk.get(two.ticket_id)).appointment is None


async def test_twenty_customers_at_once_never_overbook(desk: ServiceDesk) -> None:
    made = [await desk.create(fault(f"138000010{n:02}"), f"k{n}") for n in range(20)]
    results = await asyncio.gather(
        *(desk.book_visit(t.ticket_id, MORNING, "customer", "v") for t in made), return_exceptions=True
    )
    assert sum(isinstance(r, SlotFull) for r in results) == 18


async def test_a_visit_can_be_booked_with_the_report_and_a_repeat_changes_nothing(
    desk: ServiceDesk, inbox: Inbox
) -> None:
    one = await desk.book_visit(fault(), MORNING, "customer", "v")
    two = await desk.book_visit(fault(), MORNING, "customer", "v")
    assert one == two and one.state is TicketState.DISPATCHED
    draft = await desk.create(fault("13800000002", appointment=MORNING), "k")
    assert draft.state is TicketState.DISPATCHED
    assert "11月24日上午9点到12点上门" in inbox.texts[-1]
    with pytest.raises(SlotFull):
        await desk.create(fault("13800000003", appointment=MORNING), "k")
    assert await desk.find("13800000003") == []


async def test_moving_a_visit_frees_the_old_period_and_tells_once(desk: ServiceDesk, inbox: Inbox) -> None:
    ticket = await desk.book_visit(fault(), EVENING, "customer", "v")
    for _ in range(2):
        ticket = await desk.change_visit(ticket.ticket_id, MORNING, "customer", "m")
    await desk.change_visit(ticket.ticket_id, MORNING, "customer", "m2")
    assert ticket.appointment == MORNING
    assert sum("上门时间改为11月24日上午9点到12点" in t for t in inbox.texts) == 1
    slots = {s.period: s.left for s in await desk.visit_slots("东湖花园", 1, TUESDAY)}
    assert slots == {Period.MORNING: 1, Period.AFTERNOON: 2, Period.EVENING: 1}


async def test_a_cancelled_visit_leaves_the_ticket_open(desk: ServiceDesk, inbox: Inbox) -> None:
    ticket = await desk.book_visit(fault(), EVENING, "customer", "v")
    ticket = await desk.cancel_visit(ticket.ticket_id, "customer", "c", "家里没人")
    assert ticket.state is TicketState.ACCEPTED and ticket.appointment is None
    assert "上门预约已取消，工单仍在处理" in inbox.texts[-1]
    with pytest.raises(NoVisit):
        await desk.change_visit(ticket.ticket_id, MORNING, "customer", "m")
    with pytest.raises(NoVisit):
        await desk.cancel_visit(ticket.ticket_id, "customer", "c2")


async def test_a_visit_cannot_be_moved_when_the_repairer_is_on_the_way_or_it_is_done(
    desk: ServiceDesk,
) -> None:
    ticket = await desk.book_visit(fault(), MORNING, "customer", "v")
    await desk.move(ticket.ticket_id, TicketState.EN_ROUTE, "p0")
    for change in (
        desk.change_visit(ticket.ticket_id, EVENING, "customer", "m"),
        desk.cancel_visit(ticket.ticket_id, "customer", "c"),
    ):
        with pytest.raises(VisitUnderWay):
            await change
    await desk.move(ticket.ticket_id, TicketState.ON_SITE, "p0")
    await desk.move(ticket.ticket_id, TicketState.RESOLVED, "p0", "好了")
    with pytest.raises(TicketNotOpen):
        await desk.book_visit(ticket.ticket_id, EVENING, "customer", "v2")


@pytest.mark.parametrize(
    "when",
    [
        Appointment(dt.date(2026, 11, 22), Period.MORNING),
        Appointment(dt.date(2026, 11, 23), Period.MORNING),
        Appointment(dt.date(2026, 12, 1), Period.MORNING),
    ],
)
async def test_the_past_and_the_far_future_are_refused(desk: ServiceDesk, when: Appointment) -> None:
    with pytest.raises(SlotPast):
        await desk.book_visit(fault(), when, "customer", "v")
    assert await desk.find("13800000001") == []


async def test_a_second_report_with_a_time_books_it_on_the_open_ticket(desk: ServiceDesk) -> None:
    first = await desk.create(fault(), "a")
    again = await desk.create(fault(appointment=MORNING), "b")
    assert (again.ticket_id, again.appointment, again.joined) == (first.ticket_id, MORNING, True)
