"""One seeded demo operator, reached directly and over HTTP on loopback."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from bss.demo import DemoOperator
from bss.http.client import connect
from bss.http.server import create_app
from bss.ports import Operator
from common.clock import FakeClock

KEY = "test-operator-key"
CROWD = 30


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database seeded once, to be copied."""

    async def seed(path: Path) -> None:
        made = DemoOperator(f"sqlite:///{path}", clock=FakeClock(), generated=CROWD)
        await made.start()
        await made.close()

    path = tmp_path_factory.mktemp("operator") / "seeded.db"
    asyncio.run(seed(path))
    return path


@pytest.fixture
async def demo(clock: FakeClock, seeded: Path, tmp_path: Path) -> AsyncIterator[DemoOperator]:
    """Seeded at 2026-03-02 10:00 with the six and 30 others."""
    copy = shutil.copy(seeded, tmp_path / "demo.db")
    made = DemoOperator(f"sqlite:///{copy}", clock=clock, generated=CROWD)
    await made.start()
    yield made
    await made.close()


@pytest.fixture(params=["direct", "http"])
async def operator(request: pytest.FixtureRequest, demo: DemoOperator) -> AsyncIterator[Operator]:
    """Each test runs on the demo operator itself and through HTTP."""
    if request.param == "direct":
        yield demo.operator
        return
    async with TestServer(create_app(demo.operator, KEY)) as server:
        reached = await connect(str(server.make_url("/")), KEY)
        yield reached
        await reached.close()
