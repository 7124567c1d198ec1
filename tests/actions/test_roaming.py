"""国际漫游."""

from __future__ import annotations

import pytest

from actions.roaming import wish_of
from actions.roaming_places import region_of
from bss.demo import DemoOperator
from bss.types import ProductKind
from service_desk.desk import ServiceDesk
from tests.actions.conftest import (
    CHEN_CHEN,
    LI_XIUYING,
    LIU_YANG,
    WANG_QIANG,
    ZHANG_WEI,
    Talk,
    said_twice,
)


async def _on(demo: DemoOperator, phone: str = ZHANG_WEI) -> bool:
    return await demo.unguarded.orders.roaming(phone)


async def test_a_place_brings_its_packs_with_prices_and_the_warning_about_days(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("我下周去日本，办理漫游", "manage_roaming")
    assert "亚洲漫游日包，29 元" in text and "马上开始算天数" in text
    assert conversation.buttons == ["亚洲漫游日包", "亚洲漫游7天包", "先不订"]


async def test_who_is_there_already_is_not_told_to_wait(talk: Talk) -> None:
    assert "建议出发当天" not in await talk(ZHANG_WEI).say("我人在泰国，没开漫游，赶紧给我开", "manage_roaming")


async def test_roaming_and_pack_are_read_back_and_done_once(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("去香港，开通漫游", "manage_roaming")
    text = await conversation.say("日包")
    assert "开通不收费" in text and "港澳台漫游日包，25 元" in text and "还剩 10.80 元" in text
    assert not await _on(demo)
    text = await said_twice(conversation, "确认", "affirm")
    assert "漫游开好了" in text and "扣了 25 元" in text
    assert await _on(demo) and (await demo.operator.balance.balance(ZHANG_WEI)).balance_fen == 1080
    assert len(await demo.operator.products.products(ZHANG_WEI, ProductKind.ADDON)) == 1


async def test_without_a_place_it_is_asked_and_may_be_left_open(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    assert "去哪里" in await conversation.say("开通国际慢游", "manage_roaming")
    assert "没订漫游包" in await conversation.say("只开漫游")
    await conversation.say("好", "affirm")
    assert await _on(demo) and await demo.operator.products.products(ZHANG_WEI, ProductKind.ADDON) == []


async def test_too_little_money_for_the_pack_still_allows_roaming_alone(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(LI_XIUYING, profile="elder")
    await conversation.say("我跟老年团去泰国，电话要开通个啥", "manage_roaming")
    assert "余额不够" in await conversation.say("日包")
    assert "开通漫游，开通不要钱" in await conversation.say("先不订")
    await conversation.say("好", "affirm")
    assert await _on(demo, LI_XIUYING)


async def test_roaming_that_is_on_only_needs_a_pack(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(LIU_YANG)
    assert "已经开着" in await conversation.say("开通漫游，去法国", "manage_roaming")
    assert "已经开着，不用再办" in await conversation.say("先不订")


@pytest.mark.parametrize("said", ["回国了，请取消漫游", "不开了，把漫游关掉", "开漫游，啊不对，我已经回来了，是关", "漫游我不要哒，关咖它"])
async def test_switching_off_warns_and_needs_a_yes(talk: Talk, demo: DemoOperator, said: str) -> None:
    conversation = talk(LIU_YANG)
    assert "在国外不能打电话、接电话和上网" in await conversation.say(said, "manage_roaming")
    assert await _on(demo, LIU_YANG)
    await said_twice(conversation, "确认", "affirm")
    assert not await _on(demo, LIU_YANG)


async def test_off_already_needs_nothing(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    assert "本来就没开" in await conversation.say("关漫游", "manage_roaming")
    assert conversation.loop is None


async def test_the_state_is_told_when_only_asked_for(talk: Talk, demo: DemoOperator) -> None:
    assert "没有开通" in await talk(ZHANG_WEI).say("帮我看看漫游开了没有", "manage_roaming")
    assert "已经开通" in await talk(LIU_YANG).say("查下漫游开了没", "manage_roaming")
    assert "去哪里" in await talk(ZHANG_WEI).say("侬帮我查查漫游开了伐，呒没开就开", "manage_roaming")


async def test_only_the_data_is_switched_off_in_the_phone(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(LIU_YANG)
    assert "数据漫游" in await conversation.say("关掉境外上网，只留通话", "manage_roaming")
    assert await _on(demo, LIU_YANG) and conversation.loop is None


async def test_days_in_the_story_choose_no_pack(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("去清迈玩，说要提前一天打电话开漫游，给我开上", "manage_roaming")
    assert conversation.buttons == ["亚洲漫游日包", "亚洲漫游7天包", "先不订"]


async def test_a_correction_from_on_to_off_is_followed(talk: Talk) -> None:
    conversation = talk(LIU_YANG)
    await conversation.say("开漫游去法国", "manage_roaming")
    text = await conversation.say("欧美澳漫游日包")
    assert "39 元" in text
    assert "关闭您的国际漫游" in await conversation.say("不对，是要关掉漫游", "deny")


async def test_cancel_and_back_midway(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("去香港，开通漫游", "manage_roaming")
    await conversation.say("日包")
    assert "港澳台的漫游包" in await conversation.say("返回", "back")
    assert "什么都没有改动" in await conversation.say("取消", "cancel")
    assert not await _on(demo)


async def test_a_digression_returns_to_the_packs(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("去香港，开通漫游", "manage_roaming")
    text = await conversation.say("话费还有多少", "query_balance")
    assert "35.80 元" in text and "港澳台漫游日包，25 元" in text


async def test_arrears_come_first(talk: Talk) -> None:
    assert "欠费 23.40 元" in await talk(WANG_QIANG).say("开通国际漫游", "manage_roaming")


async def test_a_child_without_the_right_is_told(talk: Talk, demo: DemoOperator) -> None:
    assert "机主本人" in await talk(CHEN_CHEN).say("给我妈开通国际漫游", "manage_roaming")
    assert not await _on(demo, LI_XIUYING) and not await _on(demo, CHEN_CHEN)


async def test_a_pack_that_fails_after_roaming_went_on_is_told_apart(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("去香港，开通漫游", "manage_roaming")
    await conversation.say("日包")
    await demo.operator.orders.order(ZHANG_WEI, "addon.month10g", "add", "elsewhere")  # type: ignore[arg-type]
    text = await conversation.say("确认", "affirm")
    assert "漫游开好了" in text and "漫游包没订成" in text and "余额不够" in text
    assert await _on(demo)


async def test_a_system_away_is_admitted_and_noted(talk: Talk, demo: DemoOperator, desk: ServiceDesk) -> None:
    conversation = talk(LIU_YANG)
    await conversation.say("关闭漫游", "manage_roaming")
    demo.faults.fail("orders")
    assert "没有办" in await conversation.say("确认", "affirm")
    assert await _on(demo, LIU_YANG) and len(await desk.find_open(LIU_YANG)) == 1


@pytest.mark.parametrize(("said", "wish"), [
    ("不关，我是要开漫游", "on"), ("关比国际漫游回果了", "off"), ("明早落地吉隆坡，叫车得用网", "on"),
    ("过关去香港，那边用得了不，帮我开上", "on"), ("我在那边换了当地的卡，这个号的境外功能可以歇了", "off"),
])  # fmt: skip
def test_on_and_off_are_told_apart(said: str, wish: str) -> None:
    assert wish_of(said) == wish


@pytest.mark.parametrize(("said", "region"), [
    ("去hk", "港澳台"), ("我要去台果", "亚洲"), ("去俄罗斯考察", "全球"), ("先到日本再去美国", "全球"), ("出国用", None),
    ("不去日本，去韩国", "亚洲"),
])  # fmt: skip
def test_places_give_the_region(said: str, region: str | None) -> None:
    assert region_of(said) == region
