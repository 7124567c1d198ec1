"""转人工: one turn from everywhere, one place, everything known to the person."""

from __future__ import annotations

import datetime as dt

import pytest

from bss.demo import DemoOperator
from common.clock import FakeClock
from service_desk.desk import ServiceDesk
from service_desk.types import Kind
from tests.actions.conftest import CHEN_CHEN, LI_XIUYING, LIU_YANG, ZHANG_WEI, Talk


async def test_one_sentence_gives_a_place_with_position_and_what_was_said(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    await c.say("我还有多少话费", "query_balance")
    assert "您排在第一位" in await c.say("转人工", "transfer_human")
    (case,) = await desk.handover.waiting()
    assert case.phone == ZHANG_WEI and "张伟" in case.summary and "我还有多少话费" in case.summary
    assert [line.who for line in case.transcript] == ["customer", "yida", "customer"]
    assert c.replies[0]["data"]["handover"]["position"] == 1


async def test_asking_twice_gives_the_same_place(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    await c.say("转人工", "transfer_human")
    assert "位置一直留着" in await c.say("人工", "transfer_human")
    assert len(await desk.handover.waiting()) == 1


async def test_the_wait_of_the_second_in_line_is_told(talk: Talk, clock: FakeClock) -> None:
    await talk(ZHANG_WEI).say("转人工", "transfer_human")
    clock.advance(1)
    assert "前面还有1位" in await talk(CHEN_CHEN).say("转人工", "transfer_human")


async def test_elders_and_enterprises_come_first(talk: Talk, desk: ServiceDesk, clock: FakeClock) -> None:
    for phone in (ZHANG_WEI, LI_XIUYING, LIU_YANG):
        await talk(phone).say("转人工", "transfer_human")
        clock.advance(1)
    waiting = await desk.handover.waiting()
    assert [c.phone for c in waiting] == [LI_XIUYING, LIU_YANG, ZHANG_WEI]
    assert waiting[1].skill == "enterprise"


@pytest.mark.parametrize(("first", "intent", "skill"), [
    ("我家宽带断了", "report_broadband_fault", "broadband_expert"), ("换个套餐", "change_plan", "business"),
    ("我要停机保号", "suspend_service", "business"), ("充五十", "recharge", "billing"), ("我要投诉", "complain", "general"),
    ("手机丢了快挂失", "report_lost", "business"), ("我要装宽带", "install_broadband", "broadband_expert"),
    ("帮家人办理", "family_agent", "general"), ("忘记服务密码了", "manage_password", "business"),
    ("没听懂的话", "nlu_fallback", "general"),
])  # fmt: skip
async def test_it_works_in_one_turn_from_every_state_and_closes_the_task(
    talk: Talk, desk: ServiceDesk, first: str, intent: str, skill: str
) -> None:
    c = talk(ZHANG_WEI)
    await c.say(first, intent)
    text = await c.say("转人工", "transfer_human")
    assert "给您转人工" in text and c.loop is None and not c.slots.get("tasks")
    (case,) = await desk.handover.waiting()
    assert case.skill == skill


async def test_a_half_done_change_is_told_to_the_person_and_no_later_yes_finishes_it(talk: Talk, desk: ServiceDesk, demo: DemoOperator) -> None:
    c = talk(ZHANG_WEI)
    await c.say("停机保号", "suspend_service")
    await c.say("转人工", "transfer_human")
    await c.say("好的", "affirm")
    (case,) = await desk.handover.waiting()
    assert "停机保号，已核对，等客户确认" in case.summary
    assert (await demo.operator.customers.find(ZHANG_WEI)).status == "active"


async def test_a_code_or_password_never_reaches_the_transcript(talk: Talk, desk: ServiceDesk) -> None:
    c = talk()
    await c.say("查话费", "query_balance")
    await c.say(ZHANG_WEI)
    await c.say("735190")
    await c.say("转人工", "transfer_human")
    (case,) = await desk.handover.waiting()
    assert "735190" not in str(case) and "••••••" in str(case.transcript) and "身份未核实" in case.summary


async def test_the_self_checks_trail_and_reason_go_along(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    c.slots.update(handoff_reason="光路正常仍上不了网", handoff_skill="broadband_expert", handoff_trail=["光路检测：正常"])
    await c.say("转人工", "transfer_human")
    (case,) = await desk.handover.waiting()
    assert case.skill == "broadband_expert" and "光路正常仍上不了网" in case.summary and "光路检测：正常" in case.summary
    assert c.slots["handoff_skill"] is None


async def test_once_taken_the_customer_is_sent_to_the_person(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    await c.say("转人工", "transfer_human")
    await desk.handover.take("姚专员")
    assert "已经有人工客服接待您" in await c.say("转人工", "transfer_human")


async def test_a_person_is_called_even_when_the_operators_systems_are_away(talk: Talk, desk: ServiceDesk, demo: DemoOperator) -> None:
    demo.faults.fail("customers")
    assert "给您转人工" in await talk(ZHANG_WEI).say("转人工", "transfer_human")
    assert len(await desk.handover.waiting()) == 1


@pytest.fixture
def at_night(clock: FakeClock) -> None:
    clock.advance(12 * 3600)


@pytest.mark.usefixtures("at_night")
async def test_at_night_a_call_back_is_registered_at_once_and_only_once(talk: Talk, desk: ServiceDesk, clock: FakeClock) -> None:
    c = talk(ZHANG_WEI)
    text = await c.say("转人工", "transfer_human")
    assert "9点到21点" in text and "3月19日 11:00" in text and "138****0001" in text
    clock.advance(3 * 3600)
    await c.say("人工", "transfer_human")
    (ticket,) = await desk.find_open(ZHANG_WEI)
    assert ticket.kind is Kind.CALLBACK and not await desk.handover.waiting()
    assert ticket.due_at and ticket.due_at.date() == dt.date(2026, 3, 19)


@pytest.mark.usefixtures("at_night")
async def test_at_night_the_task_in_hand_goes_on(talk: Talk) -> None:
    c = talk(ZHANG_WEI)
    await c.say("停机保号", "suspend_service")
    text = await c.say("转人工", "transfer_human")
    assert "登记了回电" in text and "咱们接着办「停机保号」" in text and c.loop == "suspend_form"


@pytest.mark.usefixtures("at_night")
async def test_at_night_somebody_unknown_leaves_a_number_without_a_code(talk: Talk, desk: ServiceDesk) -> None:
    c = talk()
    assert "留个电话" in await c.say("转人工", "transfer_human")
    assert "留个电话" in await c.say("转人工", "transfer_human")
    assert "139****1111" in await c.say("一三九零零零零一一一一")
    assert "139****1111" in await c.say("转人工", "transfer_human")
    assert len(await desk.find_open("13900001111")) == 1
    c = talk()
    await c.say("转人工", "transfer_human")
    assert "不登记" in await c.say("不用了", "deny") and c.loop is None


async def test_elders_hear_it_short(talk: Talk) -> None:
    assert "您不用再讲" in await talk(LI_XIUYING, profile="elder").say("人工", "transfer_human")
