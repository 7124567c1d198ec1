"""充值, 充了没到账."""

from __future__ import annotations

import pytest

from bss.demo import DemoOperator
from bss.types import CustomerStatus
from common.clock import FakeClock
from service_desk.desk import ServiceDesk
from service_desk.types import Category
from tests.actions.conftest import (
    CHEN_CHEN,
    LI_XIUYING,
    WANG_QIANG,
    ZHANG_WEI,
    ZHAO_MIN,
    Talk,
    said_twice,
)


async def _balance(demo: DemoOperator, phone: str) -> int:
    return (await demo.unguarded.balance.balance(phone)).balance_fen


async def test_the_amount_is_read_back_and_paid_once(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    assert "13800000001 充 50 元" in await conversation.say("充五十块话费", "recharge")
    text = await said_twice(conversation, "确认", "affirm")
    assert "余额 85.80 元" in text
    assert await _balance(demo, ZHANG_WEI) == 8580


@pytest.mark.parametrize(("said", "amount"), [
    ("一百", "100 元"), ("100", "100 元"), ("三十块钱", "30 元"), ("就二十吧", "20 元"), ("两百块", "200 元"),
])  # fmt: skip
async def test_a_bare_number_answers_the_question(talk: Talk, said: str, amount: str) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("充话费", "recharge")
    assert f"充 {amount}" in await conversation.say(said)


@pytest.mark.parametrize(("said", "amount"), [
    ("不充五十，充三十", "30 元"), ("充五十，哦不对，一百块", "100 元"), ("我不买流量，我充话费，充50元", "50 元"),
])  # fmt: skip
async def test_what_is_ruled_out_is_not_paid(talk: Talk, said: str, amount: str) -> None:
    assert f"充 {amount}" in await talk(ZHANG_WEI).say(said, "recharge")


async def test_a_correction_at_the_read_back_is_read_back_again(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("充一百", "recharge")
    assert "充 50 元" in await conversation.say("不对，五十块", "deny")
    assert "充 80 元" in await conversation.say("不是五十，是八十", "deny")
    await conversation.say("对", "affirm")
    assert await _balance(demo, ZHANG_WEI) == 3580 + 8000


async def test_no_pays_nothing(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("充一百", "recharge")
    await conversation.say("不充了", "cancel")
    assert await _balance(demo, ZHANG_WEI) == 3580 and conversation.loop is None


@pytest.mark.parametrize("said", ["充十万块", "充五毛钱"])
async def test_an_amount_out_of_bounds_is_refused_and_asked_again(talk: Talk, said: str) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say(said, "recharge")
    assert "最少充一元，最多充五千元" in text and "充多少钱" in text


async def test_a_debt_is_cleared_to_the_fen_and_the_number_is_back(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(WANG_QIANG)
    assert "充 23.40 元" in await conversation.say("欠多少我交多少，一次性结了", "recharge")
    assert "号码已恢复" in await conversation.say("确认", "affirm")
    assert (await demo.operator.customers.find(WANG_QIANG)).status == CustomerStatus.ACTIVE


async def test_paying_a_part_of_the_debt_says_what_is_still_owed(talk: Talk) -> None:
    conversation = talk(WANG_QIANG)
    await conversation.say("充二十", "recharge")
    assert "还欠 3.40 元" in await conversation.say("确认", "affirm")


async def test_clearing_a_debt_that_is_not_there_says_so(talk: Talk) -> None:
    text = await talk(ZHANG_WEI).say("我想缴清欠费", "recharge")
    assert "您没有欠费，现在余额 35.80 元" in text


@pytest.mark.parametrize("said", ["赶紧给我充上，要停机了", "俺要交话费，恁给俺充些", "这里能直接付吗，我想给手机充点钱"])
async def test_wanting_to_pay_is_not_taken_for_a_missing_payment_or_another_number(talk: Talk, said: str) -> None:
    assert (await talk(ZHANG_WEI).say(said, "recharge")).endswith("充多少钱？")


# ---------------------------------------------------------------------- another number


async def test_another_number_is_read_back_in_full_with_a_masked_name(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("帮我给13800000006充30", "recharge")
    assert "13800000006（陈*）充 30 元" in text and "退不回来" in text
    text = await conversation.say("对", "affirm")
    assert "已给 13800000006 充了 30 元" in text and "余额" not in text
    assert await _balance(demo, CHEN_CHEN) == 5210 and await _balance(demo, ZHANG_WEI) == 3580


async def test_for_a_friend_the_number_is_asked_never_guessed(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    assert "给哪个号码充" in await conversation.say("给我朋友充二十", "recharge")
    assert "13800000006（陈*）充 20 元" in await conversation.say("幺三八零零零零零零零六")


async def test_an_amount_said_with_the_number_replaces_the_earlier_one(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("给我妈充五十", "recharge")
    assert "充 30 元" in await conversation.say("给13800000006充30", "recharge")


async def test_a_number_that_is_none_of_ours_is_refused(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("给朋友充二十", "recharge")
    text = await conversation.say("13911112222")
    assert "不是我们的用户" in text and "给哪个号码充" in text


async def test_a_child_acting_for_the_parent_pays_the_parents_number(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(CHEN_CHEN)
    assert "13800000002（李**）充 50 元" in await conversation.say("给我妈充五十", "recharge")
    await conversation.say("确认", "affirm")
    assert await _balance(demo, LI_XIUYING) == 6250 and await _balance(demo, CHEN_CHEN) == 2210


# ---------------------------------------------------------------------- not arrived


async def test_a_late_payment_is_admitted_and_registered_once(talk: Talk, desk: ServiceDesk) -> None:
    conversation = talk(ZHAO_MIN)
    text = await conversation.say("我充了50没到账", "recharge")
    assert "3月18日 09:20" in text and "50 元" in text and "是我们这边慢了" in text
    text = await said_twice(conversation, "好的", "affirm")
    tickets = await desk.find_open(ZHAO_MIN)
    assert len(tickets) == 1 and tickets[0].ticket_id in text
    assert tickets[0].category == Category.BILLING and any("50.00元" in line for line in tickets[0].trail)


async def test_a_payment_still_within_its_time_is_asked_to_wait(talk: Talk, demo: DemoOperator, clock: FakeClock) -> None:
    clock.advance(-20 * 60)
    text = await talk(ZHAO_MIN).say("钱充了咋还没到", "recharge")
    assert "请等到 3月18日 09:50" in text


async def test_a_payment_that_did_arrive_is_shown(talk: Talk, demo: DemoOperator, desk: ServiceDesk) -> None:
    await demo.operator.balance.top_up(ZHANG_WEI, 10_000, "k")
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("刚充了一百块，还没到账", "recharge")
    assert "100 元已经到账" in text and "135.80 元" in text
    assert "不用再充" in await conversation.say("是这一笔", "affirm")
    assert await desk.find_open(ZHANG_WEI) == []


async def test_if_it_was_another_payment_it_is_registered(talk: Talk, demo: DemoOperator, desk: ServiceDesk) -> None:
    await demo.operator.balance.top_up(ZHANG_WEI, 10_000, "k")
    conversation = talk(ZHANG_WEI)
    await conversation.say("充的钱没到账", "recharge")
    assert "已登记" in await conversation.say("不是", "deny")
    assert len(await desk.find_open(ZHANG_WEI)) == 1


async def test_paid_but_still_stopped_because_more_is_owed(talk: Talk, demo: DemoOperator) -> None:
    await demo.operator.balance.top_up(WANG_QIANG, 1000, "k")
    conversation = talk(WANG_QIANG)
    text = await conversation.say("我充了钱怎么还是停机", "recharge")
    assert "还欠 13.40 元，所以还停着机" in text
    assert "要现在交吗" in await conversation.say("是这一笔", "affirm")
    assert "13.40" in await conversation.say("好", "affirm")


async def test_nothing_found_is_said_honestly(talk: Talk, desk: ServiceDesk) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("早上交了五十还没到账", "recharge")
    assert "最近三天没查到" in text and "登记核查" in conversation.buttons
    assert "先不登记" in await conversation.say("先不用", "deny")
    assert await desk.find_open(ZHANG_WEI) == []


@pytest.mark.parametrize(("said", "word"), [
    ("充错号码了怎么办", "不能直接转回"), ("重复充了两次，能退一笔吗", "核对付款记录才能退"),
    ("给我弄个快没钱就自动充的", "绑定"), ("刮刮卡密码刮花了，帮我充上", "卡号和密码"),
])  # fmt: skip
async def test_what_cannot_be_done_here_is_said_with_a_way_on(talk: Talk, demo: DemoOperator, said: str, word: str) -> None:
    conversation = talk(ZHANG_WEI)
    assert word in await conversation.say(said, "recharge")
    assert "转人工" in conversation.buttons and await _balance(demo, ZHANG_WEI) == 3580


# ---------------------------------------------------------------------- course


async def test_a_digression_returns_to_the_question(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("充话费", "recharge")
    text = await conversation.say("我还有多少流量", "query_usage")
    assert "12.4 GB" in text and "充多少钱" in text
    assert "充 50 元" in await conversation.say("五十")


async def test_back_from_the_read_back_asks_the_amount_again(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("充五十", "recharge")
    assert "充多少钱" in await conversation.say("返回", "back")


async def test_an_elder_is_asked_shortly(talk: Talk) -> None:
    conversation = talk(LI_XIUYING, profile="elder")
    assert await conversation.say("姑娘，给这个手机存五十块钱", "recharge") == "给您充 50 元。对不对？"
    assert await conversation.say("对", "affirm") == "充好了，50 元。现在有 62.50 元。"


async def test_a_payment_without_an_answer_is_not_repeated_blindly(talk: Talk, demo: DemoOperator, desk: ServiceDesk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("充五十", "recharge")
    demo.faults.slow("balance", 3)
    text = await conversation.say("确认", "affirm")
    assert "不能确定" in text and len(await desk.find_open(ZHANG_WEI)) == 1
    assert await _balance(demo, ZHANG_WEI) == 8580
    demo.faults.clear()
    await conversation.say("确认", "affirm")
    assert await _balance(demo, ZHANG_WEI) == 8580
