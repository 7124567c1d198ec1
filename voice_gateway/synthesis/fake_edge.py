"""A stand-in for the vendor's read-aloud service on this machine: the same websocket, a given MP3, and its ways to fail.

Shipped for tests and for trying the online voices without the vendor.
"""

from __future__ import annotations

import asyncio
import re
from enum import StrEnum
from types import TracebackType
from xml.sax.saxutils import unescape

from aiohttp import WSMsgType, web

_PATH = "/consumer/speech/synthesize/readaloud/edge/v1"
_SSML = re.compile(r"<voice name='([^']*)'><prosody [^>]*rate='([^']*)'[^>]*>(.*?)</prosody>", re.DOTALL)


class Mood(StrEnum):
    """How the service behaves."""

    WELL = "well"
    #: Connects and says nothing.
    SILENT = "silent"
    #: Refuses the connection with 403.
    REFUSING = "refusing"
    #: Ends the turn without any sound.
    MUTE = "mute"
    #: Sends what is no MP3.
    RUBBISH = "rubbish"
    #: Hangs up in the middle.
    BROKEN = "broken"


class FakeEdgeService:
    """`async with FakeEdgeService(mp3) as service: ... service.url`. `asked`: (voice, rate, text) of every request."""

    def __init__(self, mp3: bytes, mood: Mood = Mood.WELL) -> None:
        self._mp3 = mp3
        self.mood = mood
        self.asked: list[tuple[str, str, str]] = []
        self.url = ""
        self._runner: web.AppRunner | None = None
        self._over = asyncio.Event()

    async def __aenter__(self) -> FakeEdgeService:
        app = web.Application()
        app.router.add_get(_PATH, self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"ws://127.0.0.1:{self._runner.addresses[0][1]}{_PATH}?TrustedClientToken=none"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._runner:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if self.mood is Mood.REFUSING:
            raise web.HTTPForbidden
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type is not WSMsgType.TEXT or "Path:ssml" not in message.data:
                continue
            if found := _SSML.search(message.data):
                self.asked.append((found[1], found[2], unescape(found[3])))
            if self.mood is Mood.SILENT:
                await self._over.wait()
            await self._answer(socket)
        return socket

    async def _answer(self, socket: web.WebSocketResponse) -> None:
        await socket.send_str("X-RequestId:1\r\nPath:turn.start\r\n\r\n{}")
        sound = {Mood.MUTE: b"", Mood.RUBBISH: b"no music" * 200}.get(self.mood, self._mp3)
        for start in range(0, len(sound), 720):
            head = b"X-RequestId:1\r\nContent-Type:audio/mpeg\r\nPath:audio\r\n"
            await socket.send_bytes(len(head).to_bytes(2, "big") + head + sound[start : start + 720])
            if self.mood is Mood.BROKEN:
                await socket.close()
                return
        await socket.send_str("X-RequestId:1\r\nPath:turn.end\r\n\r\n{}")
