"""The six customers have the figures that DESIGN.md promises."""

import datetime as dt
from collections.abc import Awaitable

import pytest

from bss import types as t
from bss.errors import NotACustomer
from bss.ports import Operator
from common.clock import FakeClock

ZHANG, LI, WANG, ZHAO, LIU, CHEN = (f"1380000000{n}" for n in range(1, 7))


async def test_zhang_wei_has_his_figures(operator: Operator) -> None:
    who = await operator.customers.find(ZHANG)
    assert (who.name, who.age, who.elder, who.status) == ("张伟", 35, False, t.CustomerStatus.ACTIVE)
    balance = await operator.balance.balance(ZHANG)
    assert (balance.balance_fen, balance.owed_fen) == (3580, 0)
    plan = await operator.products.current_plan(ZHANG)
    assert (plan.plan_id, plan.monthly_fee_fen) == ("plan.5g129", 12900)
    usage = await operator.usage.usage(ZHANG)
    assert round(usage.data_left_mb / 1024, 1) == 12.4
    assert usage.data_total_mb == 30 * 1024
    assert (usage.minutes_left, usage.minutes_total) == (320, 500)
    bill = await operator.bills.bill(ZHANG, "2026-02")
    assert bill.total_fen == 13560
    assert bill.items[0].amount_fen == 12900
    assert sum(i.amount_fen for i in bill.items[1:]) == 660
    assert (await operator.loyalty.points(ZHANG)).points == 2360
    for check in (t.Check.OPTICAL, t.Check.AUTH, t.Check.SESSION, t.Check.SPEED, t.Check.WIFI, t.Check.IPTV):
        assert (await operator.line_test.run(ZHANG, check)).code == "ok"


async def test_li_xiuying_is_an_elder_without_light(operator: Operator) -> None:
    who = await operator.customers.find(LI)
    assert (who.name, who.age, who.elder) == ("李秀英", 71, True)
    assert (await operator.balance.balance(LI)).balance_fen == 1250
    plan = await operator.products.current_plan(LI)
    assert (plan.plan_id, plan.monthly_fee_fen) == ("plan.elder19", 1900)
    light = await operator.line_test.run(LI, t.Check.OPTICAL)
    assert (light.verdict, light.code) == (t.Verdict.FAULT, "los")
    assert (await operator.line_test.run(LI, t.Check.SESSION)).code == "offline"
    speed = await operator.line_test.run(LI, t.Check.SPEED)
    assert (speed.verdict, speed.code) == (t.Verdict.UNKNOWN, "unreachable")


async def test_wang_qiang_owes_and_is_suspended(operator: Operator) -> None:
    who = await operator.customers.find(WANG)
    assert (who.name, who.age, who.status) == ("王强", 42, t.CustomerStatus.SUSPENDED_ARREARS)
    balance = await operator.balance.balance(WANG)
    assert (balance.balance_fen, balance.owed_fen) == (0, 2340)
    assert (await operator.line_test.run(WANG, t.Check.MOBILE)).code == "arrears"
    assert (await operator.line_test.run(WANG, t.Check.AUTH)).code == "arrears"


async def test_zhao_min_is_inside_an_outage_back_in_two_hours(operator: Operator, clock: FakeClock) -> None:
    who = await operator.customers.find(ZHAO)
    assert (who.name, who.age) == ("赵敏", 29)
    outage = await operator.problems.outage(ZHAO)
    assert outage is not None
    assert outage.expected_back == clock.now() + dt.timedelta(hours=2)
    assert "broadband" in outage.services
    assert await operator.problems.outage_in(who.area) == outage
    assert (await operator.line_test.run(ZHAO, t.Check.OPTICAL)).code == "modem_offline"


async def test_liu_yang_is_the_contact_of_a_company_whose_leased_line_is_down(operator: Operator) -> None:
    who = await operator.customers.find(LIU)
    assert (who.name, who.company, who.account_manager) == ("刘洋", "宏远科技", "孙经理")
    assert who.segment is t.Segment.ENTERPRISE
    assert (await operator.line_test.run(LIU, t.Check.LEASED)).code == "leased_down"
    assert [p.offer_id for p in await operator.products.products(LIU, t.ProductKind.LEASED)] == ["leased.100"]


async def test_chen_chen_has_little_data_left_and_may_act_for_her_mother(operator: Operator) -> None:
    who = await operator.customers.find(CHEN)
    assert (who.name, who.age) == ("陈晨", 26)
    usage = await operator.usage.usage(CHEN)
    assert round(usage.data_left_mb / 1024, 1) == 0.4
    assert usage.data_total_mb == 30 * 1024
    (grant,) = await operator.delegations.granted_to(CHEN)
    assert (grant.owner_phone, grant.owner_name, grant.relation_zh) == (LI, "李秀英", "母亲")
    assert await operator.delegations.allowed(CHEN, LI, t.Scope.QUERY)
    assert await operator.delegations.allowed(CHEN, LI, t.Scope.FAULT)
    assert not await operator.delegations.allowed(CHEN, LI, t.Scope.BUSINESS)


@pytest.mark.parametrize("phone", [ZHANG, LI, WANG, ZHAO, LIU, CHEN])
async def test_each_of_the_six_has_the_demo_password(operator: Operator, phone: str) -> None:
    assert await operator.identity.verify_password(phone, "246810")
    assert not await operator.identity.verify_password(phone, "135790")


@pytest.mark.parametrize("phone", ["13712345678", "", "张伟", "1380000000\r\nX: 1", "' OR 1=1 --"])
async def test_a_phone_that_is_nobodys_is_not_a_customer(operator: Operator, phone: str) -> None:
    asked: list[Awaitable[object]] = [
        operator.customers.find(phone), operator.balance.balance(phone), operator.usage.usage(phone),
        operator.bills.bills(phone), operator.products.products(phone), operator.loyalty.points(phone),
        operator.line_test.run(phone, t.Check.OPTICAL), operator.problems.outage(phone),
        operator.orders.port_check(phone), operator.identity.real_name(phone),
        operator.delegations.granted_to(phone), operator.balance.top_up(phone, 1000, "k"),
        operator.messages.send(phone, "你好", t.MessageKind.NOTICE, "k"),
        operator.remote.reset_port(phone, "k"), operator.identity.verify_password(phone, "246810"),
    ]  # fmt: skip
    for question in asked:
        with pytest.raises(NotACustomer):
            await question
    assert not await operator.delegations.allowed(phone, LI, t.Scope.QUERY)


async def test_a_reset_puts_everything_back(demo, clock: FakeClock) -> None:
    operator = demo.operator
    await operator.balance.top_up(WANG, 5000, "a")
    await operator.messages.send(ZHANG, "你好", t.MessageKind.NOTICE, "b")
    clock.advance(3600)
    await demo.reset()
    assert (await operator.balance.balance(WANG)).owed_fen == 2340
    assert await demo.messages(ZHANG) == []
    outage = await operator.problems.outage(ZHAO)
    assert outage is not None
    assert outage.expected_back == clock.now() + dt.timedelta(hours=2)
    assert (await operator.balance.top_up(WANG, 5000, "a")).resumed  # the key is forgotten too
