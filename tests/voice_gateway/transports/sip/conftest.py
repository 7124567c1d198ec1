"""A telephone line on a free port of this machine, and telephones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.voice_gateway.transports.sip.phone import Phone
from voice_gateway.transports import Audio, HungUp, Key, Leg, LegEvent
from voice_gateway.transports.sip import Rules, SipLeg, SipServer
from voice_gateway.transports.sip.transactions import Timers

#: A try ends after 3.2 s instead of 32.
QUICK = Timers(first=0.05, longest=0.4)
Begin = Callable[..., Awaitable[SipServer]]


class Listener:
    """Serves calls by writing down what comes."""

    def __init__(self) -> None:
        self.legs = list[SipLeg]()
        self.events = list[LegEvent]()
        self.begun = asyncio.Event()

    async def __call__(self, leg: Leg) -> None:
        assert isinstance(leg, SipLeg)
        self.legs.append(leg)
        self.begun.set()
        async for event in leg.events():
            self.events.append(event)

    @property
    def keys(self) -> str:
        return "".join(e.key for e in self.events if isinstance(e, Key))

    @property
    def pcm(self) -> bytes:
        return b"".join(e.pcm for e in self.events if isinstance(e, Audio))

    @property
    def reasons(self) -> list[str]:
        return [e.reason for e in self.events if isinstance(e, HungUp)]


def _open_files() -> int:
    listed = Path("/proc/self/fd")
    return len(list(listed.iterdir())) if listed.exists() else 0


@pytest.fixture
async def begin() -> AsyncIterator[Begin]:
    """Starts a server; at the end it is stopped, and no task or socket of it may be left."""
    before, servers, files = asyncio.all_tasks(), list[SipServer](), _open_files()

    async def start(on_call: Any, *, most_calls: int = 100, **rules: Any) -> SipServer:
        rules = {"timers": QUICK, "most_new": 1000, **rules}
        servers.append(SipServer(on_call, port=0, most_calls=most_calls, rules=Rules(**rules)))
        await servers[-1].start()
        return servers[-1]

    yield start
    for server in servers:
        await server.stop()
    await asyncio.sleep(0.05)
    assert {t for t in asyncio.all_tasks() - before if not t.done()} <= {asyncio.current_task()}
    assert _open_files() <= files


@pytest.fixture
async def phones() -> AsyncIterator[Callable[[SipServer], Awaitable[Phone]]]:
    opened = list[Phone]()

    async def make(server: SipServer) -> Phone:
        opened.append(await Phone.open(server.port))
        return opened[-1]

    yield make
    for phone in opened:
        phone.close()
