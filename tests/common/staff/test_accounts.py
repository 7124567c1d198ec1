"""Accounts: who may sign in, with which password, and what is written down about it."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from common.clock import FakeClock
from common.staff.errors import (
    AccountInvalid,
    AccountUnknown,
    LastAdmin,
    PasswordWeak,
    SignInLocked,
    SignInRefused,
)
from common.staff.passwords import DEMO_PASSWORD, Passwords, check_password
from common.staff.roles import Role, may
from common.staff.service import DEMO_PEOPLE, Staff

from .conftest import CHEAP, GOOD, OpenStaff


async def test_who_has_the_password_comes_in_and_who_has_not_does_not_learn_why(staff: Staff) -> None:
    await staff.accounts.add("李编辑", GOOD, Role.EDITOR, "cli")
    account, token = await staff.sign_in("李编辑", GOOD, "192.0.2.7")
    assert (account.name, account.role) == ("李编辑", Role.EDITOR)
    assert (await staff.sessions.find(token)).account.name == "李编辑"
    said = []
    for name, password in (("李编辑", "wrong password"), ("nobody", GOOD)):
        with pytest.raises(SignInRefused) as refused:
            await staff.sign_in(name, password, "192.0.2.7")
        said.append(refused.value.message_zh)
    assert said == ["账号或密码不对。"] * 2


async def test_a_name_is_the_same_in_any_case_and_width(staff: Staff) -> None:
    await staff.accounts.add("Wang", GOOD, Role.EDITOR, "cli")
    assert (await staff.sign_in("ｗａｎｇ", GOOD, "a"))[0].name == "Wang"
    with pytest.raises(AccountInvalid):
        await staff.accounts.add("WANG", GOOD, Role.EDITOR, "cli")


@pytest.mark.parametrize("name", ["", "a", "有 空格", "a" * 33, "<b>", "13800000001", "a\nb"])
async def test_names_that_cannot_be_used_are_refused(staff: Staff, name: str) -> None:
    with pytest.raises(AccountInvalid):
        await staff.accounts.add(name, GOOD, Role.EDITOR, "cli")


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", "1234567890123", "password123456", "abcdefghijkl", DEMO_PASSWORD,
                                      "li-bian-ji12", " starts with space", "x" * 129, "new\nline in it 77"])
def test_weak_passwords_are_refused_with_a_reason(password: str) -> None:
    with pytest.raises(PasswordWeak) as weak:
        check_password(password, "li-bian-ji")
    assert len(weak.value.message_zh) > 5


@pytest.mark.parametrize("password", [GOOD, "correct horse battery staple", "东篱采菊南山下悠然见"])
def test_good_passwords_pass(password: str) -> None:
    check_password(password, "李编辑")


async def test_the_sixth_wrong_try_waits_and_each_further_one_waits_longer(staff: Staff, clock: FakeClock) -> None:
    await staff.accounts.add("wang", GOOD, Role.EDITOR, "cli")
    for _ in range(5):
        with pytest.raises(SignInRefused):
            await staff.sign_in("wang", "nope nope nope", "a")
    waits = []
    for _ in range(7):
        with pytest.raises(SignInLocked) as locked:
            await staff.sign_in("wang", GOOD, "elsewhere")
        waits.append(locked.value.wait)
        clock.advance(locked.value.wait)
        with pytest.raises(SignInRefused):
            await staff.sign_in("wang", "nope nope nope", "a")
    assert waits == [30, 60, 120, 240, 480, 900, 900]
    clock.advance(900)
    assert (await staff.sign_in("wang", GOOD, "a"))[0].name == "wang"
    with pytest.raises(SignInRefused):
        await staff.sign_in("wang", "nope nope nope", "a")


async def test_a_thousand_tries_at_once_are_counted_one_by_one(staff: Staff) -> None:
    await staff.accounts.add("wang", GOOD, Role.EDITOR, "cli")
    tries = await asyncio.gather(*(staff.sign_in("wang", f"guess {n} guess", "a") for n in range(60)), return_exceptions=True)
    assert sum(isinstance(t, SignInRefused) for t in tries) == 5
    assert sum(isinstance(t, SignInLocked) for t in tries) == 55


async def test_an_address_that_tries_many_names_waits_too(staff: Staff) -> None:
    for n in range(30):
        with pytest.raises(SignInRefused):
            await staff.sign_in(f"name{n}", "nope nope nope", "192.0.2.9")
    with pytest.raises(SignInLocked):
        await staff.sign_in("another", "nope nope nope", "192.0.2.9")
    with pytest.raises(SignInRefused):
        await staff.sign_in("another", "nope nope nope", "192.0.2.10")


async def test_a_hash_of_other_parameters_is_renewed_at_the_next_sign_in(open_staff: OpenStaff) -> None:
    old = open_staff()
    await old.accounts.add("wang", GOOD, Role.EDITOR, "cli")
    fresh = open_staff(passwords=Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)))
    await fresh.sign_in("wang", GOOD, "a")
    engine = sa.create_engine(fresh._store._engine.url)
    with engine.connect() as connection:
        assert "t=2" in connection.scalar(sa.text("SELECT password FROM staff_account"))
    assert await old.sign_in("wang", GOOD, "a")


async def test_a_changed_password_a_changed_role_and_a_closed_account_end_every_session(staff: Staff) -> None:
    await staff.accounts.add("admin", GOOD, Role.ADMIN, "cli")
    await staff.accounts.add("wang", GOOD, Role.EDITOR, "cli")
    for change in (
        lambda: staff.accounts.reset_password("wang", GOOD + " neu", "admin"),
        lambda: staff.accounts.set_role("wang", Role.REVIEWER, "admin"),
        lambda: staff.accounts.disable("wang", "admin"),
    ):
        account = await staff.accounts.find("wang")
        token = await staff.sessions.open(account)
        assert await staff.sessions.find(token)
        await change()
        assert await staff.sessions.find(token) is None
    with pytest.raises(SignInRefused):
        await staff.sign_in("wang", GOOD + " neu", "a")
    await staff.accounts.disable("wang", "admin", disabled=False)
    assert (await staff.sign_in("wang", GOOD + " neu", "a"))[0].role == Role.REVIEWER


async def test_the_last_administrator_stays(staff: Staff) -> None:
    await staff.accounts.add("admin", GOOD, Role.ADMIN, "cli")
    for change in (staff.accounts.disable("admin", "cli"), staff.accounts.set_role("admin", Role.EDITOR, "cli")):
        with pytest.raises(LastAdmin):
            await change
    await staff.accounts.add("second", GOOD, Role.ADMIN, "cli")
    await staff.accounts.disable("admin", "second")


async def test_the_demo_accounts_are_there_in_the_demo_and_nowhere_else(open_staff: OpenStaff) -> None:
    demo = open_staff(demo=True)
    await demo.accounts.ensure_demo(DEMO_PEOPLE)
    await demo.accounts.ensure_demo(DEMO_PEOPLE)
    assert {(a.name, a.role) for a in await demo.accounts.all()} == set(DEMO_PEOPLE)
    assert demo.accounts.any_demo_now()
    assert (await demo.sign_in("王审核", DEMO_PASSWORD, "a"))[0].role == Role.REVIEWER
    with pytest.raises(SignInRefused):
        await open_staff().sign_in("王审核", DEMO_PASSWORD, "a")
    for name, _ in DEMO_PEOPLE:
        await demo.accounts.reset_password(name, GOOD, "cli")
    assert not demo.accounts.any_demo_now()
    assert (await open_staff().sign_in("王审核", GOOD, "a"))[0].name == "王审核"


async def test_the_audit_says_who_did_what_and_never_a_password(staff: Staff) -> None:
    await staff.accounts.add("admin", GOOD, Role.ADMIN, "cli")
    await staff.accounts.add("wang", GOOD, Role.EDITOR, "admin")
    _, token = await staff.sign_in("wang", GOOD, "a")
    with pytest.raises(SignInRefused):
        await staff.sign_in("wang", "nope nope nope", "a")
    with pytest.raises(SignInRefused):
        await staff.sign_in(GOOD, "typed into the wrong field", "a")
    await staff.sign_out(token)
    await staff.audit.add("wang", "submitted", "bill-cycle", "客户 13800000001 反映")
    deeds, total = await staff.audit.recent()
    assert [(d.who, d.what, d.thing) for d in reversed(deeds)] == [
        ("cli", "account_added", "admin"), ("admin", "account_added", "wang"), ("wang", "sign_in", "wang"),
        ("wang", "sign_in_failed", "wang"), ("wang", "sign_out", "wang"), ("wang", "submitted", "bill-cycle"),
    ]  # fmt: skip
    assert total == 6 and GOOD not in str(deeds) and "13800000001" not in str(deeds)
    assert (await staff.audit.recent(who="admin"))[1] == 1


async def test_the_audit_cannot_be_changed_even_by_the_database(staff: Staff) -> None:
    await staff.audit.add("wang", "submitted", "bill-cycle")
    engine = sa.create_engine(staff._store._engine.url)
    for statement in ("UPDATE staff_audit SET who = 'x'", "DELETE FROM staff_audit"):
        with pytest.raises(sa.exc.DatabaseError), engine.begin() as connection:
            connection.execute(sa.text(statement))


async def test_unknown_accounts_are_named(staff: Staff) -> None:
    with pytest.raises(AccountUnknown) as unknown:
        await staff.accounts.reset_password("ghost", GOOD, "cli")
    assert "ghost" in unknown.value.message_zh


def test_roles_do_the_work_of_those_below_them() -> None:
    assert may(Role.REVIEWER, Role.EDITOR) and may(Role.ADMIN, Role.REVIEWER) and may(Role.SUPERVISOR, Role.AGENT)
    assert not may(Role.EDITOR, Role.REVIEWER) and not may(Role.AGENT, Role.EDITOR) and not may(Role.SUPERVISOR, Role.EDITOR)


def test_hashes_are_cheap_in_tests_only() -> None:
    assert Passwords()._hasher.memory_cost >= 19456 and CHEAP.memory_cost < 100
