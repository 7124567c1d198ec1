"""查话费."""

from __future__ import annotations

from bss.demo import DemoOperator
from service_desk.desk import ServiceDesk
from tests.actions.conftest import CHEN_CHEN, LI_XIUYING, WANG_QIANG, ZHANG_WEI, Talk


async def test_the_balance_and_what_was_spent_this_month_are_told(talk: Talk) -> None:
    text = await talk(ZHANG_WEI).say("我还有多少话费", "query_balance")
    assert "35.80 元" in text and "134 元" in text


async def test_an_elder_hears_one_figure_and_a_short_sentence(talk: Talk) -> None:
    text = await talk(ZHANG_WEI, profile="elder").say("话费还有多少", "query_balance")
    assert text == "您的话费还剩 35.80 元。"


async def test_the_spoken_form_says_what_the_number_is(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("话费还有多少", "query_balance")
    speech = conversation.replies[0]["speech"]
    assert '<say-as interpret-as="amount">35.80</say-as>' in speech


async def test_a_debt_is_told_with_the_suspension_and_a_yes_leads_to_paying(talk: Talk) -> None:
    conversation = talk(WANG_QIANG)
    text = await conversation.say("我停机了？", "query_balance")
    assert "欠费 23.40 元" in text and "停机" in text and "现在充值" in conversation.buttons
    assert "充多少钱" in await conversation.say("好的", "affirm")
    assert conversation.loop == "recharge_form"


async def test_a_low_balance_offers_a_top_up(talk: Talk, demo: DemoOperator) -> None:
    await demo.operator.orders.order(CHEN_CHEN, "addon.month5g", "add", "k")  # type: ignore[arg-type]
    conversation = talk(CHEN_CHEN)
    text = await conversation.say("话费", "query_balance")
    assert "只剩 7.10 元" in text and "现在充值" in conversation.buttons


async def test_a_child_hears_the_parents_balance_under_the_parents_name(talk: Talk) -> None:
    conversation = talk(CHEN_CHEN)
    conversation.slots["subject_phone"] = LI_XIUYING
    assert "李秀英（您的母亲）的话费余额是 12.50 元" in await conversation.say("还有多少话费", "query_balance")


async def test_a_stranger_set_as_subject_is_ignored(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    conversation.slots["subject_phone"] = LI_XIUYING
    assert "35.80" in await conversation.say("还有多少话费", "query_balance")


async def test_when_billing_is_down_this_is_said_and_noted_once(talk: Talk, demo: DemoOperator, desk: ServiceDesk) -> None:
    demo.faults.fail("balance")
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("话费", "query_balance")
    tickets = await desk.find_open(ZHANG_WEI)
    assert "现在查不到" in text and len(tickets) == 1 and tickets[0].ticket_id in text
