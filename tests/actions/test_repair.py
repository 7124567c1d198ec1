"""上门预约: book, change, cancel."""

from __future__ import annotations

import datetime as dt

import pytest

from actions.framework.turn import Said, Turn
from actions.repair_time import Wish, wish
from bss.demo import DemoOperator
from nlu.entities import extract
from service_desk.desk import ServiceDesk
from service_desk.types import Appointment, Category, Kind, Period, Ticket, TicketDraft, TicketState
from tests.actions.conftest import CHEN_CHEN, LI_XIUYING, ZHANG_WEI, ZHAO_MIN, Talk

THURSDAY = dt.date(2026, 3, 19)


async def report(desk: ServiceDesk, phone: str = ZHANG_WEI, category: Category = Category.BROADBAND) -> Ticket:
    return await desk.create(TicketDraft(Kind.FAULT, category, "上不了网", phone, area="翠湖新村"), f"{phone}:{category}")


async def test_a_visit_is_booked_from_one_sentence_after_a_readback(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk)
    c = talk(ZHANG_WEI)
    text = await c.say("明天下午三点叫师傅来", "book_repair")
    assert "明天下午2点到6点" in text and "138****0001" in text and "确认吗" in text
    assert (await desk.get(ticket.ticket_id)).appointment is None
    assert "约好了" in await c.say("好的", "affirm")
    booked = await desk.get(ticket.ticket_id)
    assert booked.appointment == Appointment(THURSDAY, Period.AFTERNOON) and booked.state is TicketState.DISPATCHED
    visits = [e for e in booked.events if e.what == "visit_book"]
    await c.say("好的", "affirm")
    assert [e for e in (await desk.get(ticket.ticket_id)).events if e.what == "visit_book"] == visits


async def test_free_periods_are_offered_and_a_day_alone_narrows_them(talk: Talk, desk: ServiceDesk) -> None:
    await report(desk)
    c = talk(ZHANG_WEI)
    await c.say("约个上门时间", "book_repair")
    assert c.buttons[:3] == ["今天下午", "今天晚上", "明天上午"]
    await c.say("后天")
    assert c.buttons == ["后天上午", "后天下午", "后天晚上"]
    assert "后天晚上6点到8点" in await c.say("晚上")


async def test_a_bare_hour_answers_the_question_for_a_time(talk: Talk, desk: ServiceDesk) -> None:
    await report(desk)
    c = talk(ZHANG_WEI)
    await c.say("约个上门时间", "book_repair")
    await c.say("后天")
    assert "后天下午2点到6点" in await c.say("三点半吧")


async def test_elders_get_three_periods(talk: Talk, desk: ServiceDesk) -> None:
    await report(desk, LI_XIUYING)
    c = talk(LI_XIUYING, profile="elder")
    assert "哪天在家" in await c.say("叫个师傅来看看", "book_repair")
    assert len(c.buttons) == 3


async def test_a_full_period_is_said_so_with_what_is_free(talk: Talk, desk: ServiceDesk) -> None:
    for n in range(3):
        draft = TicketDraft(Kind.FAULT, Category.BROADBAND, "断网", f"1390000000{n}", area="翠湖新村",
                            appointment=Appointment(THURSDAY, Period.EVENING))
        await desk.create(draft, f"full{n}")
    ticket = await report(desk)
    c = talk(ZHANG_WEI)
    text = await c.say("明天晚上来修", "book_repair")
    assert "约不上了" in text and "明天晚上" not in c.buttons
    assert "明天上午" in await c.say("明天上午")
    await c.say("确认", "affirm")
    assert (await desk.get(ticket.ticket_id)).appointment == Appointment(THURSDAY, Period.MORNING)


async def test_a_period_taken_meanwhile_leads_back_to_the_choice(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk)
    c = talk(ZHANG_WEI)
    await c.say("明天晚上来修", "book_repair")
    for n in range(3):
        draft = TicketDraft(Kind.FAULT, Category.BROADBAND, "断网", f"1390000000{n}", area="翠湖新村",
                            appointment=Appointment(THURSDAY, Period.EVENING))
        await desk.create(draft, f"full{n}")
    text = await c.say("确认", "affirm")
    assert "刚被约走" in text and c.loop == "book_repair_form"
    await c.say("明天下午")
    await c.say("确认", "affirm")
    assert (await desk.get(ticket.ticket_id)).appointment == Appointment(THURSDAY, Period.AFTERNOON)


async def test_a_visit_is_moved_and_corrected_at_the_readback(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk)
    await desk.book_visit(ticket.ticket_id, Appointment(THURSDAY, Period.MORNING), "customer", "b")
    c = talk(ZHANG_WEI)
    assert "改到后天上午" in await c.say("明天有事，往后推一天", "book_repair")
    assert "改到后天下午" in await c.say("不对，是后天下午", "deny")
    await c.say("确认办理", "affirm")
    assert (await desk.get(ticket.ticket_id)).appointment == Appointment(dt.date(2026, 3, 20), Period.AFTERNOON)


