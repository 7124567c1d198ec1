"""Products, catalogue and orders."""

import datetime as dt

import pytest

from bss import types as t
from bss.errors import InsufficientBalance, NotEligible, NotFound
from bss.ports import Operator
from common.clock import FakeClock

ZHANG, LI, WANG, ZHAO, LIU, CHEN = (f"1380000000{n}" for n in range(1, 7))
Action = t.OrderAction


async def test_a_data_pack_raises_the_data_and_lowers_the_balance_at_once(operator: Operator) -> None:
    before = await operator.usage.usage(CHEN)
    order = await operator.orders.order(CHEN, "addon.month5g", Action.ADD, "a")
    after = await operator.usage.usage(CHEN)
    assert after.data_total_mb == before.data_total_mb + 5 * 1024
    assert after.data_used_mb == before.data_used_mb
    assert (await operator.balance.balance(CHEN)).balance_fen == 2210 - 1500
    assert (order.state, order.charged_fen) == (t.OrderState.COMPLETED, 1500)
    assert (await operator.bills.charges(CHEN))[0].amount_fen == 1500
    assert (await operator.orders.orders(CHEN)) == [order]


async def test_a_directed_pack_is_kept_apart_from_general_data(operator: Operator) -> None:
    before = await operator.usage.usage(CHEN)
    await operator.orders.order(CHEN, "addon.video30g", Action.ADD, "a")
    after = await operator.usage.usage(CHEN)
    assert after.data_total_mb == before.data_total_mb
    assert [p.total for p in after.packs if p.kind == "data_directed"] == [30 * 1024]


async def test_a_pack_dearer_than_the_balance_is_refused_with_what_is_missing(operator: Operator) -> None:
    quote = await operator.orders.quote(CHEN, "addon.month20g", Action.ADD)
    assert not quote.eligible
    with pytest.raises(InsufficientBalance) as caught:
        await operator.orders.order(CHEN, "addon.month20g", Action.ADD, "a")
    assert caught.value.message_zh == quote.reason_zh == "您的余额不够，还差17.90元，请先充值再办理。"
    assert (await operator.balance.balance(CHEN)).balance_fen == 2210
    assert await operator.orders.orders(CHEN) == []


async def test_a_plan_changes_on_the_first_of_next_month(operator: Operator, clock: FakeClock) -> None:
    order = await operator.orders.order(ZHANG, "plan.5g89", Action.CHANGE, "a")
    assert (order.state, order.effective_date) == (t.OrderState.ACKNOWLEDGED, dt.date(2026, 4, 1))
    plan = await operator.products.current_plan(ZHANG)
    assert (plan.plan_id, plan.next_plan_id, plan.next_from) == (
        "plan.5g129", "plan.5g89", dt.date(2026, 4, 1)
    )  # fmt: skip
    with pytest.raises(NotEligible, match="not_eligible"):
        await operator.orders.order(ZHANG, "plan.5g89", Action.CHANGE, "b")
    clock.advance(31 * 86400)
    plan = await operator.products.current_plan(ZHANG)
    assert (plan.plan_id, plan.next_plan_id) == ("plan.5g89", None)
    usage = await operator.usage.usage(ZHANG)
    assert (usage.data_total_mb, usage.data_used_mb, usage.minutes_total) == (20 * 1024, 0, 300)


@pytest.mark.parametrize(
    ("phone", "product", "action", "reason"),
    [
        (ZHANG, "plan.5g129", Action.CHANGE, "您现在用的就是"),
        (ZHANG, "plan.elder19", Action.CHANGE, "要满60岁"),
        (ZHANG, "plan.youth39", Action.CHANGE, "30岁以下"),
        (ZHANG, "plan.keep5", Action.CHANGE, "现在不能办理"),
        (ZHANG, "plan.5g89", Action.ADD, "套餐只能更换"),
        (ZHANG, "plan.5g129", Action.REMOVE, "套餐不能退订"),
        (ZHAO, "plan.5g59", Action.CHANGE, "您的合约到2026年9月30日"),
        (WANG, "addon.month1g", Action.ADD, "欠费停机"),
        (ZHANG, "vas.ringback", Action.ADD, "您已经有彩铃了"),
        (ZHANG, "vas.news", Action.REMOVE, "您没有订购手机报"),
        (ZHANG, "leased.100", Action.ADD, "只面向政企"),
        (CHEN, "iptv.basic", Action.ADD, "先有宽带"),
        (ZHANG, "broadband.300", Action.REMOVE, "合约期内退订"),
    ],
)
async def test_a_rule_says_no_with_its_reason(
    operator: Operator, phone: str, product: str, action: t.OrderAction, reason: str
) -> None:
    quote = await operator.orders.quote(phone, product, action)
    assert not quote.eligible
    assert reason in quote.reason_zh
    with pytest.raises(NotEligible) as caught:
        await operator.orders.order(phone, product, action, "a")
    assert caught.value.message_zh == quote.reason_zh


async def test_a_quote_says_what_the_order_then_does(operator: Operator) -> None:
    for product, action in (
        ("addon.day1g", Action.ADD), ("vas.news", Action.ADD), ("plan.5g199", Action.CHANGE),
        ("vas.ringback", Action.REMOVE),
    ):  # fmt: skip
        quote = await operator.orders.quote(ZHANG, product, action)
        order = await operator.orders.order(ZHANG, product, action, f"key-{product}")
        assert quote.eligible
        assert (quote.charged_fen, quote.effective_date, quote.name, quote.note_zh) == (
            order.charged_fen, order.effective_date, order.name, order.note_zh
        )  # fmt: skip


