"""What was said before is not made again: in memory, and on disk where everybody may hear it.

`shared` is the caller's word that a text is the same for everybody (a prompt of the house, an answer of the knowledge
base). Only such sounds are written to disk. What is said to one customer stays in memory for a minute, for a repeat.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from voice_gateway.synthesis.clause_files import ClauseFiles, Sound
from voice_gateway.synthesis.port import Style, Voice

#: Sounds in memory, bytes: half an hour at 16 kHz.
MEMORY = 64 * 1024**2
#: How long what was said to one customer stays in memory, seconds.
PRIVATE_FOR = 60.0
Make = Callable[[], Awaitable[Sound]]


def key_of(text: str, voice: Voice, style: Style, form: str = "") -> str:
    """Names a sound: text, who speaks, how, and what was done to the samples (`form`). Nothing can be read from it."""
    parts = [text, voice.name, voice.version, voice.sample_rate, style.rate, style.pause_ms, form]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class _Kept:
    sound: Sound
    #: `time.monotonic` after which it is forgotten; None: never.
    until: float | None


@dataclass
class _Making:
    task: asyncio.Task[Sound]
    shared: bool
    waiters: int = field(default=0)


class ClauseCache:
    """Two levels and one maker a key. For one event loop."""

    def __init__(
        self, files: ClauseFiles | None = None, memory: int = MEMORY, private_for: float = PRIVATE_FOR
    ) -> None:
        self._files, self._limit, self._private_for = files, memory, private_for
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._size = 0
        self._making: dict[str, _Making] = {}
        self._timers: set[asyncio.TimerHandle] = set()

    async def get(self, key: str, make: Make, *, shared: bool) -> Sound:
        """From memory, from disk, or made: once, however many ask at a time. Raises what `make` raises.

        One who stops waiting does not disturb the others; when all have stopped, the making is cancelled.
        """
        if kept := self._remembered(key, shared):
            return kept
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = _Making(asyncio.create_task(self._made(key, make)), shared)
            making.task.add_done_callback(lambda task: self._over(key, task))
        making.shared |= shared
        making.waiters += 1
        try:
            return await asyncio.shield(making.task)
        finally:
            making.waiters -= 1
            if not making.waiters and not making.task.done():
                self._making.pop(key, None)
                making.task.cancel()

    async def find(self, key: str) -> Sound | None:
        """Only where it was made before."""
        if kept := self._remembered(key, shared=False):
            return kept
        return await asyncio.to_thread(self._files.read, key) if self._files else None

    @property
    def bytes_in_memory(self) -> int:
        """Never above the limit."""
        return self._size

    async def close(self) -> None:
        """Forget everything in memory and stop what is being made."""
        tasks = [making.task for making in self._making.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._kept.clear()
        self._size = 0

    # ------------------------------------------------------------------ making

    async def _made(self, key: str, make: Make) -> Sound:
        mine = asyncio.current_task()
        # The disk is asked whatever `shared` says: only shared sounds are there.
        sound = await asyncio.to_thread(self._files.read, key) if self._files else None
        if sound is None:
            # What was made for one customer a moment ago may be the same as what everybody may hear now.
            sound = kept.sound if (kept := self._kept.get(key)) else await make()
            if self._files and self._is_shared(key, mine):
                await asyncio.to_thread(self._files.write, key, sound)
        self._remember(key, sound, self._is_shared(key, mine))
        return sound

    def _is_shared(self, key: str, task: asyncio.Task[Sound] | None) -> bool:
        making = self._making.get(key)
        return making is not None and making.task is task and making.shared

    def _over(self, key: str, task: asyncio.Task[Sound]) -> None:
        if (making := self._making.get(key)) and making.task is task:
            del self._making[key]
        if not task.cancelled():
            task.exception()  # nobody may be left to hear of it

    # ------------------------------------------------------------------ memory

    def _remembered(self, key: str, shared: bool) -> Sound | None:
        kept = self._kept.get(key)
        if kept is None or (kept.until is not None and kept.until <= time.monotonic()):
            return None
        if shared and kept.until is not None:
            return None  # made for one customer, now wanted for everybody: goes the way of shared ones
        self._kept.move_to_end(key)
        return kept.sound

    def _remember(self, key: str, sound: Sound, shared: bool) -> None:
        self._forget(key)
        if len(sound.pcm) > self._limit:
            return
        self._kept[key] = _Kept(sound, None if shared else time.monotonic() + self._private_for)
        self._size += len(sound.pcm)
        while self._size > self._limit:
            self._forget(next(iter(self._kept)))
        if not shared:
            self._forget_later()

    def _forget_later(self) -> None:
        loop = asyncio.get_running_loop()

        def run() -> None:
            self._timers.discard(timer)
            now = time.monotonic()
            for key in [key for key, kept in self._kept.items() if kept.until is not None and kept.until <= now]:
                self._forget(key)

        timer = loop.call_later(self._private_for + 0.01, run)
        self._timers.add(timer)

    def _forget(self, key: str) -> None:
        if kept := self._kept.pop(key, None):
            self._size -= len(kept.sound.pcm)
