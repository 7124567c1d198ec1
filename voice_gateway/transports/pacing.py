"""Sound goes out a frame every 20 ms by the clock: no way in queues for us, and a late frame is made up for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from voice_gateway.transports.port import FRAME

#: Seconds of sound that may wait here.
MOST_QUEUED = 4.0
#: So many seconds late (a starved machine), the schedule begins anew instead of catching up in a burst.
MOST_LATE = 0.2


class PacedPlayer:
    """Cuts sound into frames and hands each to `send` when it is due. One task, from `start` to `stop`."""

    def __init__(self, send: Callable[[bytes], Awaitable[None]], sample_rate: int) -> None:
        self._send = send
        self._size = 2 * round(sample_rate * FRAME)
        self._frames: deque[bytes] = deque()
        self._changed = asyncio.Condition()
        self._sending = False
        self._task: asyncio.Task[None] | None = None
        self._stopped = False

    def start(self) -> None:
        """Begin to send."""
        self._task = asyncio.create_task(self._run())

    @property
    def queued(self) -> float:
        """Seconds that wait."""
        return len(self._frames) * FRAME

    async def play(self, pcm: bytes) -> None:
        """Queue; the last frame is filled up with silence."""
        for at in range(0, len(pcm), self._size):
            async with self._changed:
                await self._changed.wait_for(lambda: self.queued < MOST_QUEUED or self._stopped)
                if self._stopped:
                    return
                self._frames.append(pcm[at : at + self._size].ljust(self._size, b"\0"))
                self._changed.notify_all()

    async def played(self) -> None:
        """Wait until nothing waits."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._stopped or not (self._frames or self._sending))

    def flush(self) -> float:
        """Drop what waits; seconds dropped."""
        dropped = self.queued
        self._frames.clear()
        return dropped

    async def stop(self) -> None:
        """Send no more; whoever waits here goes on."""
        self._stopped = True
        self._frames.clear()
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        async with self._changed:
            self._changed.notify_all()

    async def _run(self) -> None:
        clock, due = asyncio.get_running_loop().time, 0.0
        while not self._stopped:
            async with self._changed:
                self._sending = False
                self._changed.notify_all()
                await self._changed.wait_for(lambda: bool(self._frames) or self._stopped)
                self._sending = True
            now = clock()
            if now - due > MOST_LATE:
                due = now
            await asyncio.sleep(max(0.0, due - now))
            if self._frames:  # not flushed in the meantime
                await self._send(self._frames.popleft())
            due += FRAME
