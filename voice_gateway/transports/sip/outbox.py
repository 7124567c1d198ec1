"""What is to be said and has not gone out: the line's clock takes a frame every 20 ms."""

from __future__ import annotations

import asyncio
from collections import deque

from voice_gateway.transports.pacing import MOST_QUEUED
from voice_gateway.transports.port import FRAME


class Outbox:
    """Frames of one size, in order. `take` is for the clock; the rest is as Leg has it."""

    def __init__(self, frame_bytes: int) -> None:
        self._size = frame_bytes
        self._frames: deque[bytes] = deque()
        self._moved = asyncio.Event()
        self._closed = False

    @property
    def queued(self) -> float:
        """Seconds that wait."""
        return len(self._frames) * FRAME

    async def play(self, pcm: bytes) -> None:
        """Queue; the last frame is filled up with silence."""
        for at in range(0, len(pcm), self._size):
            while self.queued >= MOST_QUEUED and not self._closed:
                await self._wait()
            if self._closed:
                return
            self._frames.append(pcm[at : at + self._size].ljust(self._size, b"\0"))

    async def played(self) -> None:
        """Wait until nothing waits."""
        while self._frames and not self._closed:
            await self._wait()

    def take(self) -> bytes | None:
        """The next frame; None where there is nothing to say."""
        if not self._frames:
            return None
        frame = self._frames.popleft()
        self._moved.set()
        return frame

    def flush(self) -> float:
        """Drop what waits; seconds dropped."""
        dropped = self.queued
        self._frames.clear()
        self._moved.set()
        return dropped

    def close(self) -> None:
        """Take no more; whoever waits here goes on."""
        self._closed = True
        self.flush()

    async def _wait(self) -> None:
        self._moved.clear()
        await self._moved.wait()
