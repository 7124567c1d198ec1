"""Messages, authorisations, real name, service password."""

import datetime as dt

import pytest

from bss import types as t
from bss.demo import DemoOperator
from bss.errors import NotACustomer, NotEligible, TooManyAttempts
from bss.ports import Operator
from common.clock import FakeClock
from common.errors import InvalidInput

ZHANG, LI, WANG, ZHAO, LIU, CHEN = (f"1380000000{n}" for n in range(1, 7))


async def test_messages_are_listed_newest_first_for_their_phone_only(
    demo: DemoOperator, operator: Operator
) -> None:
    await operator.messages.send(ZHANG, "第一条", t.MessageKind.NOTICE, "a")
    await operator.messages.send(ZHANG, "第二条", t.MessageKind.TICKET, "b")
    await operator.messages.send(LI, "别人的", t.MessageKind.NOTICE, "c")
    assert [m.text for m in await demo.messages(ZHANG)] == ["第二条", "第一条"]


async def test_an_authorisation_is_given_and_taken_away(operator: Operator, clock: FakeClock) -> None:
    grants = operator.delegations
    made = await grants.grant(ZHANG, ZHAO, "丈夫", [t.Scope.QUERY], "a")
    assert (made.owner_name, made.agent_name, made.scopes) == ("张伟", "赵敏", (t.Scope.QUERY,))
    assert await grants.allowed(ZHAO, ZHANG, t.Scope.QUERY)
    assert not await grants.allowed(ZHANG, ZHAO, t.Scope.QUERY)
    wider = await grants.grant(ZHANG, ZHAO, "丈夫", [t.Scope.QUERY, t.Scope.BUSINESS], "b")
    assert await grants.granted_by(ZHANG) == [wider]
    assert await grants.revoke(ZHANG, ZHAO, "c")
    assert not await grants.allowed(ZHAO, ZHANG, t.Scope.QUERY)
    assert not await grants.revoke(ZHANG, ZHAO, "d")


async def test_an_authorisation_ends_when_it_says(operator: Operator, clock: FakeClock) -> None:
    until = clock.now() + dt.timedelta(hours=1)
    await operator.delegations.grant(ZHANG, CHEN, "朋友", [t.Scope.QUERY], "a", until)
    assert await operator.delegations.allowed(CHEN, ZHANG, t.Scope.QUERY)
    clock.advance(3601)
    assert not await operator.delegations.allowed(CHEN, ZHANG, t.Scope.QUERY)
    assert [g.owner_phone for g in await operator.delegations.granted_to(CHEN)] == [LI]


async def test_an_authorisation_needs_two_customers_and_a_scope(operator: Operator) -> None:
    with pytest.raises(InvalidInput):
        await operator.delegations.grant(ZHANG, ZHANG, "自己", [t.Scope.QUERY], "a")
    with pytest.raises(InvalidInput):
        await operator.delegations.grant(ZHANG, LI, "母亲", [], "a")
    with pytest.raises(NotACustomer):
        await operator.delegations.grant(ZHANG, "13712345678", "朋友", [t.Scope.QUERY], "a")


async def test_everyone_may_act_for_themselves(operator: Operator) -> None:
    assert await operator.delegations.allowed(ZHANG, ZHANG, t.Scope.BUSINESS)


async def test_the_real_name_state_hides_the_card_number(operator: Operator) -> None:
    state = await operator.identity.real_name(ZHANG)
    assert state.verified
    assert state.id_card_masked == "330106********0001"


async def test_five_wrong_passwords_lock_for_an_hour(operator: Operator, clock: FakeClock) -> None:
    for _ in range(5):
        assert not await operator.identity.verify_password(ZHANG, "000000")
    with pytest.raises(TooManyAttempts):
        await operator.identity.verify_password(ZHANG, "246810")
    assert await operator.identity.verify_password(LI, "246810")
    clock.advance(3600)
    assert await operator.identity.verify_password(ZHANG, "246810")


async def test_a_new_password_takes_the_place_of_the_old_one(operator: Operator) -> None:
    await operator.identity.reset_password(ZHANG, "802751", "a")
    assert await operator.identity.verify_password(ZHANG, "802751")
    assert not await operator.identity.verify_password(ZHANG, "246810")


@pytest.mark.parametrize(
    "weak", ["111111", "123456", "987654", "000001", "12345", "1234567", "abcdef", "１２３４５９"]
)
async def test_a_weak_password_is_refused(operator: Operator, weak: str) -> None:
    with pytest.raises(NotEligible):
        await operator.identity.reset_password(ZHANG, weak, "a")
    assert await operator.identity.verify_password(ZHANG, "246810")
