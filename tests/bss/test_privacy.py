"""An answer about one customer never holds anything of another."""

import dataclasses
import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bss import types as t
from bss.demo import DemoOperator
from bss.ports import Operator
from common.clock import FakeClock

PHONE = re.compile(r"1[3-9]\d{9}")


async def everything(operator: Operator, phone: str) -> list[Any]:
    """All that can be asked about a phone, authorisations left out: they name two people."""
    return [
        await operator.customers.find(phone), await operator.balance.balance(phone),
        await operator.balance.top_ups(phone, 100), await operator.bills.bills(phone, 100),
        await operator.bills.charges(phone, 100), await operator.usage.usage(phone),
        await operator.products.current_plan(phone), await operator.products.products(phone),
        await operator.orders.orders(phone, 100), await operator.orders.port_check(phone),
        await operator.loyalty.points(phone), await operator.problems.outage(phone),
        await operator.identity.real_name(phone),
        *[await operator.line_test.run(phone, check) for check in t.Check],
    ]  # fmt: skip


async def test_no_answer_names_another_phone(demo: DemoOperator, operator: Operator) -> None:
    for phone in await demo.phones():
        named = set(PHONE.findall(repr(await everything(operator, phone))))
        assert named <= {phone}


async def test_what_one_customer_does_changes_nothing_of_the_others(
    demo: DemoOperator, operator: Operator
) -> None:
    phones = await demo.phones()
    before = {p: await everything(demo.operator, p) for p in phones}
    active = next(p for p in phones if before[p][0].status is t.CustomerStatus.ACTIVE)
    await operator.balance.top_up(active, 5000, "a")
    await operator.orders.order(active, "addon.month5g", t.OrderAction.ADD, "b")
    await operator.remote.reset_port(active, "c")
    await operator.orders.report_lost(active, "d")
    for phone in phones:
        assert (await everything(demo.operator, phone) == before[phone]) is (phone != active)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asker=st.integers(0, 35), owner=st.integers(0, 35), scope=st.sampled_from(list(t.Scope)))
async def test_only_what_was_granted_is_allowed(
    demo: DemoOperator, asker: int, owner: int, scope: t.Scope
) -> None:
    phones = await demo.phones()
    a, o = phones[asker % len(phones)], phones[owner % len(phones)]
    granted = a == o or ((a, o) == ("13800000006", "13800000002") and scope is not t.Scope.BUSINESS)
    assert await demo.operator.delegations.allowed(a, o, scope) is granted


async def test_the_same_seed_gives_the_same_customers(demo: DemoOperator, clock: FakeClock) -> None:
    other = DemoOperator("sqlite://", clock=clock, generated=30)
    await other.start()
    for phone in await demo.phones():
        mine, theirs = await everything(demo.operator, phone), await everything(other.operator, phone)
        assert mine == theirs
    await other.close()


def test_values_cannot_be_changed() -> None:
    values: list[Any] = [v for v in vars(t).values() if dataclasses.is_dataclass(v)]
    assert len(values) > 20
    assert all(v.__dataclass_params__.frozen for v in values)
