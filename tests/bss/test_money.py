"""Balance, bills, usage, points."""

import pytest

from bss import types as t
from bss.demo import DemoOperator
from bss.errors import Conflict, InsufficientPoints, NotEligible, NotFound, OutOfStock
from bss.ports import Operator

ZHANG, LI, WANG, ZHAO = (f"1380000000{n}" for n in range(1, 5))


async def test_a_top_up_that_covers_the_debt_ends_the_suspension(operator: Operator) -> None:
    first = await operator.balance.top_up(WANG, 1000, "a")
    assert (first.resumed, first.owed_fen, first.balance_fen) == (False, 1340, 0)
    assert (await operator.customers.find(WANG)).status is t.CustomerStatus.SUSPENDED_ARREARS
    second = await operator.balance.top_up(WANG, 5000, "b")
    assert (second.resumed, second.balance_fen) == (True, 3660)
    assert (await operator.customers.find(WANG)).status is t.CustomerStatus.ACTIVE
    assert (await operator.line_test.run(WANG, t.Check.MOBILE)).code == "ok"
    assert [x.amount_fen for x in (await operator.balance.top_ups(WANG))[:2]] == [5000, 1000]


async def test_a_payment_that_has_not_arrived_is_listed_as_pending(operator: Operator) -> None:
    newest = (await operator.balance.top_ups(ZHAO))[0]
    assert (newest.state, newest.amount_fen) == (t.TopUpState.PENDING, 5000)
    assert (await operator.balance.balance(ZHAO)).balance_fen == 8840


@pytest.mark.parametrize("fen", [0, -100, 99, 500_001])
async def test_a_top_up_outside_the_limits_is_refused(operator: Operator, fen: int) -> None:
    with pytest.raises(NotEligible) as caught:
        await operator.balance.top_up(ZHANG, fen, "a")
    assert "1元到5000元" in caught.value.message_zh


async def test_everyone_has_bills_whose_items_add_up(demo: DemoOperator, operator: Operator) -> None:
    for phone in await demo.phones():
        bills = await operator.bills.bills(phone)
        assert bills
        assert [b.month for b in bills] == sorted((b.month for b in bills), reverse=True)
        plan = await operator.products.current_plan(phone)
        for bill in bills:
            assert bill.total_fen == sum(i.amount_fen for i in bill.items)
            assert bill.items[0].amount_fen == plan.monthly_fee_fen


async def test_six_months_of_bills_end_with_the_last_month(operator: Operator) -> None:
    months = [b.month for b in await operator.bills.bills(ZHANG, 100)]
    assert months == ["2026-02", "2026-01", "2025-12", "2025-11", "2025-10", "2025-09"]
    with pytest.raises(NotFound):
        await operator.bills.bill(ZHANG, "2026-03")


async def test_charges_list_what_was_taken_this_month(operator: Operator) -> None:
    charges = await operator.bills.charges(ZHANG)
    balance = await operator.balance.balance(ZHANG)
    assert sum(c.amount_fen for c in charges) == balance.month_spent_fen == 13400


async def test_points_buy_balance_at_once(operator: Operator) -> None:
    done = await operator.loyalty.redeem(ZHANG, "reward.balance10", "a")
    assert (done.points_spent, done.points_left) == (1000, 1360)
    assert (await operator.loyalty.points(ZHANG)).points == 1360
    assert (await operator.balance.balance(ZHANG)).balance_fen == 4580


async def test_points_buy_data_at_once(operator: Operator) -> None:
    before = await operator.usage.usage(ZHANG)
    await operator.loyalty.redeem(ZHANG, "reward.data5g", "a")
    after = await operator.usage.usage(ZHANG)
    assert after.data_total_mb - before.data_total_mb == 5 * 1024
    assert (await operator.balance.balance(ZHANG)).balance_fen == 3580
    assert "addon.month5g" in [p.offer_id for p in await operator.products.products(ZHANG)]


async def test_points_that_do_not_suffice_buy_nothing(operator: Operator) -> None:
    with pytest.raises(InsufficientPoints) as caught:
        await operator.loyalty.redeem(LI, "reward.balance5", "a")
    assert "还差70分" in caught.value.message_zh
    with pytest.raises(OutOfStock):
        await operator.loyalty.redeem(ZHANG, "reward.earphone", "a")
    with pytest.raises(NotFound):
        await operator.loyalty.redeem(ZHANG, "reward.moon", "a")
    assert (await operator.loyalty.points(LI)).points == 430


async def test_rewards_are_listed_cheapest_first(operator: Operator) -> None:
    rewards = await operator.loyalty.rewards()
    assert [r.points for r in rewards] == sorted(r.points for r in rewards)
    assert not next(r for r in rewards if r.reward_id == "reward.earphone").in_stock


async def test_a_key_used_for_another_amount_is_a_conflict(operator: Operator) -> None:
    await operator.balance.top_up(ZHANG, 1000, "same")
    with pytest.raises(Conflict):
        await operator.balance.top_up(ZHANG, 2000, "same")
    assert (await operator.balance.balance(ZHANG)).balance_fen == 4580
