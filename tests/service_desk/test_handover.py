"""The queue to a person."""

from __future__ import annotations

import asyncio

import pytest

from common.clock import FakeClock
from service_desk.desk import ServiceDesk
from service_desk.errors import NotInQueue
from service_desk.handover import CaseState, Line, QueuePriority
from service_desk.types import Kind

from .conftest import PHONE, OpenDesk, at, move_to


async def test_everybody_is_told_position_and_wait(desk: ServiceDesk) -> None:
    places = [await desk.handover.enqueue(f"c{n}", PHONE, idempotency_key="k") for n in range(4)]
    assert [(p.position, p.estimated_wait_minutes) for p in places] == [(1, 2), (2, 4), (3, 5), (4, 7)]
    assert places[0].note_zh == "您排在第一位，马上就有人接待。"
    assert places[3].note_zh == "您前面还有3位，大约等7分钟。"


async def test_elders_and_enterprises_go_first_among_themselves_by_time(
    desk: ServiceDesk, clock: FakeClock
) -> None:
    for name, priority in (("a", "normal"), ("b", QueuePriority.ELDER), ("c", "normal"), ("d", "enterprise")):
        await desk.handover.enqueue(name, PHONE, priority=priority)
        clock.advance(60)
    assert [c.conversation_id for c in await desk.handover.waiting()] == ["b", "d", "a", "c"]


async def test_who_waited_ten_minutes_is_not_overtaken_any_more(desk: ServiceDesk, clock: FakeClock) -> None:
    await desk.handover.enqueue("early", PHONE)
    clock.advance(11 * 60)
    await desk.handover.enqueue("elder", PHONE, priority="elder")
    assert [c.conversation_id for c in await desk.handover.waiting()] == ["early", "elder"]


async def test_twenty_requests_at_once_of_one_conversation_take_one_place(desk: ServiceDesk) -> None:
    places = await asyncio.gather(
        *(desk.handover.enqueue("c", PHONE, idempotency_key=f"k{n % 3}") for n in range(20))
    )
    assert len({p.place_id for p in places}) == 1 and len(await desk.handover.waiting()) == 1


async def test_the_agent_sees_all_that_was_said_and_each_customer_is_taken_once(desk: ServiceDesk) -> None:
    said = (Line("customer", "宽带断了"), Line("yida", "光猫亮红灯吗"))
    await desk.handover.enqueue("c0", PHONE, summary="宽带无光", transcript=said, channel="wechat")
    for n in range(1, 5):
        await desk.handover.enqueue(f"c{n}", PHONE)
    taken = await asyncio.gather(*(desk.handover.take(f"agent{n}") for n in range(8)))
    cases = [c for c in taken if c]
    assert sorted(c.conversation_id for c in cases) == ["c0", "c1", "c2", "c3", "c4"]
    first = next(c for c in cases if c.conversation_id == "c0")
    assert (first.summary, first.transcript, first.channel) == ("宽带无光", said, "wechat")
    place = await desk.handover.position("c0")
    assert place and place.state is CaseState.TAKEN and place.agent == first.agent


async def test_an_agent_gets_only_what_they_can_do(desk: ServiceDesk) -> None:
    await desk.handover.enqueue("c1", PHONE, "billing")
    await desk.handover.enqueue("c2", PHONE, "general")
    case = await desk.handover.take("lu", {"general"})
    assert case and case.conversation_id == "c2"
    assert await desk.handover.take("lu", {"general"}) is None


async def test_a_case_is_finished_once_and_only_by_its_agent_then_the_customer_may_queue_again(
    desk: ServiceDesk,
) -> None:
    await desk.handover.enqueue("c", PHONE, idempotency_key="k")
    case = await desk.handover.take("lu")
    assert case and await desk.handover.take("lu", place_id=case.place_id) == case
    for call in (
        desk.handover.take("ding", place_id=case.place_id),
        desk.handover.finish(case.place_id, "ding"),
    ):
        with pytest.raises(NotInQueue):
            await call
    one = await desk.handover.finish(case.place_id, "lu", "已解决")
    assert one == await desk.handover.finish(case.place_id, "lu", "已解决")
    assert await desk.handover.position("c") is None
    again = await desk.handover.enqueue("c", PHONE, idempotency_key="k2")
    assert again.place_id != case.place_id and again.position == 1


async def test_a_case_given_back_keeps_its_time_of_arrival(desk: ServiceDesk, clock: FakeClock) -> None:
    await desk.handover.enqueue("c1", PHONE)
    clock.advance(60)
    await desk.handover.enqueue("c2", PHONE, "billing")
    case = await desk.handover.take("lu")
    assert case
    await desk.handover.give_back(case.place_id, "lu", "billing")
    assert [c.conversation_id for c in await desk.handover.waiting("billing")] == ["c1", "c2"]


async def test_who_leaves_makes_room(desk: ServiceDesk) -> None:
    await desk.handover.enqueue("c1", PHONE)
    await desk.handover.enqueue("c2", PHONE)
    assert await desk.handover.leave("c1") and not await desk.handover.leave("c1")
    place = await desk.handover.position("c2")
    assert place and place.position == 1


async def test_out_of_hours_nothing_is_queued_and_a_message_becomes_a_callback(
    desk: ServiceDesk, clock: FakeClock
) -> None:
    move_to(clock, "2026-11-23 21:00")
    place = await desk.handover.enqueue("c", PHONE)
    assert (place.in_hours, place.position) == (False, 0)
    assert place.note_zh == "现在是下班时间，人工服务是每天9点到21点。您可以留言，上班后给您回电。"
    assert await desk.handover.waiting() == []
    tickets = await asyncio.gather(
        *(
            desk.handover.leave_message(
                "c", PHONE, "请回电", "app", "m", "问合约", [Line("customer", "合约到期了吗")]
            )
            for _ in range(20)
        )
    )
    assert len({t.ticket_id for t in tickets}) == 1
    ticket = tickets[0]
    assert (ticket.kind, ticket.due_at) == (Kind.CALLBACK, at("2026-11-24 11:00"))
    assert ticket.trail == ("问合约", "客户：合约到期了吗")


async def test_who_still_waits_at_closing_time_gets_a_callback(open_desk: OpenDesk, clock: FakeClock) -> None:
    desk = open_desk()
    move_to(clock, "2026-11-23 20:59")
    await desk.handover.enqueue("c", PHONE, summary="宽带无光")
    assert await desk.handover.close_day() == []
    clock.advance(60)
    await desk.tick()
    (ticket,) = await desk.find(PHONE)
    assert ticket.kind is Kind.CALLBACK and "宽带无光" in ticket.trail
    assert await desk.handover.waiting() == [] and await desk.handover.close_day() == []


async def test_the_queue_survives_a_restart(open_desk: OpenDesk) -> None:
    first = open_desk()
    await first.handover.enqueue("c", PHONE, transcript=[Line("customer", "转人工")])
    first.close()
    (case,) = await open_desk().handover.waiting()
    assert case.transcript == (Line("customer", "转人工"),)
