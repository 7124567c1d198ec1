"""The demo operator and identity on PostgreSQL, where one is running on this machine."""

import asyncio
import secrets
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from bss import types as t
from bss.demo import DemoOperator
from bss.errors import CodeTooSoon
from bss.identity import open_identity
from common.clock import FakeClock

_SERVER = "postgresql+psycopg://postgres@/{name}?host=/var/run/postgresql"
ZHANG, WANG = "13800000001", "13800000003"


@pytest.fixture
def url() -> Iterator[str]:
    """A database of its own, gone afterwards."""
    name = f"yida_bss_{secrets.token_hex(4)}"
    admin = create_engine(
        _SERVER.format(name="postgres"), isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 2}
    )
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except OperationalError:
        pytest.skip("no PostgreSQL on /var/run/postgresql")
    yield _SERVER.format(name=name)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


async def test_twenty_repeats_at_once_do_it_once_on_postgresql(url: str, clock: FakeClock) -> None:
    demo = DemoOperator(url, clock=clock, generated=5, timeout=30)
    await demo.start()
    assert (await demo.operator.balance.balance(ZHANG)).balance_fen == 3580
    outage = await demo.operator.problems.outage("13800000004")
    assert outage is not None and (outage.expected_back - clock.now()).total_seconds() == 7200
    results = await asyncio.gather(*(demo.operator.balance.top_up(WANG, 5000, "k") for _ in range(20)))
    assert all(r == results[0] for r in results)
    assert (await demo.operator.balance.balance(WANG)).balance_fen == 2660
    assert (await demo.operator.line_test.run(ZHANG, t.Check.OPTICAL)).code == "ok"
    identity = open_identity(url, demo.operator.messages, clock, secret="s")
    tried = await asyncio.gather(*(identity.request(ZHANG) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(x, CodeTooSoon) for x in tried) == 9
    identity.close()
    await demo.reset()
    assert (await demo.operator.balance.balance(WANG)).owed_fen == 2340
    await demo.close()
