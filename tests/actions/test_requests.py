"""Two requests in one breath: both are served, in order, and said aloud."""

from __future__ import annotations

from actions.framework.requests import SERVED
from tests.actions.conftest import LI_XIUYING, ZHANG_WEI, Talk
from tests.actions.conversation import rules


def test_every_intent_waits_for_the_action_that_its_rule_names() -> None:
    assert {intent: rules()[intent] for intent in SERVED} == SERVED


async def test_two_questions_are_answered_in_the_order_they_were_asked(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    said = await conversation.say(
        "查下话费，再看看积分", "query_balance", requests=[("查下话费", "query_balance"), ("看看积分", "query_points")]
    )
    assert said.index("两件事" if "两件事" in said else "2件事") < said.index("35.80") < said.index("2,360")
    assert conversation.slots["requests"] is None


async def test_each_request_keeps_its_own_details(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    said = await conversation.say(
        "查下积分，再查上个月账单", "query_points", requests=[("查下积分", "query_points"), ("查上个月账单", "query_bill")]
    )
    assert said.index("2,360") < said.index("135.60")


async def test_what_waits_behind_a_task_comes_when_the_task_is_over(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    said = await conversation.say(
        "充五十，再看看积分", "recharge", requests=[("充五十", "recharge"), ("看看积分", "query_points")]
    )
    assert "50 元" in said and "2,360" not in said
    said = await conversation.say("确认", "affirm")
    assert "充好了" in said and "还说到“查积分”" in said and said.index("充好了") < said.index("2,360")
    assert "2,360" not in await conversation.say("谢谢", "thank")


async def test_a_cancelled_task_still_leaves_the_other_request(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("充五十，再看看积分", "recharge", requests=[("充五十", "recharge"), ("看看积分", "query_points")])
    assert "2,360" in await conversation.say("不充了", "deny")


async def test_a_person_takes_over_all_that_waits(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("充五十，再看看积分", "recharge", requests=[("充五十", "recharge"), ("看看积分", "query_points")])
    assert conversation.slots["requests"]
    await conversation.say("转人工", "transfer_human")
    assert not conversation.slots["requests"]


async def test_inside_a_task_both_are_served_and_the_task_asks_again(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("充值", "recharge")
    said = await conversation.say(
        "等下，查下话费，再看看积分", "query_balance", requests=[("查下话费", "query_balance"), ("看看积分", "query_points")]
    )
    assert said.index("35.80") < said.index("2,360") < said.index("接着办")
    assert conversation.loop == "recharge_form"


async def test_a_stranger_proves_who_they_are_once_for_both(talk: Talk) -> None:
    conversation = talk(None)
    said = await conversation.say(
        "查下话费，再看看积分", "query_balance", requests=[("查下话费", "query_balance"), ("看看积分", "query_points")]
    )
    assert "35.80" not in said and conversation.loop == "verify_form"
    assert conversation.slots["requests"]


async def test_an_elder_hears_one_thing_at_a_time(talk: Talk) -> None:
    conversation = talk(LI_XIUYING, profile="elder")
    said = await conversation.say(
        "查下话费，再看看积分", "query_balance", requests=[("查下话费", "query_balance"), ("看看积分", "query_points")]
    )
    assert "先说查话费" in said and said.index("12.50") < said.index("积分")
