"""A gateway on a real port with every websocket way in; nothing of it may be left at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import ClientSession, web

from tests.voice_gateway.transports.websocket.phones import WAYS, Exchange
from voice_gateway.transports import OnCall
from voice_gateway.transports.calls import Calls

Open = Callable[..., Awaitable[Exchange]]


@pytest.fixture
async def open_exchange() -> AsyncIterator[Open]:
    """`await open_exchange(on_call, most=…, heartbeat=…)`."""
    before, opened = asyncio.all_tasks(), list[tuple[web.AppRunner, Exchange]]()

    async def start(on_call: OnCall, **more: float) -> Exchange:
        calls = Calls(**more)  # type: ignore[arg-type]
        app = web.Application()
        for path in {way.path: way for way in WAYS}.values():
            app.add_routes(path.routes(on_call, calls))
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        opened.append((runner, Exchange(ClientSession(), f"http://127.0.0.1:{runner.addresses[0][1]}", calls)))
        return opened[-1][1]

    yield start
    for runner, exchange in opened:
        await exchange.calls.close()
        await exchange.session.close()
        await runner.cleanup()
        assert len(exchange.calls) == 0
    await asyncio.sleep(0.05)
    assert {task for task in asyncio.all_tasks() - before if not task.done()} <= {asyncio.current_task()}
