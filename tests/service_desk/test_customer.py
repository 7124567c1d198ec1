"""What a customer does to a ticket, and what is told."""

from __future__ import annotations

import asyncio

import pytest

from common.clock import FakeClock
from common.errors import InvalidInput
from service_desk.desk import ServiceDesk
from service_desk.errors import IllegalMove, TicketNotFound, TicketNotOpen
from service_desk.types import Appointment, Category, Period, Priority, TicketState

from .conftest import PHONE, Inbox, at, complaint, fault, move_to


async def test_an_urge_is_counted_once_an_hour_and_then_says_when_it_was(
    desk: ServiceDesk, clock: FakeClock
) -> None:
    ticket = await desk.create(fault(), "k")
    first = await desk.urge(ticket.ticket_id, "customer", "u1")
    clock.advance(59 * 60)
    second = await desk.urge(ticket.ticket_id, "customer", "u2")
    assert (first.counted, first.urge_count, first.note_zh) == (True, 1, "已经帮您催了李师傅。")
    assert (second.counted, second.urge_count) == (False, 1)
    assert second.note_zh == "您今天10点已经催过，李师傅已经收到，正在抓紧处理。"
    assert second.priority is Priority.NORMAL


async def test_the_second_counted_urge_raises_the_priority(desk: ServiceDesk, clock: FakeClock) -> None:
    ticket = await desk.create(fault(), "k")
    seen = []
    for n in range(4):
        urged = await desk.urge(ticket.ticket_id, "customer", f"u{n}")
        seen.append((urged.urge_count, urged.priority))
        clock.advance(3600)
    assert seen == [(1, Priority.NORMAL), (2, Priority.HIGH), (3, Priority.URGENT), (4, Priority.URGENT)]
    assert urged.due_at == ticket.due_at


async def test_twenty_repeats_of_an_urge_at_once_count_once(desk: ServiceDesk) -> None:
    ticket = await desk.create(fault(), "k")
    urged = await asyncio.gather(*(desk.urge(ticket.ticket_id, "customer", "same") for _ in range(20)))
    assert {(u.urge_count, u.counted) for u in urged} == {(1, True)}


async def test_twenty_urges_at_once_count_once(desk: ServiceDesk) -> None:
    ticket = await desk.create(fault(), "k")
    urged = await asyncio.gather(*(desk.urge(ticket.ticket_id, "customer", f"u{n}") for n in range(20)))
    assert sum(u.counted for u in urged) == 1
    assert (await desk.get(ticket.ticket_id)).urge_count == 1


async def test_what_is_done_cannot_be_urged_or_added_to(desk: ServiceDesk) -> None:
    ticket = await desk.create(fault(), "k")
    await desk.move(ticket.ticket_id, TicketState.RESOLVED, "li", "好了")
    with pytest.raises(TicketNotOpen) as error:
        await desk.urge(ticket.ticket_id, "customer", "u")
    assert "重新登记" in error.value.message_zh
    with pytest.raises(TicketNotOpen):
        await desk.append(ticket.ticket_id, "再看看", "customer")


async def test_a_cancelled_ticket_stays_cancelled_and_is_told_once(desk: ServiceDesk, inbox: Inbox) -> None:
    ticket = await desk.create(fault(), "k")
    one = await desk.cancel(ticket.ticket_id, "自己好了", "customer", "c1")
    two = await desk.cancel(ticket.ticket_id, "自己好了", "customer", "c2")
    assert one.state is two.state is TicketState.CANCELLED
    assert [t for t in inbox.texts if "撤销" in t] == [
        "【易答】工单GD2611230001已撤销。需要时随时联系我们重新登记。"
    ]
    assert [e.why for e in two.events if e.after == "cancelled"] == ["自己好了"]


async def test_it_cannot_be_cancelled_once_the_repairer_is_there(desk: ServiceDesk) -> None:
    ticket = await desk.create(fault(), "k")
    for state in (TicketState.DISPATCHED, TicketState.EN_ROUTE, TicketState.ON_SITE):
        await desk.move(ticket.ticket_id, state, "li")
    with pytest.raises(IllegalMove):
        await desk.cancel(ticket.ticket_id, "不用了", "customer", "c")
    assert (await desk.get(ticket.ticket_id)).state is TicketState.ON_SITE


async def test_what_is_added_stands_in_the_ticket_once(desk: ServiceDesk) -> None:
    ticket = await desk.create(fault(), "k")
    for _ in range(3):
        added = await desk.append(ticket.ticket_id, "晚上七点以后家里有人", "customer", "a")
    assert added.description.count("晚上七点以后家里有人") == 1
    with pytest.raises(InvalidInput):
        await desk.append(ticket.ticket_id, " ", "customer", "b")
    with pytest.raises(TicketNotFound):
        await desk.append("", "x", "customer", "b")


async def test_progress_is_told_in_plain_words_at_every_step(desk: ServiceDesk, clock: FakeClock) -> None:
    ticket = await desk.create(fault(), "k")
    say = desk.progress_zh
    head = "您的宽带报障工单GD2611230001，"
    assert say(ticket) == head + "已经受理，李师傅正在处理，最晚后天10点前处理好。"
    ticket = await desk.book_visit(
        ticket.ticket_id, Appointment(at("2026-11-24 00:00").date(), Period.AFTERNOON), "customer", "v"
    )
    assert say(ticket) == head + "已经派给李师傅，明天下午2点到6点上门。"
    ticket = await desk.move(ticket.ticket_id, TicketState.EN_ROUTE, "li")
    assert say(ticket) == head + "李师傅已经出发，正在去您那里。"
    ticket = await desk.move(ticket.ticket_id, TicketState.ON_SITE, "li")
    assert say(ticket) == head + "李师傅已经到现场，正在处理。"
    move_to(clock, "2026-11-24 16:30")
    ticket = await desk.move(ticket.ticket_id, TicketState.RESOLVED, "li", "更换了光纤")
    assert say(ticket) == head + "今天16点30分已经处理好了，处理结果：更换了光纤。如果还有问题，请告诉我。"
    clock.advance(24 * 3600)
    assert "昨天16点30分已经处理好了" in say(ticket)
    ticket = await desk.move(ticket.ticket_id, TicketState.REOPENED, "customer", "又断了")
    assert say(ticket) == head + "已经重新受理，李师傅正在处理，最晚后天16点30分前处理好。"
    ticket = await desk.cancel(ticket.ticket_id, "算了", "customer", "c")
    assert say(ticket) == head + "已经撤销。"


async def test_an_overdue_ticket_says_so_honestly(desk: ServiceDesk, clock: FakeClock) -> None:
    ticket = await desk.create(complaint(category=Category.PLAN_DISPUTE), "k")
    clock.advance(3601)
    assert "已经超过承诺时间，我们正在加急" in desk.progress_zh(ticket)


async def test_the_contact_of_a_relative_is_told_too(desk: ServiceDesk, inbox: Inbox) -> None:
    await desk.create(fault(PHONE, contact_phone="13800000006"), "k")
    assert sorted(m.phone for m in inbox.sent.values()) == [PHONE, "13800000006"]
