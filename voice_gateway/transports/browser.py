"""The call button of the chat page: 16 bit little-endian PCM at 16 kHz both ways, JSON for the rest.

Page: `hello {token}` first, then sound, `key {key}`, `mark {name}` (played so far), `hangup`. Gateway: `welcome
{call_id, sample_rate}`, sound, `flush`, `mark {name}`, `bye`; close codes 4401 (no such session) and 4409 (this
conversation has a call already). The token is the chat's, so the call goes on where the chat stands. Sound is paced
here; the page holds back a few frames against jitter.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

from aiohttp import WSCloseCode, web

from voice_gateway.transports.calls import Calls, parsed
from voice_gateway.transports.port import OnCall
from voice_gateway.transports.websocket import WebSocketLeg

PATH = "/voice/browser"
RATE = 16000
UNKNOWN_TOKEN, BUSY = 4401, 4409
#: Share of the lines that pages may take: anybody may open one, and those of the PBX must stay to be had.
SHARE = 0.8

#: The conversation of a chat token, None for one that is not ours.
ConversationOf = Callable[[object], "str | None"]


class BrowserLeg(WebSocketLeg):
    """See `Leg`. `conversation` is the chat's."""

    vouched = False

    def __init__(self, socket: web.WebSocketResponse, counts: Counter[str], conversation: str) -> None:
        super().__init__(socket, counts, RATE)
        self.conversation = conversation

    async def _send_sound(self, pcm: bytes) -> None:
        await self._write(pcm)

    def _text(self, data: str) -> None:
        message = parsed(data) or {}
        kind = message.get("type")
        if kind == "key":
            self._keyed(message.get("key"))
        elif kind == "mark":
            self._passed(message.get("name"))
        elif kind == "hangup":
            self._leave("caller")
        else:
            self._rubbish()

    def _flush_text(self) -> str:
        return _frame("flush")

    def _mark_text(self, name: str) -> str:
        return _frame("mark", name=name)

    def _bye_text(self) -> str:
        return _frame("bye")


def routes(on_call: OnCall, calls: Calls, conversation_of: ConversationOf) -> list[web.RouteDef]:
    """`GET /voice/browser`; one call a conversation, and only for pages of our own origin."""
    talking: set[str] = set()

    async def handle(request: web.Request) -> web.StreamResponse:
        if not _same_origin(request):
            raise web.HTTPForbidden(text="cross-origin websocket refused")
        mine: list[str] = []

        async def begin(socket: web.WebSocketResponse) -> WebSocketLeg | None:
            hello = parsed(await socket.receive_str()) or {}
            if hello.get("type") != "hello":
                return None
            conversation = conversation_of(hello.get("token"))
            if conversation is None:
                await socket.close(code=UNKNOWN_TOKEN, message=b"session_expired")
                return None
            if conversation in talking:
                await socket.close(code=BUSY, message=b"busy")
                return None
            if len(talking) >= math.ceil(SHARE * calls.most):
                calls.counts["refused"] += 1
                await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
                return None
            talking.add(conversation)
            mine.append(conversation)
            leg = BrowserLeg(socket, calls.counts, conversation)
            await socket.send_str(_frame("welcome", call_id=leg.call_id, sample_rate=RATE))
            return leg

        try:
            return await calls.answer(request, begin, on_call)
        finally:
            talking.difference_update(mine)

    return [web.get(PATH, handle)]


def _frame(kind: str, **more: Any) -> str:
    return json.dumps({"type": kind, **more})


def _same_origin(request: web.Request) -> bool:
    """False where a browser says that another site's page is asking."""
    origin = request.headers.get("Origin")
    return origin is None or origin.split("://", 1)[-1] == request.host
