"""Who may open a websocket call, how many at once, and how all end when the gateway stops."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import WSCloseCode, WSMessage, web

from common.log import get_logger
from voice_gateway.transports.port import OnCall
from voice_gateway.transports.websocket import WebSocketLeg

log = get_logger(__name__)

#: Largest message, bytes; seconds until a call must have begun, between pings, and for the closing of a socket.
MAX_MESSAGE = 65_536
START_WITHIN, HEARTBEAT, CLOSE_WITHIN = 5.0, 20.0, 1.0
#: Sockets that have not said who they are: they take nobody's place, and there are not many of them.
MOST_ENTERING = 50
_NUMBER = re.compile(r"\+?[0-9]{3,20}")

#: Reads the first messages and makes the leg; None where they are not what they should be.
Begin = Callable[[web.WebSocketResponse], Awaitable[WebSocketLeg | None]]


class Calls:
    """The open websocket calls, all ways in together. `counts`: calls, refused, malformed, dropped.

    Give one to every `routes`, and `close` to the application's `on_shutdown`.
    """

    def __init__(self, most: int = 100, heartbeat: float = HEARTBEAT) -> None:
        self.counts: Counter[str] = Counter()
        self.most, self._heartbeat = most, heartbeat
        self._entering = 0
        self._open: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """Calls open now."""
        return len(self._open)

    async def close(self) -> None:
        """Hang up on everybody."""
        for call in tuple(self._open):
            call.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def answer(
        self, request: web.Request, begin: Begin, on_call: OnCall, protocols: tuple[str, ...] = ()
    ) -> web.StreamResponse:
        """Serve one socket to its end; 503 where there are too many."""
        if len(self._open) >= self.most or self._entering >= MOST_ENTERING:
            self.counts["refused"] += 1
            return web.json_response({"error": "too_many_calls", "message": "线路忙，请稍后再打。"}, status=503)
        socket = web.WebSocketResponse(
            heartbeat=self._heartbeat,
            max_msg_size=MAX_MESSAGE,
            compress=False,
            timeout=CLOSE_WITHIN,
            protocols=protocols,
        )
        await socket.prepare(request)
        leg = await self._begun(socket, begin)
        if leg is not None and len(self._open) >= self.most:  # others began while this one said who it is
            self.counts["refused"] += 1
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
        elif leg is not None:
            # A task of its own: `close` ends the call, and this handler still closes the socket.
            call = asyncio.create_task(self._serve(leg, on_call))
            self._open.add(call)
            call.add_done_callback(self._open.discard)
            try:
                await asyncio.wait({call})
            finally:
                call.cancel()
                await asyncio.gather(call, return_exceptions=True)
        await socket.close()
        return socket

    async def _begun(self, socket: web.WebSocketResponse, begin: Begin) -> WebSocketLeg | None:
        self._entering += 1
        try:
            async with asyncio.timeout(START_WITHIN):
                leg = await begin(socket)
        except (TimeoutError, TypeError, OSError, RuntimeError):  # TypeError: a socket closed instead of a message
            leg = None
        finally:
            self._entering -= 1
        if leg is None and not socket.closed:
            self.counts["malformed"] += 1
            await socket.close(code=WSCloseCode.POLICY_VIOLATION)
        return leg

    async def _serve(self, leg: WebSocketLeg, on_call: OnCall) -> None:
        self.counts["calls"] += 1
        try:
            await leg.run(on_call)
        except Exception as error:
            log.exception("call failed", extra={"call_id": leg.call_id, "error_type": type(error).__name__})


def holds_key(request: web.Request, key: str) -> bool:
    """Whether the request carries the key of PBXs: as a bearer, as a basic password, or as `?key=`; never the empty one."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        given = _password(given)
    elif kind.lower() != "bearer":
        given = request.query.get("key", "")
    return same_key(given, key)


def same_key(given: object, key: str) -> bool:
    """Compared without telling by the time taken how much of it was right."""
    return bool(key) and isinstance(given, str) and hmac.compare_digest(given.encode("utf-8", "replace"), key.encode())


def refused_key() -> web.Response:
    """What a PBX with a wrong key is told."""
    return web.json_response({"error": "wrong_voice_key", "message": "语音接入密钥不对。"}, status=401)


def number(told: object) -> str:
    """A telephone number as the other side tells it; empty for anything else."""
    return told if isinstance(told, str) and _NUMBER.fullmatch(told) else ""


def parsed(data: str) -> dict[str, Any] | None:
    """The JSON object of a text message; None for anything else."""
    try:
        made = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return made if isinstance(made, dict) else None


def part(of: dict[str, Any], name: str) -> dict[str, Any]:
    """An object within an object; empty where it is not there."""
    inner = of.get(name)
    return inner if isinstance(inner, dict) else {}


def first(message: WSMessage) -> dict[str, Any] | None:
    """The JSON object of a first message."""
    return parsed(message.data) if isinstance(message.data, str) else None


def _password(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
