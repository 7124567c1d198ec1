"""查积分, 积分兑换."""

from __future__ import annotations

import pytest

from bss.demo import DemoOperator
from service_desk.desk import ServiceDesk
from tests.actions.conftest import CHEN_CHEN, LI_XIUYING, ZHANG_WEI, Talk, said_twice


async def _points(demo: DemoOperator, phone: str = ZHANG_WEI) -> int:
    return (await demo.operator.loyalty.points(phone)).points


async def test_points_level_and_what_lapses_are_told(talk: Talk) -> None:
    text = await talk(ZHANG_WEI).say("我的积分还剩多少分", "query_points")
    assert "2,360 分" in text and "银卡" in text and "295 分 12月31日到期" in text


async def test_yes_after_the_points_leads_to_the_exchange(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("查积分", "query_points")
    assert "您要换哪个" in await conversation.say("好的", "affirm")
    assert conversation.loop == "redeem_points_form"


async def test_an_exchange_is_read_back_and_done_once(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("用积分换20块话费", "redeem_points")
    assert "1,900 积分换20元话费" in text and "还剩 460 分" in text and "不能退" in text
    text = await said_twice(conversation, "确认", "affirm")
    assert "换好了" in text and await _points(demo) == 460
    assert (await demo.operator.balance.balance(ZHANG_WEI)).balance_fen == 3580 + 2000


@pytest.mark.parametrize(("said", "name"), [
    ("用机分换画费十块的", "10元话费"), ("换5GB流量", "5GB流量"), ("给我换一百分钟通话", "100分钟通话"),
    ("我要那个晴雨伞", "晴雨伞"), ("我的积分全部换成话费", "20元话费"), ("不换话费，换1G流量", "1GB流量"),
])  # fmt: skip
async def test_a_reward_is_found_however_it_is_named(talk: Talk, said: str, name: str) -> None:
    assert f"积分换{name}" in await talk(ZHANG_WEI).say(said, "redeem_points")


async def test_several_sizes_are_offered_and_chosen_by_place_as_shown(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("我要用积分换话费", "redeem_points")
    assert conversation.buttons == ["20元话费", "10元话费", "5元话费"]
    assert "换10元话费" in await conversation.say("第二个")


async def test_a_correction_at_the_read_back_is_taken(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("换20块话费", "redeem_points")
    assert "换10元话费" in await conversation.say("不对，换10块话费", "deny")


async def test_goods_say_where_they_are_sent(talk: Talk) -> None:
    assert "寄到云港市翠湖新村" in await talk(ZHANG_WEI).say("换晴雨伞", "redeem_points")


async def test_too_few_points_are_said_with_what_they_do_suffice_for(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(CHEN_CHEN)
    text = await conversation.say("换50元话费", "redeem_points")
    assert "积分不够" in text and "10元话费" in conversation.buttons
    assert await _points(demo, CHEN_CHEN) == 1120


async def test_what_is_out_of_stock_is_said_so(talk: Talk) -> None:
    assert "缺货" in await talk(ZHANG_WEI).say("换蓝牙耳机", "redeem_points")


async def test_nothing_to_exchange_for_ends_with_how_many_are_missing(talk: Talk, demo: DemoOperator) -> None:
    await demo.operator.loyalty.redeem(LI_XIUYING, "reward.data1g", "k")
    conversation = talk(LI_XIUYING)
    assert "170 分" in await conversation.say("积分换点东西", "redeem_points")
    assert conversation.loop is None


@pytest.mark.parametrize("said", ["我换的礼品什么时候寄到", "我的积分想转给别人", "领一下生日礼包", "刚才那个兑换不要了，给我退分", "分给我媳妇转过去行不"])
async def test_what_only_a_person_can_do_is_said(talk: Talk, said: str) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say(said, "redeem_points")
    assert "转人工" in conversation.buttons and conversation.loop is None


async def test_no_keeps_the_points(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("换20块话费", "redeem_points")
    await conversation.say("不换了", "deny")
    assert await _points(demo) == 2360


async def test_a_child_may_see_but_not_spend_the_parents_points(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(CHEN_CHEN)
    conversation.slots["subject_phone"] = LI_XIUYING
    assert "李秀英（您的母亲）的积分有 430 分" in await conversation.say("查积分", "query_points")
    assert "机主本人" in await conversation.say("换1G流量", "redeem_points")
    assert await _points(demo, LI_XIUYING) == 430 and await _points(demo, CHEN_CHEN) == 1120


async def test_an_elder_sees_three_at_most(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI, profile="elder")
    await conversation.say("积分换东西", "redeem_points")
    assert len(conversation.buttons) <= 3
    assert "换不换" in await conversation.say(conversation.buttons[0])


async def test_a_broken_points_system_keeps_the_points_and_is_noted(talk: Talk, demo: DemoOperator, desk: ServiceDesk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("换20块话费", "redeem_points")
    demo.faults.fail("loyalty")
    assert "没有办" in await conversation.say("确认", "affirm")
    demo.faults.clear()
    assert await _points(demo) == 2360 and len(await desk.find_open(ZHANG_WEI)) == 1
