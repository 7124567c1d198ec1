"""实名, 过户."""

from __future__ import annotations

from tests.actions.conftest import CHEN_CHEN, LI_XIUYING, ZHANG_WEI, Talk


async def test_the_customers_own_state_is_told_with_the_card_masked(talk: Talk) -> None:
    text = await talk(ZHANG_WEI).say("查下我实名了没有", "verify_identity")
    assert "已经实名" in text and "********" in text


async def test_rules_are_told_to_anybody(talk: Talk) -> None:
    c = talk()
    assert "双方本人" in await c.say("我想办过户", "verify_identity")
    assert "一证通查" in await c.say("帮我查查我身份证下面挂了多少张卡", "verify_identity")
    assert "更新证件" in await c.say("身份证到期了换了新的要更新", "verify_identity")
    assert c.loop is None


async def test_a_state_is_told_only_to_who_is_proven(talk: Talk) -> None:
    c = talk()
    await c.say("我实名了吗", "verify_identity")
    assert c.loop == "verify_form"


async def test_a_daughter_may_ask_for_her_mother(talk: Talk) -> None:
    c = talk(CHEN_CHEN)
    assert "李秀英（您的母亲）的号码已经实名" in await c.say("帮我妈看看实名没有", "family_agent", others={"verify_identity": 0.2})
    assert "已经实名" in await talk(LI_XIUYING, profile="elder").say("实名", "verify_identity")


async def test_what_is_not_meant_is_left_out(talk: Talk) -> None:
    assert "双方本人" in await talk(ZHANG_WEI).say("不是要挂失，是要把机主名字换成我", "verify_identity")
