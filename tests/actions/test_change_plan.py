"""换套餐, 买流量包."""

from __future__ import annotations

import pytest

from bss.demo import DemoOperator
from bss.types import OrderAction, ProductKind
from service_desk.desk import ServiceDesk
from tests.actions.conftest import (
    CHEN_CHEN,
    LI_XIUYING,
    WANG_QIANG,
    ZHANG_WEI,
    ZHAO_MIN,
    Talk,
    said_twice,
)


async def _next_plan(demo: DemoOperator, phone: str = ZHANG_WEI) -> str | None:
    return (await demo.operator.products.current_plan(phone)).next_plan_id


# ---------------------------------------------------------------------- plans


async def test_a_plan_named_in_the_first_sentence_is_read_back_with_price_and_date(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("下个月起给我改成89元的套餐", "change_plan")
    for part in ("5G畅享129元套餐换成5G畅享89元套餐", "每月 89 元", "4月1日生效", "每月少 10 GB 流量、200 分钟通话", "宽带300M"):
        assert part in text
    assert await _next_plan(demo) is None


async def test_the_change_is_made_only_on_yes_and_once(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("换成89那个", "change_plan")
    text = await said_twice(conversation, "确认办理", "affirm")
    assert "4月1日起换成5G畅享89元套餐" in text and conversation.loop is None
    assert await _next_plan(demo) == "plan.5g89"
    assert len(await demo.operator.orders.orders(ZHANG_WEI)) == 1


async def test_no_changes_nothing(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("换成89那个", "change_plan")
    assert "什么都没有改动" in await conversation.say("不办了", "deny")
    assert await _next_plan(demo) is None and conversation.loop is None


async def test_without_a_plan_three_kinds_are_advised_from_real_usage(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("我要换套餐", "change_plan")
    assert "大约要 30.3 GB 流量、310 分钟通话，现在的套餐正合适" in text
    assert "每月省 40 元，但按您的用法会差 10.3 GB 流量" in text and "5G畅享169元套餐" in text
    assert conversation.buttons == ["5G畅享89元套餐", "5G畅享169元套餐"]


async def test_heavier_use_told_by_the_customer_is_advised_for(talk: Talk) -> None:
    text = await talk(ZHANG_WEI).say("我一个月打一千多分钟电话，你说哪个合适", "change_plan")
    assert "1000 分钟通话" in text and "5G畅享199元套餐：每月 199 元，60 GB、1000 分钟，每月多 70 元，够您用" in text


@pytest.mark.parametrize("said", ["有没有便宜点的", "给我换个相因点的套餐嘛", "我想转平啲嘅套餐", "我那个129的太贵了，降降档"])
async def test_a_vague_wish_for_less_lists_cheaper_plans_with_what_they_lack(talk: Talk, said: str) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say(said, "change_plan")
    assert "便宜些的有" in text and conversation.buttons == ["5G畅享89元套餐", "5G畅享59元套餐"]


async def test_the_wish_may_come_as_the_answer_and_costs_no_patience(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("换套餐", "change_plan")
    text = await conversation.say("便宜点的")
    assert "没太明白" not in text and "便宜些的有" in text
    assert "换成5G畅享59元套餐" in await conversation.say("第二个")


async def test_a_correction_at_the_read_back_is_taken(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("换成199的套餐", "change_plan")
    await conversation.say("第一个")
    assert "换成5G畅享89元套餐" in await conversation.say("不对，换成89的", "deny")
    await conversation.say("对", "affirm")
    assert await _next_plan(demo) == "plan.5g89"


async def test_from_one_fee_to_another_means_the_second(talk: Talk) -> None:
    assert "换成5G畅享89元套餐" in await talk(ZHANG_WEI).say("请把我的129套餐改成89的", "change_plan")


async def test_a_fee_that_no_plan_has_is_said_so(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("请把我的129套餐改成79的", "change_plan")
    assert "没有这个价位的套餐" in text and conversation.loop == "change_plan_form"
    assert await _next_plan(demo) is None


async def test_two_plans_of_one_fee_are_both_shown(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("换成59块的套餐", "change_plan")
    assert conversation.buttons == ["5G畅享59元套餐", "大流量卡59元套餐"] and "签约 12 个月" in text
    assert "换成大流量卡59元套餐" in await conversation.say("大流量的")


@pytest.mark.parametrize("said", ["我就接接电话，换个十来块钱的行不行", "每个月都花一百多受不了，给我省省", "交八十多块心疼，想办法换个低的"])
async def test_rough_figures_choose_no_plan(talk: Talk, said: str) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say(said, "change_plan")
    assert "5G畅享89元套餐" in conversation.buttons


async def test_going_back_takes_back_the_change_ordered(talk: Talk, demo: DemoOperator) -> None:
    await demo.operator.orders.order(ZHANG_WEI, "plan.5g89", OrderAction.CHANGE, "k")
    assert "继续用5G畅享129元套餐" in await talk(ZHANG_WEI).say("刚改的套餐我后悔了，能换回去吗", "change_plan")


async def test_several_plans_of_one_name_are_offered_not_guessed(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("换个带宽带的融合套餐", "change_plan")
    assert conversation.buttons == ["家庭融合169元套餐", "家庭融合199元套餐", "家庭融合239元套餐"]
    text = await conversation.say("169的那个")
    assert "换成家庭融合169元套餐" in text and "签约 24 个月" in text


async def test_a_plan_for_another_age_is_refused_with_its_reason_and_others(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("我想换成学生套餐", "change_plan")
    assert "只有26岁以下才能办" in text and "5G畅享89元套餐" in conversation.buttons


async def test_the_plan_in_force_is_refused_kindly(talk: Talk) -> None:
    assert "您现在用的就是5G畅享129元套餐" in await talk(ZHANG_WEI).say("换成129的套餐", "change_plan")


async def test_a_contract_forbids_less_and_this_is_said(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHAO_MIN)
    text = await conversation.say("给我换个便宜的套餐", "change_plan")
    assert "合约到2026年9月30日，到期前只能换更高档的套餐" in text and conversation.loop is None


async def test_a_change_ordered_can_be_taken_back(talk: Talk, demo: DemoOperator) -> None:
    await demo.operator.orders.order(ZHANG_WEI, "plan.5g89", OrderAction.CHANGE, "k")
    conversation = talk(ZHANG_WEI)
    assert "继续用5G畅享129元套餐" in await conversation.say("请取消下个月生效的套餐变更", "change_plan")
    await conversation.say("确认", "affirm")
    assert await _next_plan(demo) in (None, "plan.5g129")


async def test_nothing_ordered_nothing_to_take_back(talk: Talk) -> None:
    assert "没有预约换套餐" in await talk(ZHANG_WEI).say("取消下个月的套餐变更", "change_plan")


async def test_an_elder_gets_short_lines_and_three_at_most(talk: Talk) -> None:
    conversation = talk(LI_XIUYING, profile="elder")
    text = await conversation.say("给我换个大点的套餐", "change_plan")
    assert len(conversation.buttons) <= 3 and max(len(line) for line in text.splitlines()) <= 30
    assert "换成孝心卡39元套餐。一个月 39 元。" in await conversation.say("39的")


async def test_arrears_come_first_and_yes_leads_to_paying(talk: Talk) -> None:
    conversation = talk(WANG_QIANG)
    assert "欠费 23.40 元" in await conversation.say("换个套餐", "change_plan")
    assert "23.40" in await conversation.say("好的", "affirm")
    assert conversation.loop == "recharge_form"


async def test_a_child_who_may_only_look_cannot_change_the_parents_plan(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(CHEN_CHEN)
    conversation.slots["subject_phone"] = LI_XIUYING
    text = await conversation.say("换成39的套餐", "change_plan")
    assert "机主本人" in text and conversation.loop is None
    assert await _next_plan(demo, CHEN_CHEN) is None


# ---------------------------------------------------------------------- packs


async def test_a_pack_by_size_is_read_back_and_charged_once(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(CHEN_CHEN)
    text = await conversation.say("买个5G的流量月包", "change_plan")
    assert "流量月包5GB，15 元" in text and "还剩 7.10 元" in text and "不自动续订" in text
    text = await said_twice(conversation, "好的", "affirm")
    assert "已经订好，扣了 15 元" in text and "5.4 GB" in text
    assert (await demo.operator.balance.balance(CHEN_CHEN)).balance_fen == 710
    assert len(await demo.operator.products.products(CHEN_CHEN, ProductKind.ADDON)) == 1


@pytest.mark.parametrize(("said", "name"), [
    ("定购一个流凉日包，1个G的", "流量日包1GB"),
    ("来个10块钱的语音包", "语音包100分钟"),
    ("给我办三百分钟的通话包", "语音包300分钟"),
    ("视频定向流量包给我来一个", "视频定向流量包30GB"),
    ("办个流量包，15块那种", "流量月包5GB"),
    ("不要语音包，要流量包，10个G的", "流量月包10GB"),
])  # fmt: skip
async def test_a_pack_is_found_by_kind_size_price_and_life(talk: Talk, said: str, name: str) -> None:
    assert f"订{name}" in await talk(ZHANG_WEI).say(said, "change_plan")


async def test_a_size_that_is_not_sold_gets_the_nearest_ones(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    assert "没有正好这样的" in await conversation.say("买个8G的流量月包", "change_plan")
    assert "流量月包10GB" in conversation.buttons


async def test_day_or_month_is_asked_not_guessed(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(CHEN_CHEN)
    await conversation.say("买5G流量包", "change_plan")
    assert conversation.buttons == ["流量日包5GB", "流量月包5GB"]
    assert "流量日包5GB，5 元" in await conversation.say("一天的")


async def test_a_change_of_mind_from_plan_to_pack_is_followed(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("换成59的套餐", "change_plan")
    assert "流量月包5GB：15 元" in await conversation.say("不是换套餐，是买流量包", "change_plan")
    assert "订流量月包5GB" in await conversation.say("第二个")


async def test_too_little_money_leads_to_a_top_up_and_back_to_the_order(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(CHEN_CHEN)
    assert "余额不够" in await conversation.say("买20G流量包", "change_plan")
    await conversation.say("好的", "affirm")
    await conversation.say("五十")
    text = await conversation.say("确认", "affirm")
    assert "50 元已到账" in text and "流量月包20GB，40 元" in text
    assert "已经订好" in await conversation.say("确认", "affirm")
    assert (await demo.operator.balance.balance(CHEN_CHEN)).balance_fen == 2210 + 5000 - 4000


async def test_a_pack_cannot_be_returned_and_does_not_renew(talk: Talk, demo: DemoOperator) -> None:
    await demo.operator.orders.order(CHEN_CHEN, "addon.month5g", OrderAction.ADD, "k")
    conversation = talk(CHEN_CHEN)
    text = await conversation.say("帮我把流量包退了哈", "change_plan")
    assert "流量月包5GB，3月31日到期" in text and "不能退" in text and "不会自动续" in text
    assert conversation.loop is None


async def test_no_pack_to_drop_points_to_what_is_charged_every_month(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    assert "没有流量包" in await conversation.say("那个包月的上网包停了吧", "change_plan")
    assert "增值业务" in conversation.buttons


# ---------------------------------------------------------------------- course


async def test_a_digression_is_answered_and_the_read_back_comes_again(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("换成89的套餐", "change_plan")
    text = await conversation.say("我话费还有多少", "query_balance")
    assert "35.80 元" in text and "接着办" in text and "换成5G畅享89元套餐" in text


async def test_back_asks_for_the_plan_again_and_cancel_ends(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("换成89的套餐", "change_plan")
    assert "您要换哪个" in await conversation.say("返回", "back")
    assert "什么都没有改动" in await conversation.say("取消", "cancel")
    assert await _next_plan(demo) is None


async def test_an_order_that_gets_no_answer_is_not_called_done_and_is_noted(
    talk: Talk, demo: DemoOperator, desk: ServiceDesk
) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("换成89的套餐", "change_plan")
    demo.faults.fail("orders")
    text = await conversation.say("确认", "affirm")
    tickets = await desk.find_open(ZHANG_WEI)
    assert "没有办" in text and len(tickets) == 1 and tickets[0].ticket_id in text
    assert conversation.loop is None and await _next_plan(demo) is None


async def test_a_time_out_says_that_nobody_knows_yet(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("换成89的套餐", "change_plan")
    demo.faults.slow("orders", 3)
    text = await conversation.say("确认", "affirm")
    assert "不能确定" in text and "先别重复办理" in text
    assert len(await demo.unguarded.orders.orders(ZHANG_WEI)) == 1


async def test_a_place_in_the_list_said_at_the_readback_changes_nothing(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    assert "确认办理吗" in await conversation.say("换成5G畅享59元套餐", "change_plan")
    said = await conversation.say("那就第一个", "affirm", 0.99)
    assert "已经约好" not in said and "确认办理吗" in said
