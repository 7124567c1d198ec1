"""The same accounts on PostgreSQL, where it is installed."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from common.clock import FakeClock
from common.ids import RandomIds
from common.staff.errors import SignInLocked, SignInRefused
from common.staff.passwords import Passwords
from common.staff.roles import Role
from common.staff.service import Staff
from tests.service_desk.test_postgres import postgres  # noqa: F401

from .conftest import CHEAP, GOOD


async def test_accounts_run_unchanged_on_postgresql_with_two_processes(postgres: str) -> None:  # noqa: F811
    one, two = (Staff(postgres, FakeClock(), RandomIds(), Passwords(CHEAP)) for _ in range(2))
    try:
        await one.accounts.add("王审核", GOOD, Role.REVIEWER, "cli")
        _, token = await two.sign_in("王审核", GOOD, "a")
        assert (await one.sessions.find(token)).account.name == "王审核"
        tries = await asyncio.gather(
            *((one, two)[n % 2].sign_in("王审核", f"guess {n} guess", "a") for n in range(20)), return_exceptions=True)
        assert sum(isinstance(t, SignInRefused) for t in tries) == 5
        assert sum(isinstance(t, SignInLocked) for t in tries) == 15
        await one.accounts.set_role("王审核", Role.EDITOR, "cli")
        assert await two.sessions.find(token) is None
        engine = sa.create_engine(postgres)
        with engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM staff_audit"))
        engine.dispose()
        assert (await one.audit.recent())[1] >= 7, "the audit stays"
    finally:
        one.close()
        two.close()


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL", "sqlalchemy")
