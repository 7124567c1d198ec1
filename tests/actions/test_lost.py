"""挂失, 补卡, 解挂."""

from __future__ import annotations

import pytest

from bss.demo import DemoOperator
from bss.types import CustomerStatus, OrderAction
from service_desk.desk import ServiceDesk
from service_desk.queue_types import QueuePriority
from tests.actions.conftest import CHEN_CHEN, LI_XIUYING, WANG_QIANG, ZHANG_WEI, Talk


async def status(demo: DemoOperator, phone: str) -> CustomerStatus:
    return (await demo.unguarded.customers.find(phone)).status


async def actions_of(demo: DemoOperator, phone: str) -> list[OrderAction]:
    return [o.action for o in await demo.unguarded.orders.orders(phone, 50)]


async def test_one_confirmation_blocks_the_number_and_a_card_is_offered_with_its_fee(talk: Talk, demo: DemoOperator) -> None:
    c = talk(ZHANG_WEI)
    assert "立即停用" in await c.say("手机被偷了，快挂失", "report_lost")
    assert await status(demo, ZHANG_WEI) == CustomerStatus.ACTIVE
    text = await c.say("挂失", "report_lost")
    assert await status(demo, ZHANG_WEI) == CustomerStatus.LOST
    assert "已停用" in text and "补卡费 10 元" in text and c.loop == "report_lost_form"


async def test_the_new_card_is_read_back_with_address_and_date_and_charged_once(talk: Talk, demo: DemoOperator) -> None:
    c = talk(ZHANG_WEI)
    await c.say("手机丢了", "report_lost")
    await c.say("好", "affirm")
    text = await c.say("要补", "affirm")
    assert "翠湖新村3幢2单元501室" in text and "10 元" in text and "3月21日" in text
    assert OrderAction.REPLACE_SIM not in await actions_of(demo, ZHANG_WEI)
    assert "补卡办好了" in await c.say("确认办理", "affirm")
    await c.say("确认办理", "affirm")
    assert (await actions_of(demo, ZHANG_WEI)).count(OrderAction.REPLACE_SIM) == 1
    assert (await demo.unguarded.balance.balance(ZHANG_WEI)).balance_fen == 2580


async def test_a_card_is_not_pressed_on_anybody(talk: Talk, demo: DemoOperator) -> None:
    c = talk(ZHANG_WEI)
    await c.say("手机丢了", "report_lost")
    await c.say("好", "affirm")
    assert "先不补" in await c.say("不用", "deny")
    assert await actions_of(demo, ZHANG_WEI) == [OrderAction.REPORT_LOST]
    c = talk(ZHANG_WEI)
    assert "已经是挂失状态" in await c.say("挂失", "report_lost")
    assert "身份证" in await c.say("去营业厅补")


async def test_a_broken_card_is_replaced_without_blocking_the_number(talk: Talk, demo: DemoOperator) -> None:
    c = talk(ZHANG_WEI)
    assert "补卡" in await c.say("卡让我剪坏了，弄张新的", "report_lost")
    await c.say("确认办理", "affirm")
    assert await actions_of(demo, ZHANG_WEI) == [OrderAction.REPLACE_SIM]
    assert await status(demo, ZHANG_WEI) == CustomerStatus.ACTIVE


async def test_another_address_needs_a_person(talk: Talk, desk: ServiceDesk, demo: DemoOperator) -> None:
    c = talk(ZHANG_WEI)
    await c.say("卡坏了补一张", "report_lost")
    assert "转人工" in await c.say("我搬家了，寄到别的地址")
    assert len(await desk.handover.waiting()) == 1 and not await actions_of(demo, ZHANG_WEI)


async def test_arrears_stand_in_the_way_of_a_card_but_not_of_the_block(talk: Talk, demo: DemoOperator) -> None:
    c = talk(WANG_QIANG)
    await c.say("手机丢了", "report_lost")
    text = await c.say("挂失", "report_lost")
    assert await status(demo, WANG_QIANG) == CustomerStatus.LOST and "现在充值" in c.buttons and "余额不够" in text


async def test_from_a_borrowed_phone_the_service_password_proves_the_number(talk: Talk, demo: DemoOperator) -> None:
    c = talk(CHEN_CHEN)
    assert "哪个手机号" in await c.say("我用同事的手机打的，我手机丢了", "report_lost")
    await c.say(ZHANG_WEI)
    assert c.replies[-1]["data"].get("secret") is True
    assert "不对" in await c.say("111222")
    assert await status(demo, ZHANG_WEI) == CustomerStatus.ACTIVE
    assert "13800000001" in await c.say("二四六八一零")
    assert "246810" not in str(c.slots) and "二四六八一零" not in str(c.slots)
    await c.say("马上挂失", "report_lost")
    assert await status(demo, ZHANG_WEI) == CustomerStatus.LOST
    assert await status(demo, CHEN_CHEN) == CustomerStatus.ACTIVE


