"""The other ends: each speaks its own wire to us and tells what it hears in the same words."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web

from voice_gateway.audio.g711 import ulaw_decode, ulaw_encode
from voice_gateway.transports import OnCall, asterisk_ws, browser, l16, twilio
from voice_gateway.transports.calls import Calls

KEY = "a-key-of-the-tests-only"
SOON = 15
Heard = tuple[str, Any]


@dataclass(frozen=True)
class Way:
    """One way in. `said` turns what goes in into messages, `heard` what comes out into (sound|flush|mark|bye|…, value)."""

    name: str
    rate: int
    routes: Callable[[OnCall, Calls], list[web.RouteDef]]
    path: str
    start: tuple[str, ...]
    sound: Callable[[bytes], str | bytes]
    key: Callable[[str], str]
    gone: str | None
    heard: Callable[[str | bytes], Heard]
    mark: Callable[[str], str]
    protocol: str | None = None


def conversation_of(token: object) -> str | None:
    """Tokens of the tests: `token-of-NAME`."""
    return f"web:{token[9:]}" if isinstance(token, str) and token.startswith("token-of-") else None


def _json(**message: Any) -> str:
    return json.dumps(message)


def _asterisk(data: str | bytes) -> Heard:
    if isinstance(data, bytes):
        return "sound", ulaw_decode(data)
    name, _, value = data.partition(" ")
    return {"FLUSH_MEDIA": "flush", "STOP_MEDIA_BUFFERING": "mark", "HANGUP": "bye"}.get(name, name), value


def _asterisk_json(data: str | bytes) -> Heard:
    if isinstance(data, bytes):
        return "sound", data
    message = json.loads(data)
    return _asterisk(f"{message['command']} {message.get('correlation_id', '')}".rstrip())


def _twilio(data: str | bytes) -> Heard:
    message = json.loads(data)
    assert message["streamSid"] == "MZ1"
    if message["event"] == "media":
        return "sound", ulaw_decode(base64.b64decode(message["media"]["payload"]))
    return {"clear": "flush"}.get(message["event"], message["event"]), message.get("mark", {}).get("name")


def _l16(data: str | bytes) -> Heard:
    if isinstance(data, bytes):
        return "sound", data
    message = json.loads(data)
    kind = {"killAudio": "flush", "disconnect": "bye"}.get(message["type"], message["type"])
    return kind, message.get("data", {}).get("name")


def _browser(data: str | bytes) -> Heard:
    if isinstance(data, bytes):
        return "sound", data
    message = json.loads(data)
    return message["type"], message.get("name", message.get("sample_rate"))


ASTERISK = Way(
    "asterisk", 8000, lambda on_call, calls: asterisk_ws.routes(on_call, KEY, calls), asterisk_ws.PATH,
    ("MEDIA_START connection_id:yida channel:WebSocket/yida/0x1 channel_id:1.2 format:ulaw optimal_frame_size:160 ptime:20",),
    ulaw_encode, lambda key: f"DTMF_END digit:{key} channel_id:1.2", None, _asterisk,
    lambda name: f"MEDIA_BUFFERING_COMPLETED {name}",
)  # fmt: skip
ASTERISK_JSON = Way(
    "asterisk-json", 16000, ASTERISK.routes, ASTERISK.path,
    (_json(event="MEDIA_START", connection_id="yida", channel_id="1.2", format="slin16", optimal_frame_size=640, ptime=20,
           channel_variables={}),),
    bytes, lambda key: _json(event="DTMF_END", channel_id="1.2", digit=key), None, _asterisk_json,
    lambda name: _json(event="MEDIA_BUFFERING_COMPLETED", correlation_id=name),
)  # fmt: skip
TWILIO = Way(
    "twilio", 8000, lambda on_call, calls: twilio.routes(on_call, KEY, calls), twilio.PATH,
    (_json(event="connected", protocol="Call", version="1.0.0"),
     _json(event="start", sequenceNumber="1", streamSid="MZ1", start={
         "streamSid": "MZ1", "callSid": "CA1", "tracks": ["inbound"], "customParameters": {"caller": "+8613900000001", "key": KEY},
         "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}})),
    lambda pcm: _json(event="media", streamSid="MZ1",
                      media={"track": "inbound", "payload": base64.b64encode(ulaw_encode(pcm)).decode()}),
    lambda key: _json(event="dtmf", streamSid="MZ1", dtmf={"track": "inbound_track", "digit": key}),
    _json(event="stop", streamSid="MZ1", stop={"callSid": "CA1"}), _twilio,
    lambda name: _json(event="mark", streamSid="MZ1", mark={"name": name}),
)  # fmt: skip
JAMBONZ = Way(
    "jambonz", 16000, lambda on_call, calls: l16.routes(on_call, KEY, calls), l16.PATH,
    (_json(callSid="c1", sampleRate=16000, mixType="mono", **{"from": "13900000001"}),),
    bytes, lambda key: _json(event="dtmf", dtmf=key, duration="200"), None, _l16,
    lambda name: _json(type="mark", data={"name": name, "event": "playout"}), l16.JAMBONZ,
)  # fmt: skip
BROWSER = Way(
    "browser", 16000, lambda on_call, calls: browser.routes(on_call, calls, conversation_of), browser.PATH,
    (_json(type="hello", token="token-of-a"),),
    bytes, lambda key: _json(type="key", key=key), _json(type="hangup"), _browser,
    lambda name: _json(type="mark", name=name),
)  # fmt: skip
WAYS = (ASTERISK, ASTERISK_JSON, TWILIO, JAMBONZ, BROWSER)
OF_MACHINES = (ASTERISK, JAMBONZ)


class Phone:
    """The other end of one call."""

    def __init__(self, way: Way, socket: ClientWebSocketResponse) -> None:
        self.way, self.socket = way, socket

    async def send(self, *messages: str | bytes) -> None:
        for message in messages:
            await (self.socket.send_str(message) if isinstance(message, str) else self.socket.send_bytes(message))

    async def say(self, pcm: bytes) -> None:
        await self.send(self.way.sound(pcm))

    async def press(self, keys: str) -> None:
        await self.send(*map(self.way.key, keys))

    async def hang_up(self) -> None:
        if self.way.gone is None:
            await self.socket.close()
        else:
            await self.send(self.way.gone)

    async def next(self, kind: str | None = None) -> Heard:
        """The next thing heard, or the next of a kind; ("closed", code) at the end."""
        async with asyncio.timeout(SOON):
            while True:
                message = await self.socket.receive()
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    return "closed", self.socket.close_code
                heard = self.way.heard(message.data)
                if kind is None or heard[0] == kind:
                    return heard

    async def rest(self) -> list[Heard]:
        """Everything to the end; marks are answered at once."""
        got = []
        while (heard := await self.next())[0] != "closed":
            got.append(heard)
            if heard[0] == "mark":
                await self.send(self.way.mark(heard[1]))
        return got


class Exchange:
    """A gateway with every way in, and the telephones that call it."""

    def __init__(self, session: ClientSession, url: str, calls: Calls) -> None:
        self.session, self.url, self.calls = session, url, calls

    async def connect(self, way: Way, query: str = "", key: str | None = KEY, **more: Any) -> Phone:
        """A socket that has said nothing yet."""
        headers = {"Authorization": f"Bearer {key}"} if key is not None and way is not BROWSER else {}
        protocols = (way.protocol,) if way.protocol else ()
        socket = await self.session.ws_connect(
            self.url + way.path + query, headers=headers, protocols=protocols, **more
        )
        return Phone(way, socket)

    async def dial(self, way: Way, who: str = "a", **more: Any) -> Phone:
        """A call. `who`: for the browser, the customer."""
        phone = await self.connect(way, **more)
        await phone.send(*(message.replace("token-of-a", f"token-of-{who}") for message in way.start))
        if way is BROWSER:
            assert await phone.next() == ("welcome", 16000)
        return phone
