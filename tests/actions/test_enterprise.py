"""政企业务."""

from __future__ import annotations

import pytest

from service_desk.desk import ServiceDesk
from service_desk.types import Kind
from tests.actions.conftest import LIU_YANG, ZHANG_WEI, Talk


@pytest.mark.parametrize("said", ["公司专线断了，工程师快来", "我们单位的网丢包很严重", "家宽没问题，有问题的是我们店里走政企合同那条，断网了", "公司砖线很慢"])
async def test_a_leased_line_fault_goes_to_the_self_check(talk: Talk, said: str) -> None:
    c = talk(LIU_YANG)
    await c.say(said, "enterprise_service")
    assert c.loop == "fault_form" and "专线" in c.text


async def test_a_need_is_read_back_with_the_account_managers_name_and_registered(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(LIU_YANG)
    text = await c.say("我们想办一个400号码", "enterprise_service")
    assert "宏远科技" in text and "孙经理" in text and "138****0005" in text
    assert not await desk.find_open(LIU_YANG)
    assert "孙经理" in await c.say("确认", "affirm")
    (ticket,) = await desk.find_open(LIU_YANG)
    assert ticket.kind is Kind.REQUEST and ticket.segment == "enterprise" and ticket.owner == "孙经理"
    await c.say("确认", "affirm")
    assert len(await desk.find_open(LIU_YANG)) == 1


async def test_the_need_is_asked_where_none_was_told_and_a_stranger_leaves_a_number(talk: Talk, desk: ServiceDesk) -> None:
    c = talk()
    assert "要办什么" in await c.say("找客户经理", "enterprise_service")
    await c.say("我们厂想开一百张物联网卡")
    await c.say("13900001111")
    assert "139****1111" in c.text
    await c.say("确认", "affirm")
    (ticket,) = await desk.all_open()
    assert ticket.phone == "" and "物联网卡" in ticket.description


async def test_a_platform_that_fails_is_a_fault_for_the_enterprise_desk(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(LIU_YANG)
    assert "故障是" in await c.say("公司的短信平台今天发不出去了", "enterprise_service")
    await c.say("好", "affirm")
    (ticket,) = await desk.find_open(LIU_YANG)
    assert ticket.kind is Kind.FAULT and ticket.segment == "enterprise"


async def test_a_wrong_need_is_told_anew(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(LIU_YANG)
    await c.say("我们想办一个400号码", "enterprise_service")
    assert "短信端口" in await c.say("不对，是单位群发的短信端口", "deny")
    assert "要办什么" in await c.say("改一下")
    assert "什么都没有改动" in await c.say("取消", "cancel")
    assert not await desk.find_open(LIU_YANG)


async def test_a_private_customer_is_served_too(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    assert "政企客户经理" in await c.say("开饭馆，想签公对公的宽带", "enterprise_service")
    assert "给您打电话" in await talk(ZHANG_WEI, profile="elder").say("开饭馆，想签公对公的合同", "enterprise_service")
