"""Greetings, commands and manners."""

from __future__ import annotations

from tests.actions.conftest import ZHANG_WEI, Talk


async def test_a_greeting_says_what_can_be_done_and_how_to_reach_a_person(talk: Talk) -> None:
    conversation = talk()
    text = await conversation.say("你好", "greet")
    assert "易答" in text and "转人工" in conversation.buttons


async def test_a_greeting_inside_a_task_comes_back_to_it(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("充话费", "recharge")
    text = await conversation.say("你好", "greet")
    assert "易答" in text and "充多少钱" in text and conversation.loop == "recharge_form"


async def test_thanks_and_goodbye_are_answered(talk: Talk) -> None:
    conversation = talk()
    assert "不客气" in await conversation.say("谢谢", "thank")
    assert "再见" in await conversation.say("拜拜", "goodbye")


async def test_yes_without_an_offer_asks_what_is_wanted(talk: Talk) -> None:
    assert "还要办什么" in await talk().say("好的", "affirm")


async def test_no_forgets_what_was_offered(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    conversation.slots["offer"] = {"yes": "recharge_form"}
    await conversation.say("不用", "deny")
    assert conversation.slots["offer"] is None
    assert "还要办什么" in await conversation.say("好的", "affirm")


async def test_cancel_outside_a_task_puts_everything_down(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    conversation.slots.update(offer={"yes": "recharge_form"}, subject_phone="13800000002")
    assert "什么都没有改动" in await conversation.say("取消", "cancel")
    assert conversation.slots["offer"] is None and conversation.slots["subject_phone"] is None


async def test_repeat_says_the_last_reply_again_with_its_buttons(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    said = await conversation.say("查话费", "query_balance")
    buttons = conversation.buttons
    assert await conversation.say("再说一遍", "repeat") == said
    assert conversation.buttons == buttons


async def test_repeat_inside_a_task_keeps_the_task(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    question = await conversation.say("充话费", "recharge")
    assert question in await conversation.say("没听清", "repeat")
    assert "充 50 元" in await conversation.say("五十")


async def test_wait_keeps_quiet_for_a_minute_and_keeps_the_task(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("充话费", "recharge")
    assert "不着急" in await conversation.say("等一下", "wait")
    assert conversation.replies[0]["data"]["wait_seconds"] == 60
    assert "充 50 元" in await conversation.say("五十")


async def test_the_menu_of_an_elder_has_few_entries_and_a_person(talk: Talk) -> None:
    conversation = talk(profile="elder")
    await conversation.say("有什么功能", "menu")
    assert len(conversation.buttons) <= 4 and "转人工" in conversation.buttons


async def test_slower_on_the_phone_switches_to_the_elder_profile(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI, channel="voice")
    await conversation.say("你说慢一点", "speak_slower")
    assert conversation.slots["profile"] == "elder"
    assert "话费还剩 35.80 元" in await conversation.say("话费", "query_balance")


async def test_the_elder_version_is_switched_on_and_off_by_word(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("切换长辈版", "elder_mode")
    assert conversation.slots["profile"] == "elder"
    assert "换回标准版" in await conversation.say("退出长辈版", "elder_mode")
    assert conversation.slots["profile"] == "standard"
