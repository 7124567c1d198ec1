"""Typed keys of the gateway's application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import aiohttp
from aiohttp import web

from bot.conversation.rasa_client import RasaClient
from bot.conversation.turns import Conversations
from bot.gateway.metrics import Metrics
from bot.gateway.sessions import Sessions
from common.settings import Settings

SETTINGS = web.AppKey("settings", Settings)
CONVERSATIONS = web.AppKey("conversations", Conversations)
SESSIONS = web.AppKey("sessions", Sessions)
METRICS = web.AppKey("metrics", Metrics)
RASA = web.AppKey("rasa", RasaClient)
HTTP = web.AppKey("http", aiohttp.ClientSession)
#: Chat pages that are open now.
PAGES = web.AppKey("pages", set[web.WebSocketResponse])
#: Called when the demo is put back.
ON_RESET = web.AppKey("on_reset", list[Callable[[], Awaitable[None]]])