async def test_a_cancelled_service_runs_to_the_end_of_the_month(operator: Operator, clock: FakeClock) -> None:
    await operator.orders.order(ZHANG, "vas.ringback", Action.REMOVE, "a")
    ringback = [p for p in await operator.products.products(ZHANG) if p.offer_id == "vas.ringback"]
    assert [p.ends for p in ringback] == [dt.date(2026, 3, 31)]
    with pytest.raises(NotEligible):
        await operator.orders.order(ZHANG, "vas.ringback", Action.REMOVE, "b")
    clock.advance(31 * 86400)
    assert "vas.ringback" not in [p.offer_id for p in await operator.products.products(ZHANG)]


async def test_a_cancelled_service_can_be_taken_back(operator: Operator) -> None:
    await operator.orders.order(ZHANG, "vas.ringback", Action.REMOVE, "a")
    await operator.orders.order(ZHANG, "vas.ringback", Action.ADD, "b")
    ringback = [p for p in await operator.products.products(ZHANG) if p.offer_id == "vas.ringback"]
    assert [p.ends for p in ringback] == [None]


async def test_broadband_is_installed_in_working_days(operator: Operator) -> None:
    order = await operator.orders.order(CHEN, "broadband.300", Action.ADD, "a")
    assert (order.state, order.effective_date) == (t.OrderState.IN_PROGRESS, dt.date(2026, 3, 5))
    (line,) = await operator.products.products(CHEN, t.ProductKind.BROADBAND)
    assert line.status is t.ProductStatus.PENDING
    assert (await operator.line_test.run(CHEN, t.Check.OPTICAL)).code == "no_line"


async def test_suspend_and_resume(operator: Operator) -> None:
    await operator.orders.suspend(ZHANG, "a")
    assert (await operator.customers.find(ZHANG)).status is t.CustomerStatus.SUSPENDED_ON_REQUEST
    assert (await operator.line_test.run(ZHANG, t.Check.MOBILE)).code == "no_registration"
    assert (await operator.line_test.run(ZHANG, t.Check.AUTH)).code == "account_suspended"
    with pytest.raises(NotEligible):
        await operator.orders.suspend(ZHANG, "b")
    await operator.orders.resume(ZHANG, "c")
    assert (await operator.customers.find(ZHANG)).status is t.CustomerStatus.ACTIVE


async def test_arrears_are_not_resumed_by_asking(operator: Operator) -> None:
    with pytest.raises(NotEligible) as caught:
        await operator.orders.resume(WANG, "a")
    assert "23.40元" in caught.value.message_zh


async def test_report_lost_replace_the_card_and_take_it_back(operator: Operator) -> None:
    await operator.orders.report_lost(ZHANG, "a")
    assert (await operator.customers.find(ZHANG)).status is t.CustomerStatus.LOST
    card = await operator.orders.replace_sim(ZHANG, "b")
    assert (card.state, card.charged_fen) == (t.OrderState.IN_PROGRESS, 1000)
    assert (await operator.balance.balance(ZHANG)).balance_fen == 2580
    await operator.orders.cancel_lost(ZHANG, "c")
    assert (await operator.customers.find(ZHANG)).status is t.CustomerStatus.ACTIVE
    assert (await operator.orders.quote(LI, "", Action.REPLACE_SIM)).charged_fen == 0


async def test_an_arrears_customer_who_finds_the_card_again_still_owes(operator: Operator) -> None:
    await operator.orders.report_lost(WANG, "a")
    await operator.orders.cancel_lost(WANG, "b")
    assert (await operator.customers.find(WANG)).status is t.CustomerStatus.SUSPENDED_ARREARS


async def test_roaming_goes_on_and_off(operator: Operator) -> None:
    assert not await operator.orders.roaming(ZHANG)
    await operator.orders.set_roaming(ZHANG, True, "a")
    assert await operator.orders.roaming(ZHANG)
    with pytest.raises(NotEligible):
        await operator.orders.set_roaming(ZHANG, True, "b")
    await operator.orders.set_roaming(ZHANG, False, "c")
    assert not await operator.orders.roaming(ZHANG)


async def test_what_stands_in_the_way_of_porting_is_listed(operator: Operator) -> None:
    assert (await operator.orders.port_check(ZHANG)).eligible
    bound = await operator.orders.port_check(ZHAO)
    assert (bound.eligible, bound.contract_end) == (False, dt.date(2026, 9, 30))
    assert bound.penalty_fen == round(19900 * 6 * 0.3)
    owing = await operator.orders.port_check(WANG)
    assert owing.owed_fen == 2340
    assert any("欠费23.40元" in r for r in owing.reasons_zh)


async def test_the_catalogue_lists_what_is_on_sale_cheapest_first(operator: Operator) -> None:
    plans = await operator.catalog.offers(t.ProductKind.PLAN)
    assert [p.monthly_fee_fen for p in plans] == sorted(p.monthly_fee_fen for p in plans)
    assert "plan.keep5" not in [p.offer_id for p in plans]
    elder = await operator.catalog.offers(t.ProductKind.PLAN, "老年人")
    assert [p.offer_id for p in elder] == ["plan.elder19", "plan.elder39"]
    assert (await operator.catalog.offer("plan.family199")).broadband_mbps == 500
    with pytest.raises(NotFound):
        await operator.catalog.offer("plan.moon")
