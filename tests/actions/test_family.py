"""帮家人办理, 授权, 取消授权."""

from __future__ import annotations

import pytest

from actions.family_words import request_in, wants_grant, wants_revoke
from actions.framework.turn import Said, Turn
from bss.demo import DemoOperator
from bss.types import CustomerStatus, Scope
from common.clock import FakeClock
from tests.actions.conftest import CHEN_CHEN, LI_XIUYING, ZHANG_WEI, Talk


async def test_a_mothers_balance_is_told_at_once_and_named_as_hers(talk: Talk) -> None:
    text = await talk(CHEN_CHEN).say("帮我妈查话费", "family_agent", others={"query_balance": 0.05})
    assert "李秀英（您的母亲）的话费余额是 12.50 元" in text


async def test_what_follows_is_still_hers_until_ones_own_line_is_spoken_of(talk: Talk) -> None:
    c = talk(CHEN_CHEN)
    await c.say("帮我妈查话费", "family_agent")
    assert "李秀英" in await c.say("查流量", "query_usage")
    assert "您的流量还剩 410 MB" in await c.say("那我自己的流量呢", "query_usage")
    assert c.slots["subject_phone"] is None
    assert "22.10 元" in await c.say("查话费", "query_balance")


async def test_it_is_forgotten_after_a_quarter_of_an_hour_and_at_goodbye(talk: Talk, clock: FakeClock) -> None:
    c = talk(CHEN_CHEN)
    await c.say("帮我妈查话费", "family_agent")
    clock.advance(16 * 60)
    assert "22.10 元" in await c.say("查话费", "query_balance")
    await c.say("帮我妈查话费", "family_agent")
    await c.say("再见", "goodbye")
    assert c.slots["subject_phone"] is None
    await c.say("帮我妈查话费", "family_agent")
    await c.say("取消", "cancel")
    assert "22.10 元" in await c.say("查话费", "query_balance")


async def test_a_task_begun_for_her_stays_hers_through_a_digression(talk: Talk, demo: DemoOperator) -> None:
    await demo.unguarded.delegations.grant(LI_XIUYING, CHEN_CHEN, "母亲", tuple(Scope), "g")
    c = talk(CHEN_CHEN)
    await c.say("给我妈办停机保号", "family_agent", others={"suspend_service": 0.3})
    assert LI_XIUYING in c.text
    assert "22.10 元" in await c.say("我自己的话费还有多少", "query_balance")
    await c.say("确认办理", "affirm")
    assert (await demo.unguarded.customers.find(LI_XIUYING)).status == CustomerStatus.SUSPENDED_ON_REQUEST
    assert (await demo.unguarded.customers.find(CHEN_CHEN)).status == CustomerStatus.ACTIVE


async def test_without_leave_nothing_is_told_but_how_to_get_it(talk: Talk) -> None:
    for who, words in ((ZHANG_WEI, "帮我妈查话费"), (CHEN_CHEN, "帮我爸查话费"), (CHEN_CHEN, f"查{ZHANG_WEI}的话费，是我爸的")):
        c = talk(who)
        text = await c.say(words, "family_agent", others={"query_balance": 0.2})
        assert "没有查到这位家人给您的授权" in text and "授权给家人" in text
        assert "元" not in text and not c.slots.get("subject_phone")


async def test_a_right_that_is_missing_is_named(talk: Talk) -> None:
    c = talk(CHEN_CHEN)
    text = await c.say("帮我妈换个套餐", "family_agent", others={"change_plan": 0.2})
    assert "授权给您的是查询、报修，没有办理业务" in text and c.loop is None
    assert not c.slots.get("subject_phone")


async def test_a_leave_taken_back_ends_at_once(talk: Talk, demo: DemoOperator) -> None:
    c = talk(CHEN_CHEN)
    await c.say("帮我妈查话费", "family_agent")
    await demo.unguarded.delegations.revoke(LI_XIUYING, CHEN_CHEN, "r")
    assert "12.50" not in await c.say("查话费", "query_balance")


async def test_her_broken_line_is_checked_not_the_daughters(talk: Talk) -> None:
    c = talk(CHEN_CHEN)
    await c.say("我妈家宽带断了，帮她报修", "family_agent", others={"report_broadband_fault": 0.3})
    assert c.loop == "fault_form" and "光纤" in c.text


async def test_where_the_request_is_missing_it_is_asked_and_served_for_her(talk: Talk) -> None:
    c = talk(CHEN_CHEN)
    assert "办什么" in await c.say("帮老人办点事", "family_agent")
    assert "430 分" in await c.say("查积分", "query_points")


async def test_of_several_relatives_the_right_one_is_asked(talk: Talk, demo: DemoOperator) -> None:
    await demo.unguarded.delegations.grant(ZHANG_WEI, CHEN_CHEN, "舅舅", (Scope.QUERY,), "g")
    c = talk(CHEN_CHEN)
    assert "哪一位" in await c.say("帮家里人查话费", "family_agent", others={"query_balance": 0.2})
    assert "35.80 元" in await c.say("张伟")
    assert "12.50 元" in await c.say("帮我妈查话费", "family_agent")


