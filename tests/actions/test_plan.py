"""查我的套餐."""

from __future__ import annotations

from bss.demo import DemoOperator
from bss.types import OrderAction
from tests.actions.conftest import LI_XIUYING, WANG_QIANG, ZHANG_WEI, ZHAO_MIN, Talk


async def test_the_plan_its_contents_and_what_hangs_on_the_line_are_told(talk: Talk) -> None:
    text = await talk(ZHANG_WEI).say("我是什么套餐", "query_plan")
    for part in ("5G畅享129元套餐", "129 元", "30 GB", "500 分钟", "宽带300M（129元套餐赠送）", "彩铃每月 5 元"):
        assert part in text.replace("彩铃 每月", "彩铃每月")


async def test_without_a_contract_one_may_change_any_time(talk: Talk) -> None:
    text = await talk(ZHANG_WEI).say("我的合约什么时候到期", "query_plan")
    assert "没有合约，随时可以换" in text and "宽带300M合约到 2026年8月31日" in text


async def test_a_contract_is_told_with_its_end_and_what_leaving_means(talk: Talk) -> None:
    text = await talk(ZHAO_MIN).say("签的协议还剩几个月", "query_plan")
    assert "家庭融合199元套餐合约到 2026年9月30日" in text and "违约金" in text


async def test_the_speed_at_home_is_answered_from_the_lines(talk: Talk) -> None:
    text = await talk(WANG_QIANG).say("我家宽带几兆的", "query_plan")
    assert "宽带300M，每月 60 元" in text and "套餐" not in text


async def test_a_line_that_is_not_there_is_offered(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk("13800000006")
    assert "没有宽带" in await conversation.say("我家宽带几兆", "query_plan")
    assert "装宽带" in conversation.buttons


async def test_a_change_ordered_for_next_month_is_told(talk: Talk, demo: DemoOperator) -> None:
    await demo.operator.orders.order(ZHANG_WEI, "plan.5g89", OrderAction.CHANGE, "k")
    assert "4月1日起换成5G畅享89元套餐" in await talk(ZHANG_WEI).say("当前套餐", "query_plan")


async def test_an_elder_hears_price_minutes_and_data(talk: Talk) -> None:
    text = await talk(LI_XIUYING, profile="elder").say("我这个是什么套餐", "query_plan")
    assert text == "您的套餐是孝心卡19元套餐。一个月 19 元。能打 100 分钟电话。流量 3 GB。"
