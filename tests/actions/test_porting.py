"""携号转网."""

from __future__ import annotations

import pytest

from bss.demo import DemoOperator
from tests.actions.conftest import WANG_QIANG, ZHANG_WEI, ZHAO_MIN, Talk


async def test_who_may_go_hears_what_to_use_up_first(talk: Talk) -> None:
    text = await talk(ZHANG_WEI).say("看看我这号能不能转走", "port_number")
    assert "符合携出条件" in text and "35.80 元" in text and "2,360" in text


async def test_every_obstacle_is_named_with_the_way_out(talk: Talk) -> None:
    c = talk(WANG_QIANG)
    text = await c.say("我要携号转网", "port_number")
    assert "欠费23.40元" in text and "不是正常使用状态" in text and "现在充值" in c.buttons
    assert c.slots["offer"] == {"yes": "recharge_form"}


async def test_a_contract_is_told_with_its_end_and_penalty(talk: Talk) -> None:
    assert "358.20 元" in await talk(ZHAO_MIN).say("查查我有没有合约卡着转不了", "port_number")


async def test_the_code_comes_through_a_person(talk: Talk) -> None:
    c = talk(ZHANG_WEI)
    assert "授权码" in await c.say("授权码没收到再发一次", "port_number") and "转人工" in c.buttons


@pytest.mark.parametrize("said", ["我在别家，想连号一起到你们这来", "我是转进来不是转出去", "帮我登记携号转入", "个号唔变，过你哋度"])
async def test_coming_to_us_is_explained_to_anybody(talk: Talk, said: str) -> None:
    c = talk()
    assert "欢迎带号过来" in await c.say(said, "port_number") and c.loop is None


async def test_the_check_is_for_the_owner_and_honest_when_the_system_is_away(talk: Talk, demo: DemoOperator) -> None:
    c = talk()
    await c.say("我要转走", "port_number")
    assert c.loop == "verify_form"
    demo.faults.fail("orders")
    assert "记录号" in await talk(ZHANG_WEI).say("我要转走", "port_number")