async def test_paying_for_a_relative_needs_no_leave(talk: Talk, demo: DemoOperator) -> None:
    c = talk(CHEN_CHEN)
    await c.say("给我妈充五十话费", "family_agent", others={"recharge": 0.3})
    assert c.loop == "recharge_form" and LI_XIUYING in c.text
    await c.say("确认办理", "affirm")
    assert (await demo.unguarded.balance.balance(LI_XIUYING)).balance_fen == 6250


async def test_the_owner_authorises_a_child_after_a_readback_and_both_are_told(talk: Talk, demo: DemoOperator) -> None:
    c = talk(LI_XIUYING, profile="elder")
    assert "他的手机号" in await c.say("以后让我女儿帮我办，授权给她", "family_agent")
    await c.say(ZHANG_WEI)
    assert "张*（138****0001）" in await c.say("查询和报修")
    assert not await demo.unguarded.delegations.granted_to(ZHANG_WEI)
    assert "授权好了" in await c.say("确认授权", "affirm")
    (grant,) = await demo.unguarded.delegations.granted_to(ZHANG_WEI)
    assert set(grant.scopes) == {Scope.QUERY, Scope.FAULT} and grant.relation_zh == "父母"
    assert "已授权138****0001" in (await demo.messages(LI_XIUYING))[0].text
    assert "李秀英" in (await demo.messages(ZHANG_WEI))[0].text


async def test_only_a_customer_other_than_oneself_can_be_authorised(talk: Talk) -> None:
    c = talk(ZHANG_WEI)
    await c.say("授权给家人", "family_agent")
    assert "自己的号码" in await c.say(ZHANG_WEI)
    assert "不是我们的用户" in await c.say("13900001111")


async def test_a_no_grants_nothing(talk: Talk, demo: DemoOperator) -> None:
    c = talk(LI_XIUYING)
    await c.say(f"授权给我儿子，{ZHANG_WEI}", "family_agent")
    await c.say("都可以")
    assert "会花您的话费" in c.text
    await c.say("先不", "deny")
    assert not await demo.unguarded.delegations.granted_to(ZHANG_WEI)


async def test_leave_is_taken_back_after_a_readback_and_both_are_told(talk: Talk, demo: DemoOperator) -> None:
    c = talk(LI_XIUYING)
    assert "陈晨" in await c.say("女儿替我弄的那个授权，帮我撤了", "family_agent")
    assert await demo.unguarded.delegations.granted_to(CHEN_CHEN)
    assert "已收回" in await c.say("确认", "affirm")
    assert not await demo.unguarded.delegations.granted_to(CHEN_CHEN)
    assert "收回" in (await demo.messages(CHEN_CHEN))[0].text and "收回" in (await demo.messages(LI_XIUYING))[0].text
    assert "没有授权给任何人" in await c.say("取消授权", "family_agent")


async def test_a_child_cannot_authorise_itself(talk: Talk, demo: DemoOperator) -> None:
    text = await talk(ZHANG_WEI).say("登记我做我妈的代办人", "family_agent")
    assert "授权给家人" in text
    assert not await demo.unguarded.delegations.granted_to(ZHANG_WEI)


async def test_who_only_says_authorise_hears_both_ways(talk: Talk) -> None:
    text = await talk(ZHANG_WEI).say("添加代办人", "family_agent")
    assert "让家人替您办" in text and "您要替家人办" in text


async def test_the_number_of_somebody_who_died_is_spoken_of_gently(talk: Talk) -> None:
    text = await talk(ZHANG_WEI).say("我爸去世了，他的手机号怎么处理", "family_agent")
    assert text.startswith("请您节哀") and "死亡证明" in text


async def test_when_the_system_is_away_that_is_said(talk: Talk, demo: DemoOperator) -> None:
    demo.faults.fail("delegations")
    assert "记录号" in await talk(CHEN_CHEN).say("帮我妈查话费", "family_agent")


@pytest.mark.parametrize(("said", "grant", "revoke"), [
    ("以后让我女鹅代办收权给她", True, False), ("授权给家人", True, False), ("我孙女说给她开个什么代办，你帮我开给她", True, False),
    ("取消代办人", False, True), ("孙子给我弄的那个，说他能替我交费，现在不要他弄了，取消掉", False, True),
    ("登记我做我爷爷的代办人", False, False), ("帮我妈查话费", False, False), ("帮我姐姐取消一个业务", False, False),
])  # fmt: skip
def test_giving_and_taking_back_are_told_apart(said: str, grant: bool, revoke: bool) -> None:
    assert wants_revoke(said) is revoke and (wants_grant(said) and not revoke) is grant


@pytest.mark.parametrize(("said", "ranking", "expected"), [
    ("帮我木亲叉一下话费", {}, "query_balance"), ("给俺奶看看她那号还有多少钱", {}, "query_balance"), ("帮我妈换个套餐", {}, "change_plan"),
    ("我妈每个月被扣那个，替她看看", {"query_bill": 0.2}, "query_bill"), ("帮我妈妈查流亮", {}, "query_usage"),
    ("帮我姐把彩铃停掉", {"suspend_service": 0.1}, "manage_vas"), ("帮帮我妈", {}, None),
])  # fmt: skip
def test_the_request_itself_is_found(said: str, ranking: dict[str, float], expected: str | None) -> None:
    turn = Turn("c", "m", Said(said, "family_agent", 1.0), {}, "web", None, "standard", None, (), (), tuple(ranking.items()))
    assert request_in(turn) == expected
