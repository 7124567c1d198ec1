"""One HTTP session for all calls of the action server; Rasa opens a connection for each."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT
from rasa.utils.endpoints import EndpointConfig

_sessions: dict[int, aiohttp.ClientSession] = {}


class _Shared:
    """Stands where Rasa expects a session to open and close."""

    async def __aenter__(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        session = _sessions.get(id(loop))
        if session is None or session.closed:
            session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0),
                                            timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT))
            _sessions[id(loop)] = session
        return session

    async def __aexit__(self, *exc: object) -> None:
        return None


def apply() -> None:
    """Keep the session open. Endpoints with credentials or headers of their own keep Rasa's way."""
    if getattr(EndpointConfig, "_yida_shared", False):
        return
    original = EndpointConfig.session

    def session(self: EndpointConfig) -> Any:
        return original(self) if self.basic_auth or self.headers else _Shared()

    EndpointConfig.session = session
    EndpointConfig._yida_shared = True
