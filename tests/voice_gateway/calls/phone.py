"""A telephone on the other end of an AudioSocket: it speaks, keys, and keeps what it hears with the time of each frame."""

from __future__ import annotations

import asyncio
import struct
import uuid

import numpy as np

FRAME, RATE = 320, 8000


class Phone:
    """One call. `heard` grows by what the other side sends; `ended` when it hangs up."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._clock = asyncio.get_running_loop().time
        self.start = self._clock()
        self.heard: list[tuple[float, bytes]] = []
        self.ended = asyncio.Event()
        self._speech = bytearray()
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._talk())]

    @classmethod
    async def dial(cls, port: int) -> Phone:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        phone = cls(reader, writer)
        phone._send(0x01, uuid.uuid4().bytes)
        return phone

    def key(self, row: str) -> None:
        for key in row:
            self._send(0x03, key.encode())

    async def say(self, pcm: bytes) -> float:
        """Speaks `pcm` (8 kHz); the time at which it was all said."""
        self._speech += pcm
        while self._speech:  # noqa: ASYNC110  the talking task empties it
            await asyncio.sleep(0.01)
        return self._clock()

    async def quiet(self, seconds: float = 0.8, within: float = 90.0) -> None:
        """Waits until nothing was heard for so long; fails where that does not come."""
        until = self._clock() + within
        while self.loud_at is None or self._clock() - self.loud_at < seconds:
            assert self._clock() < until, "the other side does not stop"
            if self.ended.is_set():
                return
            await asyncio.sleep(0.02)

    async def sound(self, after: float, within: float = 60.0) -> float:
        """The time at which the first loud frame behind `after` came."""
        until = self._clock() + within
        while True:
            if (found := next((at for at, pcm in self.heard if at > after and loud(pcm)), None)) is not None:
                return found
            assert self._clock() < until, "nothing is heard"
            await asyncio.sleep(0.01)

    @property
    def loud_at(self) -> float | None:
        """When something loud was heard last."""
        return next((at for at, pcm in reversed(self.heard) if loud(pcm)), None)

    def since(self, at: float) -> bytes:
        return b"".join(pcm for when, pcm in self.heard if when > at)

    async def hang_up(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._writer.close()

    def _send(self, kind: int, payload: bytes) -> None:
        self._writer.write(struct.pack(">BH", kind, len(payload)) + payload)

    async def _listen(self) -> None:
        try:
            while True:
                kind, length = struct.unpack(">BH", await self._reader.readexactly(3))
                payload = await self._reader.readexactly(length)
                if kind == 0x10:
                    self.heard.append((self._clock(), payload))
                elif kind == 0x00:
                    return
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self.ended.set()

    async def _talk(self) -> None:
        """A frame every 20 ms, silence where there is nothing to say, as a telephone does."""
        due = self._clock()
        while not self.ended.is_set():
            frame = bytes(self._speech[:FRAME]).ljust(FRAME, b"\0")
            del self._speech[:FRAME]
            self._send(0x10, frame)
            due = max(due + 0.02, self._clock() - 0.1)
            await asyncio.sleep(max(0.0, due - self._clock()))


def loud(pcm: bytes) -> bool:
    return bool(np.abs(np.frombuffer(pcm, "<i2").astype(int)).max(initial=0) > 500)
