"""查账单."""

from __future__ import annotations

import pytest
from sqlalchemy import text as sql

from bss.demo import DemoOperator
from service_desk.desk import ServiceDesk
from tests.actions.conftest import CHEN_CHEN, LI_XIUYING, WANG_QIANG, ZHANG_WEI, Talk


async def test_the_latest_bill_is_itemised_and_its_items_sum_up(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("查一下我的账单", "query_bill")
    assert "2026年2月账单共 135.60 元" in text
    for part in ("5G畅享129元套餐 129 元", "彩铃 5 元", "套餐外国内短信 1.60 元"):
        assert part in text
    assert conversation.slots["context"] == {"intent": "query_bill", "month": "2026-02"}


@pytest.mark.parametrize(("said", "month", "total"), [
    ("上个月账单", "2026年2月", "135.60 元"),
    ("去年十二月的账单", "2025年12月", "138.50 元"),
    ("上上个月的话费明细", "2026年1月", "134 元"),
    ("我查这个月的，哦不对，上个月的账单", "2026年2月", "135.60 元"),
    ("不查一月的，查十二月的账单", "2025年12月", "138.50 元"),
])  # fmt: skip
async def test_a_month_is_understood_however_it_is_named(talk: Talk, said: str, month: str, total: str) -> None:
    text = await talk(ZHANG_WEI).say(said, "query_bill")
    assert month in text and total in text


async def test_and_the_one_before_follows_the_last_answer(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("上个月账单", "query_bill")
    assert "2026年1月账单" in await conversation.say("那再往前一个月呢", "query_bill")
    assert "2025年12月账单" in await conversation.say("再上一个月", "query_bill")


async def test_this_month_has_no_bill_yet_so_the_charges_are_told(talk: Talk) -> None:
    text = await talk(ZHANG_WEI).say("这个月账单", "query_bill")
    assert "下月 1 日出" in text and "134 元" in text and "3月1日" in text


@pytest.mark.parametrize("said", ["去年一月账单", "2024年3月的账单"])
async def test_a_month_too_old_is_said_with_what_can_be_seen(talk: Talk, said: str) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say(said, "query_bill")
    assert "查不到" in text and "2025年9月到2026年2月" in text
    assert conversation.buttons == ["2月账单", "1月账单", "12月账单"]


async def test_several_months_are_listed_with_their_sum(talk: Talk) -> None:
    text = await talk(ZHANG_WEI).say("近六个月账单", "query_bill")
    assert "810.10 元" in text and text.count("元") == 7


async def test_a_charge_of_that_amount_is_named_and_its_service_can_be_dropped(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("怎么又扣我五块钱", "query_bill")
    assert "3月1日扣的「彩铃」" in text and conversation.buttons[0] == "退订彩铃"
    assert "取消您的彩铃" in await conversation.say("退订彩铃", "manage_vas")


@pytest.mark.parametrize("said", ["为什么多扣了我十五块", "咋个多扣了我十五", "何解又扣了我15元"])
async def test_a_charge_of_last_months_bill_is_found_too(talk: Talk, said: str) -> None:
    text = await talk(WANG_QIANG).say(said, "query_bill")
    assert "这 15 元在2026年2月的账单里，是「套餐外流量」" in text


async def test_an_amount_nobody_took_is_said_honestly_with_all_that_was(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("为什么扣了三十块", "query_bill")
    assert "没有正好 30 元的扣费" in text and "134 元" in text and "比2026年1月多 1.60 元" in text
    assert "我要投诉" in conversation.buttons and "转人工" in conversation.buttons


async def test_why_so_much_is_explained_by_what_is_more_than_the_month_before(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("去年12月账单", "query_bill")
    text = await conversation.say("为什么扣这么多", "query_bill")
    assert "2025年12月账单 138.50 元，比2025年11月多 4.50 元" in text and "套餐外国内通话" in text


async def test_an_unpaid_bill_says_until_when(talk: Talk) -> None:
    conversation = talk(WANG_QIANG)
    text = await conversation.say("上个月账单", "query_bill")
    assert "还没交清，3月25日前" in text and "现在充值" in conversation.buttons


async def test_the_list_of_calls_is_left_to_a_person(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    assert "调不出来" in await conversation.say("我要上个月的通话详单", "query_bill")
    assert "转人工" in conversation.buttons


async def test_a_customer_without_bills_is_told_when_the_first_comes(talk: Talk, demo: DemoOperator) -> None:
    await demo._store.write(lambda s: s.execute(sql("delete from op_bill")))
    assert "还没有出过账单" in await talk(ZHANG_WEI).say("查账单", "query_bill")


async def test_an_elder_hears_the_total_and_at_most_three_items(talk: Talk) -> None:
    text = await talk(WANG_QIANG, profile="elder").say("上个月账单", "query_bill")
    assert text.startswith("您的2026年2月一共 139 元。") and "其他 5 元" in text


async def test_a_child_sees_the_parents_bill_as_the_parents(talk: Talk) -> None:
    conversation = talk(CHEN_CHEN)
    conversation.slots["subject_phone"] = LI_XIUYING
    assert "李秀英（您的母亲）的2026年2月账单共 49 元" in await conversation.say("查账单", "query_bill")


async def test_a_broken_billing_system_is_admitted_and_noted(talk: Talk, demo: DemoOperator, desk: ServiceDesk) -> None:
    demo.faults.garble("bills")
    assert "现在查不到" in await talk(ZHANG_WEI).say("查账单", "query_bill")
    assert len(await desk.find_open(ZHANG_WEI)) == 1


async def test_the_speech_gives_months_and_amounts_as_such(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("上个月账单", "query_bill")
    speech = conversation.replies[0]["speech"]
    assert '<say-as interpret-as="month">2026-02</say-as>' in speech
    assert '<say-as interpret-as="amount">135.60</say-as>' in speech and "{{" not in speech


async def test_an_invoice_is_taken_on_by_a_person(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("帮我开一张一月份的发票", "query_bill")
    assert "2026年1月话费 134 元" in text and "电子发票" in text and "转人工" in conversation.buttons
    assert "账单共" in await talk(ZHANG_WEI).say("我不是要发票，我要看详单", "query_bill")
