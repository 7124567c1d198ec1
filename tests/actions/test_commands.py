"""Words that steer a task from anywhere in it, in Mandarin and in what is spoken beside it."""

from __future__ import annotations

import pytest

from actions.framework.commands import corrects, puts_off, refuses, restarts, vents
from tests.actions.conftest import Talk


@pytest.mark.parametrize("text", [
    "不买了", "先不换了", "先不补卡", "不补卡", "哎呀先别充了", "找到了找到了，不用挂了", "莫挂哒，又找到哒", "唔使整喇，取消",
    "算了不开了", "还是不换了吧", "不想换了", "先不开了谢谢", "甭修了", "别派师傅了",
])  # fmt: skip
def test_a_refusal_is_heard_by_any_verb(text: str) -> None:
    assert refuses(text)


@pytest.mark.parametrize("text", ["不挂失，要停机保号", "不是挂失", "不能", "不亮", "不对", "不要紧", "别查了，派人上门", "不要彩铃", "换一个", "好"])
def test_what_answers_or_wants_something_else_is_no_refusal(text: str) -> None:
    assert not refuses(text)


@pytest.mark.parametrize("text", ["重来", "从头来一遍吧", "重新来", "那咱们从头开始"])
def test_a_restart_is_heard(text: str) -> None:
    assert restarts(text)


@pytest.mark.parametrize("text", ["我再想想", "改天吧", "以后再说", "让我考虑一下", "回头再办吧"])
def test_putting_off_is_heard(text: str) -> None:
    assert puts_off(text) and not refuses(text)


@pytest.mark.parametrize(("text", "does"), [
    ("你们烦不烦啊", True), ("太慢了", True), ("什么玩意儿", True), ("有完没完", True),
    ("麻烦了", False), ("慢", False), ("网太慢了", False), ("我要投诉你们态度差", False),
])  # fmt: skip
def test_steam_is_told_from_a_complaint_and_from_thanks(text: str, does: bool) -> None:
    assert vents(text) is does


@pytest.mark.parametrize(("text", "does"), [("说错了，是去香港", True), ("不对，应该是后天", True), ("换成五百兆的", True), ("没错", False), ("对", False)])
def test_a_correction_is_heard(text: str, does: bool) -> None:
    assert corrects(text) is does


async def test_a_restart_keeps_the_wish_and_none_of_the_answers(talk: Talk) -> None:
    conversation = talk("13800000001")
    assert "100" in await conversation.say("给13800000006充100元", "recharge")
    text = await conversation.say("重来")
    assert "从头来" in text and "多少" in text and conversation.loop == "recharge_form"


async def test_a_refusal_at_the_read_back_changes_nothing(talk: Talk) -> None:
    conversation = talk("13800000001")
    await conversation.say("充50块", "recharge")
    assert "没有改动" in await conversation.say("哎呀先别充了") and conversation.loop is None
    assert "35.80" in await conversation.say("查话费", "query_balance")


async def test_steam_let_off_costs_no_try(talk: Talk) -> None:
    conversation = talk("13800000001")
    await conversation.say("充话费", "recharge")
    for _ in range(4):
        text = await conversation.say("你们烦不烦啊", "complain")
        assert "对不起" in text and "多少" in text and "人工" not in text
    assert "50" in await conversation.say("五十", "inform")


async def test_a_time_that_is_full_at_the_read_back_counts_as_no_failure_and_breaks_nothing(talk: Talk) -> None:
    conversation = talk("13800000001")
    await conversation.say("宽带直接派师傅来修", "book_repair")
    await conversation.say("明天上午", "inform")
    assert "空着" in await conversation.say("三十号以后的晚上九点再来", "inform")
    assert "没太明白" in await conversation.say("重启过了", "nlu_fallback", 0.2)


async def test_an_impossible_answer_at_the_offer_of_a_person_is_told_why(talk: Talk) -> None:
    conversation = talk("13800000001", profile="elder")
    await conversation.say("改服务密码", "manage_password")
    await conversation.say("确认重置", "affirm")
    for said in ("一二", "好的"):
        text = await conversation.say(said, "nlu_fallback", 0.2)
    assert "找个人工" in text
    text = await conversation.say("1234", "nlu_fallback", 0.2)
    assert "6 位数字" in text and "新密码" in text, "and asked again"
