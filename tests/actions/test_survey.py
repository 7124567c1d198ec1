"""满意度."""

from __future__ import annotations

from service_desk.desk import ServiceDesk
from service_desk.types import Category, Kind, TicketDraft, TicketState
from tests.actions.conftest import ZHANG_WEI, Talk


async def done_ticket(desk: ServiceDesk) -> str:
    ticket = await desk.create(TicketDraft(Kind.FAULT, Category.BROADBAND, "断网", ZHANG_WEI), "t")
    for state in (TicketState.DISPATCHED, TicketState.EN_ROUTE, TicketState.ON_SITE, TicketState.RESOLVED):
        await desk.move(ticket.ticket_id, state, "zhang", "修好了")
    return ticket.ticket_id


async def test_a_mark_goes_to_the_ticket_that_was_just_done(talk: Talk, desk: ServiceDesk) -> None:
    ticket_id = await done_ticket(desk)
    c = talk(ZHANG_WEI)
    assert "谢谢您的肯定" in await c.say("1", "rate_service")
    assert any(e.what == "survey" for e in (await desk.get(ticket_id)).events)
    assert "已经评价过" in await c.say("不满意", "rate_service")


async def test_a_bad_mark_gets_a_call_back_by_a_manager(talk: Talk, desk: ServiceDesk) -> None:
    await done_ticket(desk)
    c = talk(ZHANG_WEI)
    assert "值班经理会在24小时内" in await c.say("不满意，还是老样子", "rate_service")
    assert [t.kind for t in await desk.find_open(ZHANG_WEI)] == [Kind.FOLLOWUP]


async def test_a_mark_that_cannot_be_read_is_asked_for(talk: Talk) -> None:
    c = talk(ZHANG_WEI)
    assert "1 非常满意" in await c.say("二分", "rate_service")
    assert c.buttons == ["非常满意", "满意", "不满意"]
    assert "谢谢" in await c.say("满意", "rate_service")


async def test_nobody_unknown_is_promised_a_call(talk: Talk) -> None:
    c = talk()
    text = await c.say("不满意", "rate_service")
    assert "回电" in text and "24小时" not in text and "我要投诉" in c.buttons
