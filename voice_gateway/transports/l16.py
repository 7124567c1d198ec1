"""Raw sound on a websocket, 16 bit little-endian mono: FreeSWITCH's mod_audio_fork and its kin, and jambonz' `listen`.

The first message may be JSON: jambonz says `sampleRate`, `callSid`, `from`; mod_audio_fork sends its metadata. What is
not said there is taken from the address (`?rate=8000&caller=`). Then binary sound, both ways; keys come as text
`{"event": "dtmf", "dtmf": "1"}` (jambonz: `passDtmf`). Sound is paced here; `killAudio` drops what was not played.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from aiohttp import WSMsgType, web

from voice_gateway.transports.calls import Calls, first, holds_key, number, parsed, part, refused_key
from voice_gateway.transports.port import OnCall
from voice_gateway.transports.websocket import WebSocketLeg

PATH = "/voice/l16"
JAMBONZ = "audio.jambonz.org"
PROTOCOLS = (JAMBONZ, "audio.drachtio.org", "audiostream.drachtio.org")
RATES = (8000, 16000, 24000, 32000, 48000)


class L16Leg(WebSocketLeg):
    """See `Leg`."""

    def __init__(
        self, socket: web.WebSocketResponse, counts: Counter[str], sample_rate: int, caller: str, marks: bool
    ) -> None:
        """`marks`: whether the other side answers them, as jambonz does."""
        super().__init__(socket, counts, sample_rate, caller)
        self._marking = marks

    async def _send_sound(self, pcm: bytes) -> None:
        await self._write(pcm)

    def _text(self, data: str) -> None:
        message = parsed(data)
        if message is None:
            self._rubbish()
        elif message.get("event") == "dtmf":
            self._keyed(message.get("dtmf", message.get("digit")))
        elif message.get("type") == "mark":
            self._passed(part(message, "data").get("name"))
        # Anything else is metadata for whoever wants it (mod_audio_fork sends some with `send_text` and `stop`).

    def _flush_text(self) -> str:
        return json.dumps({"type": "killAudio"})

    def _mark_text(self, name: str) -> str:
        return json.dumps({"type": "mark", "data": {"name": name}})

    def _bye_text(self) -> str:
        return json.dumps({"type": "disconnect"})


def routes(on_call: OnCall, key: str, calls: Calls) -> list[web.RouteDef]:
    """`GET /voice/l16?rate=&caller=`, with the key in the request."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if not holds_key(request, key):
            return refused_key()

        async def begin(socket: web.WebSocketResponse) -> WebSocketLeg | None:
            message = await socket.receive()
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return None
            told = first(message) or {}
            rate = told.get("sampleRate", told.get("sample_rate", request.query.get("rate", "8000")))
            if str(rate) not in map(str, RATES) or told.get("mixType", "mono") != "mono":
                return None
            caller = number(_caller(told)) or number(request.query.get("caller", ""))
            leg = L16Leg(socket, calls.counts, int(rate), caller, socket.ws_protocol == JAMBONZ)
            if message.type == WSMsgType.BINARY:
                leg.begin_with(message.data)
            return leg

        return await calls.answer(request, begin, on_call, PROTOCOLS)

    return [web.get(PATH, handle)]


def _caller(told: dict[str, Any]) -> Any:
    return told.get("from", told.get("caller"))
