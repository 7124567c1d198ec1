"""身份验证."""

from __future__ import annotations

import re

from bss.demo import DemoOperator
from common.clock import FakeClock
from tests.actions.conftest import ZHANG_WEI, Talk


async def _code(demo: DemoOperator) -> str:
    return re.search(r"\d{6}", (await demo.messages(ZHANG_WEI))[0].text)[0]  # type: ignore[index]


def _wrong(code: str) -> str:
    return "000000" if code != "000000" else "111111"


async def test_what_was_asked_is_served_after_the_code(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk()
    assert "请告诉我您的手机号" in await conversation.say("我还有多少话费", "query_balance")
    assert "138****0001" in await conversation.say("13800000001")
    text = await conversation.say(await _code(demo))
    assert "验证通过" in text and "35.80" in text and conversation.loop is None
    assert "12.4 GB" in await conversation.say("流量呢", "query_usage")


async def test_a_code_may_be_dictated_with_pauses(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk()
    await conversation.say("查话费", "query_balance")
    await conversation.say("幺三八 零零零零 零零零幺")
    spoken = " ".join("零一二三四五六七八九"[int(d)] for d in await _code(demo))
    assert "35.80" in await conversation.say(spoken)


async def test_a_task_starts_with_the_first_sentence_after_the_check(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk()
    await conversation.say("充五十块话费", "recharge")
    await conversation.say("13800000001")
    assert "充 50 元" in await conversation.say(await _code(demo))
    assert conversation.loop == "recharge_form"
    await conversation.say("确认", "affirm")
    assert (await demo.operator.balance.balance(ZHANG_WEI)).balance_fen == 8580


async def test_a_number_that_is_none_of_ours_is_asked_again(talk: Talk) -> None:
    conversation = talk()
    await conversation.say("查话费", "query_balance")
    assert "不是我们的用户" in await conversation.say("13999999999")
    assert "138****0001" in await conversation.say("说错了，13800000001")


async def test_a_wrong_code_says_how_many_tries_are_left(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk()
    await conversation.say("查话费", "query_balance")
    await conversation.say("13800000001")
    code = await _code(demo)
    assert "还可以再试 2 次" in await conversation.say(_wrong(code))
    assert conversation.loop == "verify_form"
    assert "35.80" in await conversation.say(code)


async def test_three_wrong_codes_end_it_and_what_was_asked_is_forgotten(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk()
    await conversation.say("查话费", "query_balance")
    await conversation.say("13800000001")
    wrong = _wrong(await _code(demo))
    for _ in range(3):
        text = await conversation.say(wrong)
    assert "三次都不对" in text and conversation.loop is None and not conversation.slots.get("pending")


async def test_an_expired_code_is_replaced_by_a_new_one(talk: Talk, demo: DemoOperator, clock: FakeClock) -> None:
    conversation = talk()
    await conversation.say("查话费", "query_balance")
    await conversation.say("13800000001")
    old = await _code(demo)
    clock.advance(400)
    assert "重新发了一条" in await conversation.say(old)
    assert "35.80" in await conversation.say(await _code(demo))


async def test_a_code_asked_again_too_soon_is_refused_with_the_wait(talk: Talk, demo: DemoOperator, clock: FakeClock) -> None:
    conversation = talk()
    await conversation.say("查话费", "query_balance")
    await conversation.say("13800000001")
    assert "刚刚发过" in await conversation.say("没收到")
    assert len(await demo.messages(ZHANG_WEI)) == 1


async def test_cancel_ends_the_check_without_serving_anything(talk: Talk) -> None:
    conversation = talk()
    await conversation.say("查话费", "query_balance")
    text = await conversation.say("算了不查了", "cancel")
    assert "不办了" in text and "35.80" not in text and conversation.loop is None


async def test_an_elder_is_asked_in_short_sentences(talk: Talk) -> None:
    conversation = talk(profile="elder")
    await conversation.say("查话费", "query_balance")
    assert "请念一下那六个数字" in await conversation.say("13800000001")


async def test_the_proof_ends_after_half_an_hour(talk: Talk, demo: DemoOperator, clock: FakeClock) -> None:
    conversation = talk()
    await conversation.say("查话费", "query_balance")
    await conversation.say("13800000001")
    await conversation.say(await _code(demo))
    clock.advance(31 * 60)
    assert "手机号" in await conversation.say("查话费", "query_balance")


async def test_one_request_after_another_without_proof_is_told_the_way_round(talk: Talk) -> None:
    conversation = talk()
    await conversation.say("查话费", "query_balance")
    assert "转人工" not in await conversation.say("查流量", "query_usage")
    text = await conversation.say("查积分", "query_points")
    assert "转人工" in text and "手机号" in text


async def test_while_the_code_is_awaited_another_number_may_be_given(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk()
    await conversation.say("查积分", "query_points")
    await conversation.say("13800000006")
    assert "验证码" in await conversation.say("号码说错了，是13800000001")
    assert "2,360" in await conversation.say(await _code(demo))
