"""What leans on the last answer: another month, another topic, another person, that ticket."""

from __future__ import annotations

import pytest

from tests.actions.conftest import CHEN_CHEN, ZHANG_WEI, Talk


async def test_another_month_is_the_same_question_for_it(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("查上个月账单", "query_bill")
    assert "1月" in await conversation.say("那一月份的呢", "nlu_fallback")
    assert conversation.ran == ["action_fallback", "action_query_bill"]


@pytest.mark.parametrize(("said", "action"), [("那流量呢", "action_query_usage"), ("积分呢", "action_query_points"),
                                              ("那套餐呢？", "action_query_plan"), ("余额呢", "action_query_balance"),
                                              ("我自己的话费呢", "action_query_balance")])  # fmt: skip
async def test_a_topic_alone_asks_the_same_of_it(talk: Talk, said: str, action: str) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("话费还有多少", "query_balance")
    await conversation.say(said, "ask_faq")
    assert conversation.ran[-1] == action


async def test_another_person_is_asked_for_by_right(talk: Talk) -> None:
    conversation = talk(CHEN_CHEN)
    await conversation.say("话费还有多少", "query_balance")
    assert "12.50" in await conversation.say("那我妈的呢", "ask_faq")


@pytest.mark.parametrize("said", ["那国外漫游怎么收费呢", "5G套餐有哪些", "那你们几点下班呢"])
async def test_a_question_of_its_own_stays_one(talk: Talk, said: str) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("话费还有多少", "query_balance")
    await conversation.say(said, "ask_faq")
    assert conversation.ran == ["action_answer_question"]


async def test_without_an_answer_before_nothing_leans_on_it(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("那流量呢", "ask_faq")
    assert conversation.ran == ["action_answer_question"]
