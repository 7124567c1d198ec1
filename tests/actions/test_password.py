"""改服务密码; PIN, PUK and broadband passwords."""

from __future__ import annotations

import pytest

from bss.demo import DemoOperator
from service_desk.desk import ServiceDesk
from tests.actions.conftest import CHEN_CHEN, ZHANG_WEI, Talk


async def test_it_is_confirmed_then_set_and_the_owner_is_told_by_message(talk: Talk, demo: DemoOperator) -> None:
    c = talk(ZHANG_WEI)
    assert "旧密码马上失效" in await c.say("我忘记服务密码了", "manage_password")
    await c.say("确认重置", "affirm")
    assert c.replies[-1]["data"].get("secret") is True
    assert "已重置" in await c.say("一三五七九零")
    assert await demo.unguarded.identity.verify_password(ZHANG_WEI, "135790")
    (message,) = await demo.messages(ZHANG_WEI)
    assert "服务密码刚刚已重置" in message.text and "135790" not in message.text


async def test_the_password_is_kept_nowhere(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    await c.say("改服务密码", "manage_password")
    await c.say("是", "affirm")
    await c.say("222222")
    assert "222222" not in str(c.slots)
    await c.say("730519")
    assert "730519" not in str(c.slots)
    await c.say("转人工", "transfer_human")
    (case,) = await desk.handover.waiting()
    assert "730519" not in str(case) and "222222" not in str(case)


@pytest.mark.parametrize(("weak", "why"), [
    ("123456", "连续"), ("888888", "相同"), ("000001", "后六位"), ("1357", "6 位"), ("13579024", "6 位"),
])  # fmt: skip
async def test_weak_ones_are_refused_with_the_reason(talk: Talk, demo: DemoOperator, weak: str, why: str) -> None:
    c = talk(ZHANG_WEI)
    await c.say("改服务密码", "manage_password")
    await c.say("是", "affirm")
    assert why in await c.say(weak) and c.loop == "password_form"
    assert await demo.unguarded.identity.verify_password(ZHANG_WEI, "246810")


async def test_a_no_leaves_the_old_one(talk: Talk, demo: DemoOperator) -> None:
    c = talk(ZHANG_WEI)
    await c.say("改服务密码", "manage_password")
    assert "没有办理" in await c.say("先不改", "deny") and c.loop is None
    assert await demo.unguarded.identity.verify_password(ZHANG_WEI, "246810")


async def test_when_the_system_is_away_the_password_is_not_noted_down(talk: Talk, demo: DemoOperator, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    await c.say("改服务密码", "manage_password")
    await c.say("是", "affirm")
    demo.faults.fail("identity")
    assert "旧密码还能用" in await c.say("730519")
    assert not await desk.all_open()
    demo.faults.clear()
    assert "已重置" in await c.say("730519")


async def test_pin_puk_and_broadband_are_explained_to_anybody(talk: Talk) -> None:
    c = talk()
    assert "8 位码" in await c.say("PUK码多少", "manage_password")
    assert "SIM 卡的密码" in await c.say("开机让我输PIN码", "manage_password")
    assert "拨号" in await c.say("不是手机锁屏密码，是宽带的上网密码不记得", "manage_password")
    assert c.loop is None


async def test_a_relative_cannot_set_it(talk: Talk) -> None:
    c = talk(CHEN_CHEN)
    assert "机主本人" in await c.say("我妈的服务密码忘了，帮她改", "family_agent", others={"manage_password": 0.3})
    assert c.loop is None


async def test_somebody_unknown_is_proven_first(talk: Talk) -> None:
    c = talk()
    await c.say("改服务密码", "manage_password")
    assert c.loop == "verify_form"
