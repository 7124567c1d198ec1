"""Sessions: found by their token only, and not for ever."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from common.clock import FakeClock
from common.staff.roles import Role
from common.staff.service import Staff
from common.staff.sessions import form_token

from .conftest import GOOD, OpenStaff


async def _signed_in(staff: Staff) -> str:
    await staff.accounts.add("wang", GOOD, Role.EDITOR, "cli")
    return (await staff.sign_in("wang", GOOD, "a"))[1]


async def test_a_session_ends_when_it_is_not_used(staff: Staff, clock: FakeClock) -> None:
    token = await _signed_in(staff)
    for _ in range(5):
        clock.advance(59 * 60)
        assert await staff.sessions.find(token)
    clock.advance(60 * 60)
    assert await staff.sessions.find(token) is None


async def test_a_session_ends_at_last_however_busy_it_is(open_staff: OpenStaff, clock: FakeClock) -> None:
    staff = open_staff(idle=dt.timedelta(hours=1), longest=dt.timedelta(hours=12))
    token = await _signed_in(staff)
    for _ in range(23):
        clock.advance(31 * 60)
        assert await staff.sessions.find(token)
    clock.advance(31 * 60)
    assert await staff.sessions.find(token) is None


async def test_a_session_outlives_a_restart(open_staff: OpenStaff) -> None:
    token = await _signed_in(open_staff())
    assert await open_staff().sessions.find(token)


async def test_the_token_stands_nowhere_in_the_database(staff: Staff) -> None:
    token = await _signed_in(staff)
    engine = sa.create_engine(staff._store._engine.url)
    with engine.connect() as connection:
        rows = [str(connection.execute(sa.text(f"SELECT * FROM {table}")).all())
                for table in ("staff_session", "staff_account", "staff_audit", "staff_tries")]
    assert token not in "".join(rows) and GOOD not in "".join(rows)


async def test_what_is_no_token_finds_nobody(staff: Staff) -> None:
    token = await _signed_in(staff)
    for wrong in ("", "x", token[:-1], token + "x", token.swapcase(), "\ud800" * 40, "a" * 5000):
        assert await staff.sessions.find(wrong) is None


async def test_each_session_has_a_form_token_of_its_own(staff: Staff) -> None:
    one = await _signed_in(staff)
    other = await staff.sessions.open(await staff.accounts.find("wang"))
    assert (await staff.sessions.find(one)).csrf == form_token(one) != form_token(other)
