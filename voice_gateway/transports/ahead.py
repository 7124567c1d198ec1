"""Sound for a side that keeps the clock itself: handed over ahead of time, and taken back where it must not be heard."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from voice_gateway.transports.pacing import MOST_QUEUED

#: Frames in one message: so that a flush between two of them finds little on its way.
PER_MESSAGE = 10


class AheadPlayer:
    """Knows by the clock how much the other side has still to play. As `PacedPlayer` for who uses it."""

    def __init__(self, send: Callable[[bytes], Awaitable[None]], sample_rate: int, frame: int) -> None:
        """`frame`: the bytes of PCM that make one frame over there; messages are multiples of it."""
        self._send, self._bytes_a_second, self._frame = send, 2 * sample_rate, frame
        self._until = 0.0  # when the other side will have played all
        self._changed = asyncio.Event()
        self._held, self._stopped = False, False

    def start(self) -> None:
        """Nothing to start."""

    @property
    def queued(self) -> float:
        """Seconds that the other side has still to play."""
        return max(0.0, self._until - _now())

    def hold(self, on: bool) -> None:
        """The other side is full, or is no longer."""
        self._held = on
        self._changed.set()

    async def play(self, pcm: bytes) -> None:
        """Hand over; the last frame is filled up with silence."""
        size = PER_MESSAGE * self._frame
        for at in range(0, len(pcm), size):
            while not self._stopped and (self._held or self.queued >= MOST_QUEUED):
                await self._wait(None if self._held else self.queued - MOST_QUEUED)
            if self._stopped:
                return
            piece = pcm[at : at + size]
            piece = piece.ljust(-(-len(piece) // self._frame) * self._frame, b"\0")
            self._until = max(self._until, _now()) + len(piece) / self._bytes_a_second
            await self._send(piece)

    async def played(self) -> None:
        """Wait until the other side has played all, by the clock."""
        while not self._stopped and self.queued > 0:
            await self._wait(self.queued)

    def flush(self) -> float:
        """All is taken back; seconds that will not be heard."""
        dropped = self.queued
        self._until = 0.0
        self._changed.set()
        return dropped

    async def stop(self) -> None:
        """Send no more; whoever waits here goes on."""
        self._stopped = True
        self._changed.set()

    async def _wait(self, seconds: float | None) -> None:
        self._changed.clear()
        try:
            async with asyncio.timeout(None if seconds is None else max(seconds, 0.001)):
                await self._changed.wait()
        except TimeoutError:
            pass


def _now() -> float:
    return asyncio.get_running_loop().time()