async def test_a_visit_is_cancelled_while_the_ticket_stays(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk)
    await desk.book_visit(ticket.ticket_id, Appointment(THURSDAY, Period.MORNING), "customer", "b")
    c = talk(ZHANG_WEI)
    assert "确认取消吗" in await c.say("明天别让师傅来了", "book_repair")
    await c.say("确认取消", "cancel")
    after = await desk.get(ticket.ticket_id)
    assert after.appointment is None and after.open


async def test_with_a_visit_booked_and_no_wish_told_it_is_asked(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk)
    await desk.book_visit(ticket.ticket_id, Appointment(THURSDAY, Period.MORNING), "customer", "b")
    c = talk(ZHANG_WEI)
    assert "要改时间，还是取消" in await c.say("上门的事", "book_repair")
    assert "还是明天上午" in await c.say("不用改")
    assert (await desk.get(ticket.ticket_id)).appointment is not None


async def test_a_repairer_on_the_way_is_not_moved(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk)
    await desk.book_visit(ticket.ticket_id, Appointment(THURSDAY, Period.MORNING), "customer", "b")
    await desk.move(ticket.ticket_id, TicketState.EN_ROUTE, "zhang")
    c = talk(ZHANG_WEI)
    assert "改不了" in await c.say("改到后天", "book_repair") and c.loop is None


async def test_without_a_ticket_the_self_check_starts_with_what_was_said(talk: Talk) -> None:
    c = talk(ZHANG_WEI)
    assert "没有在办的报修单" in await c.say("派个人来修宽带", "book_repair")
    await c.say("先自查")
    assert c.loop == "fault_form" and "宽带" in c.text


async def test_without_a_ticket_one_is_made_and_the_visit_booked_together(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    await c.say("派个师傅来", "book_repair")
    assert "哪一样" in await c.say("直接派师傅")
    await c.say("电视")
    await c.say("明天上午")
    assert not await desk.find_open(ZHANG_WEI)
    await c.say("确认", "affirm")
    (ticket,) = await desk.find_open(ZHANG_WEI)
    assert ticket.category is Category.IPTV and ticket.appointment == Appointment(THURSDAY, Period.MORNING)
    assert ticket.area == "翠湖新村"


async def test_in_an_area_outage_no_visit_is_booked(talk: Talk) -> None:
    c = talk(ZHAO_MIN)
    assert "集中抢修" in await c.say("派人来修宽带", "book_repair") and c.loop is None


async def test_a_mobile_fault_needs_no_visit(talk: Talk, desk: ServiceDesk) -> None:
    await report(desk, category=Category.MOBILE)
    assert "师傅不用上门" in await talk(ZHANG_WEI).say("师傅几时来", "book_repair")


async def test_a_daughter_books_for_her_mother(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk, LI_XIUYING)
    c = talk(CHEN_CHEN)
    await c.say("帮我妈约师傅明天上午上门", "family_agent", others={"book_repair": 0.2})
    assert c.loop == "book_repair_form" and "138****0006" in c.text
    await c.say("确认", "affirm")
    assert (await desk.get(ticket.ticket_id)).appointment == Appointment(THURSDAY, Period.MORNING)


async def test_cancel_and_back_work_midway(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk)
    c = talk(ZHANG_WEI)
    await c.say("明天上午来", "book_repair")
    assert "哪个时间" in await c.say("返回", "back")
    assert "什么都没有改动" in await c.say("不约了", "cancel") and c.loop is None
    assert (await desk.get(ticket.ticket_id)).appointment is None


async def test_when_the_operator_is_away_that_is_said_honestly(talk: Talk, demo: DemoOperator) -> None:
    demo.faults.fail("problems")
    assert "记录号" in await talk(ZHANG_WEI).say("派个人来", "book_repair")


@pytest.mark.parametrize(("said", "expected"), [
    ("明天下午三点", Wish(THURSDAY, Period.AFTERNOON)), ("明天三点", Wish(THURSDAY, Period.AFTERNOON)),
    ("周六上午", Wish(dt.date(2026, 3, 21), Period.MORNING)), ("后天", Wish(dt.date(2026, 3, 20))),
    ("不要明天，后天晚上", Wish(dt.date(2026, 3, 20), Period.EVENING)), ("越快越好", Wish(soonest=True)),
    ("听日下昼", Wish(THURSDAY, Period.AFTERNOON)), ("随便", Wish(soonest=True)), ("看看再说", None),
    ("明天早上七点", Wish(THURSDAY, Period.MORNING)),
])  # fmt: skip
def test_times_are_read_as_people_say_them(said: str, expected: Wish | None) -> None:
    now = dt.datetime(2026, 3, 18, 10)
    entities = tuple({"entity": e.entity, "value": e.value, "start": e.start, "end": e.end} for e in extract(said, now))
    turn = Turn("c", "m", Said(said, "book_repair", 1.0, entities), {}, "web", None, "standard", None, (), ())
    assert wish(turn) == expected


async def test_cancel_at_the_readback_books_nothing(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk)
    c = talk(ZHANG_WEI)
    await c.say("明天下午三点叫师傅来", "book_repair")
    assert "约好了" not in await c.say("取消", "cancel")
    assert (await desk.get(ticket.ticket_id)).appointment is None
