"""The gateway as it ships, in front of a Rasa that is played."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.conversation import rasa_client
from bot.conversation.journal import Journal
from bot.conversation.limits import RateLimit
from bot.conversation.rasa_client import RasaClient
from bot.conversation.turns import Conversations
from common.clock import FakeClock, SystemClock
from common.settings import Settings
from tests.bot.fake_rasa import FakeRasa
from yida.gateway import build_app

NewClient = Callable[..., Awaitable[TestClient]]


@pytest.fixture
async def rasa(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeRasa]:
    monkeypatch.setattr(rasa_client, "PAUSE", 0.02)
    fake = FakeRasa()
    await fake.server.start_server()
    yield fake
    await fake.server.close()


@pytest.fixture
def patience() -> float:
    """Seconds a turn may take: long, so that a busy machine fails no test. Tests of giving up set it short."""
    return 10.0


@pytest.fixture
def settings(tmp_path: Path, rasa: FakeRasa, patience: float) -> Settings:
    return Settings(var_dir=tmp_path, rasa_port=rasa.port, actions_port=rasa.port, turn_timeout=patience, calls=False)


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[TestClient]:
    """The whole gateway on a port of its own."""
    made = TestClient(TestServer(build_app(settings)))
    await made.start_server()
    yield made
    await made.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def journal(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Journal]:
    made = Journal(f"sqlite:///{tmp_path / 'journal.db'}", clock)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def conversations(
    journal: Journal, rasa: FakeRasa, clock: FakeClock, patience: float
) -> AsyncIterator[Conversations]:
    """`handle` in front of the played Rasa."""
    async with aiohttp.ClientSession() as session:
        url = str(rasa.server.make_url(""))
        client = RasaClient(session, url, url, "yida-demo-internal-key", patience, SystemClock())
        yield Conversations(journal, client, RateLimit(60, clock), longest=1000)