async def test_somebody_unknown_needs_no_code_but_the_password(talk: Talk, demo: DemoOperator) -> None:
    c = talk()
    assert "服务密码" in await c.say(f"手机丢了，号码{ZHANG_WEI}，快停", "report_lost")
    assert "转人工" in await c.say("不记得了", "nlu_fallback")
    for wrong in ("111222", "111223"):
        await c.say(wrong)
    assert await status(demo, ZHANG_WEI) == CustomerStatus.ACTIVE
    assert not await demo.messages(ZHANG_WEI)


async def test_a_number_that_is_not_ours_is_asked_again(talk: Talk) -> None:
    c = talk()
    assert "不是我们的用户" in await c.say("手机丢了，13900001111", "report_lost")
    assert c.loop == "report_lost_form"


async def test_another_number_at_the_readback_is_proven_anew(talk: Talk, demo: DemoOperator) -> None:
    c = talk(CHEN_CHEN)
    await c.say("手机丢了挂失", "report_lost")
    assert "服务密码" in await c.say(f"不是这个号，是{ZHANG_WEI}", "deny")
    assert await status(demo, CHEN_CHEN) == CustomerStatus.ACTIVE


async def test_when_the_system_is_away_a_person_takes_it_first_of_all(talk: Talk, desk: ServiceDesk, demo: DemoOperator) -> None:
    c = talk(ZHANG_WEI)
    await c.say("手机丢了", "report_lost")
    demo.faults.fail("orders")
    text = await c.say("挂失", "report_lost")
    assert "还没有停用" in text and "转人工" in text
    (case,) = await desk.handover.waiting()
    assert case.priority is QueuePriority.URGENT and "紧急" in case.summary


async def test_a_found_phone_is_opened_again(talk: Talk, demo: DemoOperator) -> None:
    await demo.unguarded.orders.report_lost(ZHANG_WEI, "l")
    c = talk(ZHANG_WEI)
    assert "在您手上" in await c.say("手机找到了，解挂", "cancel_lost")
    assert await status(demo, ZHANG_WEI) == CustomerStatus.LOST
    assert "恢复使用" in await c.say("对", "affirm")
    assert await status(demo, ZHANG_WEI) == CustomerStatus.ACTIVE
    assert "没有挂失" in await c.say("解除挂失", "cancel_lost")


async def test_opened_again_with_arrears_says_what_is_owed(talk: Talk, demo: DemoOperator) -> None:
    await demo.unguarded.orders.report_lost(WANG_QIANG, "l")
    c = talk(WANG_QIANG)
    await c.say("解挂", "cancel_lost")
    assert "23.40 元" in await c.say("解挂", "cancel_lost")


async def test_an_unproven_stranger_cannot_open_a_lost_number(talk: Talk, demo: DemoOperator) -> None:
    await demo.unguarded.orders.report_lost(ZHANG_WEI, "l")
    c = talk(CHEN_CHEN)
    assert "服务密码" in await c.say(f"{ZHANG_WEI}解挂", "cancel_lost")
    await c.say("确认", "affirm")
    assert await status(demo, ZHANG_WEI) == CustomerStatus.LOST


async def test_an_elder_hears_one_thing_at_a_time_and_pays_nothing(talk: Talk) -> None:
    c = talk(LI_XIUYING, profile="elder")
    await c.say("我的手机叫人摸走了", "report_lost")
    assert "不要钱" in await c.say("好", "affirm") and len(c.buttons) == 3


async def test_a_mothers_lost_phone_needs_her_password_where_the_right_is_missing(talk: Talk, demo: DemoOperator) -> None:
    c = talk(CHEN_CHEN)
    text = await c.say("我妈手机丢了，帮她挂失", "family_agent", others={"report_lost": 0.3})
    assert "服务密码" in text and LI_XIUYING in text
    await c.say("246810")
    await c.say("挂失", "report_lost")
    assert await status(demo, LI_XIUYING) == CustomerStatus.LOST and await status(demo, CHEN_CHEN) == CustomerStatus.ACTIVE


@pytest.mark.parametrize("said", ["取消", "不办了"])
async def test_cancelling_leaves_the_number_alone(talk: Talk, demo: DemoOperator, said: str) -> None:
    c = talk(ZHANG_WEI)
    await c.say("手机丢了", "report_lost")
    assert "什么都没有改动" in await c.say(said, "cancel")
    assert await status(demo, ZHANG_WEI) == CustomerStatus.ACTIVE
