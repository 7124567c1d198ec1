"""The offer of a ticket at the end of a self-check, when it is not understood."""

from __future__ import annotations

import pytest

from tests.actions.conftest import LI_XIUYING, Talk
from tests.actions.conversation import Conversation


async def _offered(talk: Talk) -> Conversation:
    """The check has ended and a ticket is offered."""
    conversation = talk(LI_XIUYING, profile="elder")
    await conversation.say("宽带断了，光猫红灯", "report_broadband_fault")
    for _ in range(10):
        if "报修单" in conversation.text:
            return conversation
        await conversation.say("不会弄", "nlu_fallback")
    raise AssertionError(conversation.text)


@pytest.mark.parametrize(("said", "intent", "expected"), [
    ("再试一次", "nlu_fallback", "报修单"), ("好", "affirm", "人工"), ("不用", "deny", "报修单"), ("绿绿绿", "nlu_fallback", "人工"),
])  # fmt: skip
async def test_after_the_offer_of_a_person_the_ticket_can_still_be_had(talk: Talk, said: str, intent: str, expected: str) -> None:
    conversation = await _offered(talk)
    await conversation.say("绿的", "nlu_fallback")
    assert "人工" in await conversation.say("哦是妈不是", "nlu_fallback")
    answer = await conversation.say(said, intent)
    assert expected in answer and "已经结束" not in answer


async def test_a_second_try_ends_in_a_ticket(talk: Talk) -> None:
    conversation = await _offered(talk)
    for said in ("绿的", "哦是妈不是", "再试一次"):
        await conversation.say(said, "nlu_fallback")
    assert "GD" in await conversation.say("好的", "affirm")


async def test_the_ticket_is_opened_by_its_name_after_rubbish_and_the_offer_of_a_person(talk: Talk) -> None:
    conversation = await _offered(talk)
    for rubbish in ("／restart", "／session_start", "／back", "????"):
        await conversation.say(rubbish, "nlu_fallback")
    assert "人工" in conversation.text
    assert "GD" in await conversation.say("好的，开单", "affirm")
