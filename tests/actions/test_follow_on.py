"""What leans on the last answer: another month, another topic, another person, that ticket."""

from __future__ import annotations

import pytest

from tests.actions.conftest import CHEN_CHEN, WANG_QIANG, ZHANG_WEI, Talk


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


async def test_after_a_top_up_one_may_ask_whether_the_line_works(talk: Talk) -> None:
    conversation = talk(WANG_QIANG)
    await conversation.say("充50块", "recharge")
    assert "充好了" in await conversation.say("确认", "affirm")
    assert "状态正常" in await conversation.say("那现在能打了吗", "nlu_fallback")


@pytest.mark.parametrize("said", ["再往前一个月", "再往前呢", "行，前一个月的呢", "再上个月呢"])
@pytest.mark.parametrize("intent", ["nlu_fallback", "back"])
async def test_one_month_further_back_than_the_last_answer(talk: Talk, said: str, intent: str) -> None:
    conversation = talk(ZHANG_WEI)
    first = await conversation.say("查上个月账单", "query_bill")
    second = await conversation.say(said, intent)
    assert conversation.ran[-1] == "action_query_bill" and second != first


async def test_a_service_just_explained_is_the_one_given_up(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    assert "彩铃" in await conversation.say("每个月五块钱是什么钱", "query_bill")
    assert "彩铃" in await conversation.say("那给我退了", "manage_vas") and conversation.loop == "vas_form"


@pytest.mark.parametrize("said", ["帮我妈看看话费还有多少", "我妈的话费还剩多少"])
async def test_a_relative_in_a_plain_query_is_never_answered_with_ones_own_figures(talk: Talk, said: str) -> None:
    conversation = talk(CHEN_CHEN)
    text = await conversation.say(said, "query_balance")
    assert "12.50" in text and "22.10" not in text
