"""The same key gives the same result and does nothing twice, however many repeats run at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bss import types as t
from bss.demo import DemoOperator
from bss.errors import Conflict
from bss.ports import Operator
from common.clock import FakeClock
from common.errors import InvalidInput

ZHANG, LI, WANG, ZHAO, LIU, CHEN = (f"1380000000{n}" for n in range(1, 7))
Action = t.OrderAction
Change = Callable[[Operator], Awaitable[Any]]

CHANGES: dict[str, Change] = {
    "top_up": lambda o: o.balance.top_up(WANG, 5000, "k"),
    "addon": lambda o: o.orders.order(CHEN, "addon.month5g", Action.ADD, "k"),
    "plan": lambda o: o.orders.order(ZHANG, "plan.5g89", Action.CHANGE, "k"),
    "vas": lambda o: o.orders.order(ZHANG, "vas.ringback", Action.REMOVE, "k"),
    "suspend": lambda o: o.orders.suspend(ZHANG, "k"),
    "lost": lambda o: o.orders.report_lost(ZHANG, "k"),
    "sim": lambda o: o.orders.replace_sim(ZHANG, "k"),
    "roaming": lambda o: o.orders.set_roaming(ZHANG, True, "k"),
    "redeem": lambda o: o.loyalty.redeem(ZHANG, "reward.balance10", "k"),
    "remote": lambda o: o.remote.reset_port(ZHANG, "k"),
    "message": lambda o: o.messages.send(ZHANG, "你好", t.MessageKind.NOTICE, "k"),
    "grant": lambda o: o.delegations.grant(ZHANG, CHEN, "朋友", [t.Scope.QUERY], "k"),
    "revoke": lambda o: o.delegations.revoke(LI, CHEN, "k"),
    "password": lambda o: o.identity.reset_password(ZHANG, "802751", "k"),
}


async def picture(demo: DemoOperator) -> list[Any]:
    """Everything that could have changed."""
    operator, out = demo.unguarded, []
    for phone in (ZHANG, LI, WANG, CHEN):
        out += [
            await operator.customers.find(phone), await operator.balance.balance(phone),
            await operator.balance.top_ups(phone, 100), await operator.bills.charges(phone, 100),
            await operator.usage.usage(phone), await operator.products.current_plan(phone),
            await operator.products.products(phone), await operator.orders.orders(phone, 100),
            await operator.loyalty.points(phone), await operator.delegations.granted_by(phone),
            await demo.messages(phone), await operator.orders.roaming(phone),
        ]  # fmt: skip
    return out


@pytest.mark.parametrize("name", CHANGES)
async def test_a_repeat_gives_the_same_result_and_changes_nothing(
    demo: DemoOperator, operator: Operator, name: str
) -> None:
    first = await CHANGES[name](operator)
    after_first = await picture(demo)
    for _ in range(3):
        assert await CHANGES[name](operator) == first
    assert await picture(demo) == after_first


@pytest.fixture
async def on_disk(tmp_path: Path, clock: FakeClock) -> AsyncIterator[DemoOperator]:
    made = DemoOperator(f"sqlite:///{tmp_path / 'operator.db'}", clock=clock, generated=0, timeout=30)
    await made.start()
    yield made
    await made.close()


@pytest.mark.parametrize("name", ["top_up", "addon", "redeem", "message", "remote", "suspend"])
async def test_twenty_repeats_at_once_do_it_once(on_disk: DemoOperator, name: str) -> None:
    results = await asyncio.gather(*(CHANGES[name](on_disk.operator) for _ in range(20)))
    assert all(result == results[0] for result in results)
    if name == "top_up":
        assert (await on_disk.operator.balance.balance(WANG)).balance_fen == 2660
    if name == "addon":
        assert (await on_disk.operator.balance.balance(CHEN)).balance_fen == 710
    if name == "redeem":
        assert (await on_disk.operator.loyalty.points(ZHANG)).points == 1360
    if name == "message":
        assert len(await on_disk.messages(ZHANG)) == 1


async def test_twenty_different_payments_at_once_all_count(on_disk: DemoOperator) -> None:
    await asyncio.gather(*(on_disk.operator.balance.top_up(ZHANG, 100, f"k{n}") for n in range(20)))
    assert (await on_disk.operator.balance.balance(ZHANG)).balance_fen == 3580 + 2000


async def test_two_processes_on_one_file_do_it_once(on_disk: DemoOperator, tmp_path: Path) -> None:
    other = DemoOperator(f"sqlite:///{tmp_path / 'operator.db'}", clock=FakeClock(), generated=0, timeout=30)
    await other.start()
    both = [o.operator.balance.top_up(WANG, 5000, "k") for _ in range(10) for o in (on_disk, other)]
    results = await asyncio.gather(*both)
    assert all(result == results[0] for result in results)
    assert (await other.operator.balance.balance(WANG)).balance_fen == 2660
    await other.close()


async def test_a_balance_is_not_spent_twice_by_two_orders_at_once(on_disk: DemoOperator) -> None:
    orders = on_disk.operator.orders
    tried = await asyncio.gather(
        *(orders.order(CHEN, "addon.month5g", Action.ADD, f"k{n}") for n in range(5)), return_exceptions=True
    )
    assert sum(isinstance(x, t.Order) for x in tried) == 1
    assert (await on_disk.operator.balance.balance(CHEN)).balance_fen == 710


async def test_the_same_key_belongs_to_each_customer_alone(operator: Operator) -> None:
    mine = await operator.balance.top_up(ZHANG, 1000, "k")
    theirs = await operator.balance.top_up(LI, 1000, "k")
    assert mine.top_up_id != theirs.top_up_id
    assert theirs.balance_fen == 2250


async def test_a_refused_request_may_be_tried_again_with_its_key(operator: Operator) -> None:
    with pytest.raises(Exception, match="insufficient_balance"):
        await operator.orders.order(CHEN, "addon.month20g", Action.ADD, "k")
    await operator.balance.top_up(CHEN, 5000, "t")
    assert (await operator.orders.order(CHEN, "addon.month20g", Action.ADD, "k")).charged_fen == 4000


async def test_a_key_used_for_another_order_is_a_conflict(operator: Operator) -> None:
    await operator.orders.order(ZHANG, "addon.day1g", Action.ADD, "k")
    with pytest.raises(Conflict):
        await operator.orders.order(ZHANG, "addon.day5g", Action.ADD, "k")
    with pytest.raises(Conflict):
        await operator.orders.suspend(ZHANG, "k")


async def test_a_change_without_a_key_is_refused(operator: Operator) -> None:
    with pytest.raises(InvalidInput):
        await operator.balance.top_up(ZHANG, 1000, "")
