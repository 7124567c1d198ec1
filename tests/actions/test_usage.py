"""查流量, 查通话."""

from __future__ import annotations

import pytest

from bss.demo import DemoOperator
from bss.types import OrderAction
from tests.actions.conftest import CHEN_CHEN, LI_XIUYING, ZHANG_WEI, Talk


async def test_data_left_and_in_all_are_told_with_the_last_day(talk: Talk) -> None:
    text = await talk(ZHANG_WEI).say("还有多少流量", "query_usage")
    assert text == "您的流量还剩 12.4 GB（共 30 GB），3月31日到期。"


@pytest.mark.parametrize(("said", "has", "lacks"), [
    ("通话还剩多少分钟", "320 分钟", "GB"),
    ("不查流量，查通话分钟", "320 分钟", "GB"),
    ("查话费…不对，查通话分钟", "320 分钟", "GB"),
    ("短信还能发不", "不含短信", "GB"),
    ("套餐余量", "320 分钟", "短信"),
    ("查剩余牛量", "12.4 GB", "短信"),
])  # fmt: skip
async def test_what_was_asked_about_is_answered(talk: Talk, said: str, has: str, lacks: str) -> None:
    text = await talk(ZHANG_WEI).say(said, "query_usage")
    assert has in text and lacks not in text


async def test_an_elder_hears_only_what_is_left(talk: Talk) -> None:
    text = await talk(LI_XIUYING, profile="elder").say("我那个流量还有吗", "query_usage")
    assert text == "流量还剩 2.1 GB。"


async def test_data_running_short_offers_a_pack_and_yes_goes_there(talk: Talk) -> None:
    conversation = talk(CHEN_CHEN)
    text = await conversation.say("流量还有几多", "query_usage")
    assert "410 MB" in text and "要加个流量包吗" in text and "买流量包" in conversation.buttons
    assert "流量月包5GB" in await conversation.say("好的", "affirm")
    assert conversation.loop == "change_plan_form"


async def test_a_pack_with_a_day_of_its_own_is_told_apart(talk: Talk, demo: DemoOperator) -> None:
    await demo.operator.orders.order(CHEN_CHEN, "addon.week3g", OrderAction.ADD, "k1")
    text = await talk(CHEN_CHEN).say("流量", "query_usage")
    assert "流量周包3GB还剩 3 GB，3月24日到期" in text


async def test_a_child_may_look_at_the_parents_usage(talk: Talk) -> None:
    conversation = talk(CHEN_CHEN)
    conversation.slots["subject_phone"] = LI_XIUYING
    assert "李秀英（您的母亲）的流量还剩 2.1 GB" in await conversation.say("流量还有多少", "query_usage")


async def test_a_slow_system_is_admitted(talk: Talk, demo: DemoOperator) -> None:
    demo.faults.slow("usage", 5)
    assert "现在查不到" in await talk(ZHANG_WEI).say("流量", "query_usage")
