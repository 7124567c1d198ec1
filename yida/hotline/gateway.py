"""The hotline inside the gateway: routes when it is built, parts and ports while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from bot.gateway.keys import CONVERSATIONS, HTTP, METRICS, ON_RESET, SESSIONS
from common.clock import Clock
from common.ids import RandomIds
from common.log import get_logger
from common.settings import Settings
from service_desk.desk import ServiceDesk
from voice_gateway.calls.call import Parts
from voice_gateway.calls.records import Records
from voice_gateway.recognition.errors import RecognitionError
from voice_gateway.recognition.port import Recognizer
from voice_gateway.transports.calls import Calls
from voice_gateway.transports.port import Leg
from yida.hearing import local_recognizer
from yida.hotline.bot import ConversationBot
from yida.hotline.customers import CallCustomers
from yida.hotline.hotline import Hotline
from yida.hotline.memory import CallMemory
from yida.hotline.metrics import CallMetrics
from yida.hotline.people import DeskPeople
from yida.hotline.ways_in import opened, servers, websockets
from yida.speech import call_speech

log = get_logger(__name__)
HOTLINE = web.AppKey("hotline", Hotline)
CALLS = web.AppKey("calls", Calls)
#: Folder in `var`.
FOLDER = "calls"


def add_hotline(app: web.Application, settings: Settings, clock: Clock) -> None:
    """Routes and parts of the hotline, where it is wanted. The app needs the gateway's own parts first."""
    if not settings.calls:
        return
    calls = app[CALLS] = Calls(settings.most_calls)

    async def on_call(leg: Leg) -> None:
        await app[HOTLINE].on_call(leg)

    app.add_routes(websockets(settings, on_call, calls, lambda token: app[SESSIONS].conversation(token)))
    app.on_shutdown.append(lambda app: app[CALLS].close())
    app.cleanup_ctx.append(lambda app: _running(app, settings, clock, on_call))


async def _running(
    app: web.Application, settings: Settings, clock: Clock, on_call: Callable[[Leg], Awaitable[None]]
) -> AsyncIterator[None]:
    desk = await asyncio.to_thread(ServiceDesk, settings.database, None, clock, RandomIds())
    memory = await asyncio.to_thread(CallMemory, settings.database, settings.session_key.get_secret_value(), clock)
    app[ON_RESET].append(memory.forget_all)
    recognizer = await asyncio.to_thread(local_recognizer, settings)
    loading = asyncio.create_task(_load(recognizer))
    records = Records(settings.var_dir / FOLDER, clock, record=settings.record_calls, days=settings.call_days)
    actions = f"http://127.0.0.1:{settings.actions_port}"
    customers = CallCustomers(memory, app[HTTP], actions, settings.internal_key.get_secret_value())
    try:
        async with call_speech(settings) as speech:
            parts = Parts(speech, recognizer, ConversationBot(app[CONVERSATIONS]),
                          DeskPeople(desk, clock, settings.agent_number), customers, records)  # fmt: skip
            app[HOTLINE] = Hotline(parts, settings, CallMetrics(app[METRICS].registry))
            listening = await opened(servers(settings, on_call))
            yield
            await asyncio.gather(*(server.stop() for server in listening.values()))
    finally:
        loading.cancel()
        await asyncio.gather(loading, return_exceptions=True)
        if recognizer is not None:
            await recognizer.close()
        memory.close()
        desk.close()


async def _load(recognizer: Recognizer | None) -> None:
    """Before the first caller speaks; where it fails each call finds out by itself and goes on by keys."""
    if recognizer is None:
        log.warning("calls go by keys only", extra={"reason": "no recogniser"})
        return
    try:
        await recognizer.load()
    except RecognitionError as error:
        log.error("recogniser does not load", extra={"reason": error.code})
