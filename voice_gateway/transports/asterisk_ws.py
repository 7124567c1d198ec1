"""Asterisk's `chan_websocket` (20.16, 22.6, 23 and later): `Dial(WebSocket/yida/c(slin16)...)`.

Sound is binary in the channel's format, control is text: plain words, or JSON where `control_message_format` says so
(20.18, 22.8, 23.2); MEDIA_START comes first and shows which. Asterisk keeps the clock: sound is sent ahead of time
between START_ and STOP_MEDIA_BUFFERING, and FLUSH_MEDIA takes back what was not heard.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from voice_gateway.audio.g711 import alaw_decode, alaw_encode, ulaw_decode, ulaw_encode
from voice_gateway.transports.ahead import AheadPlayer
from voice_gateway.transports.calls import Calls, holds_key, number, parsed, refused_key
from voice_gateway.transports.port import OnCall
from voice_gateway.transports.websocket import Player, WebSocketLeg

PATH = "/voice/asterisk"
#: Longest frame that makes sense, bytes.
_MOST_FRAME = 6400


@dataclass(frozen=True)
class Format:
    """A codec of the channel: Hz, bytes a sample, to PCM and back."""

    rate: int
    width: int
    decode: Callable[[bytes], bytes]
    encode: Callable[[bytes], bytes]


def _same(pcm: bytes) -> bytes:
    return pcm


FORMATS = {
    "ulaw": Format(8000, 1, ulaw_decode, ulaw_encode),
    "alaw": Format(8000, 1, alaw_decode, alaw_encode),
    "slin": Format(8000, 2, _same, _same),
    "slin16": Format(16000, 2, _same, _same),
}


class AsteriskLeg(WebSocketLeg):
    """See `Leg`."""

    def __init__(
        self, socket: web.WebSocketResponse, counts: Counter[str], form: Format, frame: int, as_json: bool, caller: str
    ) -> None:
        """`frame`: bytes of PCM in one of Asterisk's frames."""
        self._format, self._frame, self._json = form, frame, as_json
        self._buffering = False
        super().__init__(socket, counts, form.rate, caller)

    def _new_player(self) -> Player:
        self._ahead = AheadPlayer(self._send_paced, self._format.rate, self._frame)
        return self._ahead

    async def _send_sound(self, pcm: bytes) -> None:
        if not self._buffering:
            self._buffering = True
            await self._write(self._command("START_MEDIA_BUFFERING"))
        await self._write(self._format.encode(pcm))

    def _binary(self, data: bytes) -> None:
        self._heard(self._format.decode(data))

    def _text(self, data: str) -> None:
        event, values = _event(data)
        if event == "DTMF_END":
            self._keyed(values.get("digit"))
        elif event in ("MEDIA_XOFF", "MEDIA_XON"):
            self._ahead.hold(event == "MEDIA_XOFF")
        elif event == "MEDIA_BUFFERING_COMPLETED":
            self._passed(values.get("correlation_id"))
        elif event not in ("STATUS", "QUEUE_DRAINED", "MEDIA_MARK_PROCESSED"):
            self._rubbish()

    def _flush_text(self) -> str:
        self._buffering = False  # a flush ends it over there, too
        return self._command("FLUSH_MEDIA")

    def _mark_text(self, name: str) -> str:
        self._buffering = False
        return self._command("STOP_MEDIA_BUFFERING", name)

    def _bye_text(self) -> str:
        return self._command("HANGUP")

    def _command(self, command: str, name: str = "") -> str:
        if not self._json:
            return f"{command} {name}".rstrip()
        return json.dumps({"command": command, **({"correlation_id": name} if name else {})})


def routes(on_call: OnCall, key: str, calls: Calls) -> list[web.RouteDef]:
    """`GET /voice/asterisk?caller=`, with the key in the request."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if not holds_key(request, key):
            return refused_key()

        async def begin(socket: web.WebSocketResponse) -> WebSocketLeg | None:
            data = await socket.receive_str()
            event, values = _event(data)
            form, frame = FORMATS.get(str(values.get("format"))), _size(values.get("optimal_frame_size"))
            if event != "MEDIA_START" or form is None or not frame or frame % form.width:
                return None
            caller = number(request.query.get("caller", ""))
            return AsteriskLeg(socket, calls.counts, form, frame * 2 // form.width, data.startswith("{"), caller)

        return await calls.answer(request, begin, on_call, protocols=("media",))

    return [web.get(PATH, handle)]


def _event(data: str) -> tuple[str, dict[str, Any]]:
    """Name and values of a message in either form."""
    if data.startswith("{"):
        values = parsed(data) or {}
        return str(values.get("event", "")), values
    name, *rest = data.split(" ")
    values = dict(word.partition(":")[::2] for word in rest)
    if name == "MEDIA_BUFFERING_COMPLETED" and rest:
        values["correlation_id"] = rest[0]
    return name, values


def _size(told: Any) -> int:
    """Bytes of a frame; 0 where it is none."""
    text = str(told)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 and int(text) <= _MOST_FRAME else 0
