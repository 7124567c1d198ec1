"""Media streams as Twilio has them, which many CPaaS speak: JSON messages, µ-law 8 kHz in base64.

In: connected, start, media, dtmf, mark, stop. Out: media, mark, clear. Their URL takes no query, so the key and the
caller's number come as parameters of the stream (`start.customParameters`). Sound is paced here.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from typing import Any

from aiohttp import web

from voice_gateway.audio.g711 import ulaw_decode, ulaw_encode
from voice_gateway.transports.calls import Calls, holds_key, number, parsed, part, same_key
from voice_gateway.transports.port import OnCall
from voice_gateway.transports.websocket import WebSocketLeg

PATH = "/voice/twilio"
RATE = 8000
#: Messages that may come before `start`.
_MOST_BEFORE = 3


class TwilioLeg(WebSocketLeg):
    """See `Leg`."""

    def __init__(self, socket: web.WebSocketResponse, counts: Counter[str], stream: str, caller: str) -> None:
        super().__init__(socket, counts, RATE, caller)
        self._stream = stream

    async def _send_sound(self, pcm: bytes) -> None:
        await self._write(self._say("media", media={"payload": base64.b64encode(ulaw_encode(pcm)).decode()}))

    def _binary(self, data: bytes) -> None:
        self._rubbish()

    def _text(self, data: str) -> None:
        message = parsed(data) or {}
        event = message.get("event")
        if event == "media":
            self._media(part(message, "media"))
        elif event == "dtmf":
            self._keyed(part(message, "dtmf").get("digit"))
        elif event == "mark":
            self._passed(part(message, "mark").get("name"))
        elif event == "stop":
            self._leave("caller")
        else:
            self._rubbish()

    def _media(self, media: dict[str, Any]) -> None:
        if media.get("track", "inbound") != "inbound":
            return  # our own voice, where both tracks were asked for
        try:
            codes = base64.b64decode(media.get("payload", ""), validate=True)
        except (binascii.Error, ValueError, TypeError):
            codes = b""
        self._heard(ulaw_decode(codes))

    def _flush_text(self) -> str:
        return self._say("clear")

    def _mark_text(self, name: str) -> str:
        return self._say("mark", mark={"name": name})

    def _say(self, event: str, **more: Any) -> str:
        return json.dumps({"event": event, "streamSid": self._stream, **more})


def routes(on_call: OnCall, key: str, calls: Calls) -> list[web.RouteDef]:
    """`GET /voice/twilio`. The key is a parameter `key` of the stream, or where the other side can, in the request."""

    async def handle(request: web.Request) -> web.StreamResponse:
        known = holds_key(request, key)

        async def begin(socket: web.WebSocketResponse) -> WebSocketLeg | None:
            start = await _started(socket)
            given = part(start, "customParameters")
            stream = start.get("streamSid")
            if not isinstance(stream, str) or not _speakable(part(start, "mediaFormat")):
                return None
            if not (known or same_key(given.get("key"), key)):
                return None
            return TwilioLeg(socket, calls.counts, stream, number(given.get("caller")))

        return await calls.answer(request, begin, on_call)

    return [web.get(PATH, handle)]


async def _started(socket: web.WebSocketResponse) -> dict[str, Any]:
    """The `start` message's content with the stream's name; empty where it does not come."""
    for _ in range(_MOST_BEFORE):
        message = parsed(await socket.receive_str()) or {}
        if message.get("event") == "start":
            return {**part(message, "start"), "streamSid": message.get("streamSid")}
    return {}


def _speakable(form: dict[str, Any]) -> bool:
    """µ-law at 8 kHz, or nothing said of it."""
    return not form or (form.get("encoding") == "audio/x-mulaw" and str(form.get("sampleRate")) == str(RATE))
