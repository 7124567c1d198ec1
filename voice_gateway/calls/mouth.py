"""What the caller hears: prompts one after another, clause by clause, and silence at once where it is wanted."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import cast

from common.log import get_logger
from voice_gateway.calls.tone import hold_tone
from voice_gateway.machine.commands import Play
from voice_gateway.machine.events import ClauseStarted, Event, Part, PartDown, PartUp, PlaybackDone
from voice_gateway.synthesis.errors import SynthesisError
from voice_gateway.synthesis.port import Clause
from voice_gateway.synthesis.speech import Speech
from voice_gateway.transports.port import Leg

log = get_logger(__name__)
#: Hears what goes out: sound given to the leg, and seconds that were dropped of it.
Tap = Callable[[bytes], None]


class Mouth:
    """One call's. Commands come from the machine, in order; `tell` gets what was heard of them."""

    def __init__(self, leg: Leg, speech: Speech, tell: Callable[[Event], None], tap: Tap = lambda pcm: None,
                 dropped: Callable[[float], None] = lambda seconds: None) -> None:  # fmt: skip
        self._leg, self._speech, self._tell, self._tap, self._dropped = leg, speech, tell, tap, dropped
        self._wanted: deque[Play | None] = deque()
        self._wake = asyncio.Event()
        self._doing: asyncio.Task[None] | None = None
        self._toning = self._behind = False
        self._ahead: set[asyncio.Task[None]] = set()

    def play(self, command: Play) -> None:
        """Behind what is still to be heard; a tone ends."""
        if self._toning or None in self._wanted:
            self._silence()
        self._wanted.append(command)
        if self._doing is not None and command.clauses:
            self._prepare(command)
        self._wake.set()

    def tone(self) -> None:
        """The hold tone, behind what is still to be heard, until the next Play or flush."""
        self._wanted.append(None)
        self._wake.set()

    def flush(self) -> None:
        """Silence now."""
        self._silence()
        self._behind = False

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._wanted:
                    item = self._wanted.popleft()
                    self._toning = item is None
                    self._doing = asyncio.create_task(self._hold() if item is None else self._say(item))
                    await asyncio.wait({self._doing})
                    if not self._doing.cancelled() and (error := self._doing.exception()):
                        log.error("playing failed", extra={"error_type": type(error).__name__})
                        self._failed(item)
                    self._doing, self._toning = None, False
        finally:
            tasks = [task for task in (self._doing, *self._ahead) if task]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _silence(self) -> None:
        self._wanted.clear()
        for task in (self._doing, *self._ahead):
            if task is not None:
                task.cancel()
        self._toning = False
        self._dropped(self._leg.flush())

    async def _say(self, play: Play) -> None:
        lead = bytes(2 * round(self._leg.sample_rate * play.style.pause_ms / 1000)) if self._behind else b""
        said = cast("AsyncGenerator[Clause, None]", self._speech.say(
            play.clauses, play.style, play.dialect, shared=play.shared, louder=play.louder, sample_rate=self._leg.sample_rate
        ))  # fmt: skip
        try:
            async with aclosing(said):
                place = 0
                async for clause in said:
                    # The clause before is heard to its end first: an interruption must know which one it cut.
                    await self._leg.played()
                    self._tell(ClauseStarted(play.play, place))
                    await self._out(lead + clause.with_pause())
                    lead, place = b"", place + 1
        except SynthesisError:
            self._failed(play)
            return
        await self._leg.played()
        self._behind = True
        self._tell(PlaybackDone(play.play))

    def _failed(self, item: Play | None) -> None:
        if item is not None:
            self._tell(PartDown(Part.SYNTHESISER))
            self._tell(PlaybackDone(item.play))
            if self._speech.working:  # this clause only, or everybody wanted to be read to at once
                self._tell(PartUp(Part.SYNTHESISER))

    async def _hold(self) -> None:
        while True:
            await self._out(hold_tone(self._leg.sample_rate))
            await self._leg.played()
            # A leg that is over takes sound without waiting: the loop must still get its turn.
            await asyncio.sleep(0.02)

    async def _out(self, pcm: bytes) -> None:
        if pcm:
            self._tap(pcm)
            await self._leg.play(pcm)

    def _prepare(self, play: Play) -> None:
        """Its first clause is made while what comes before is heard."""

        async def make() -> None:
            with contextlib.suppress(SynthesisError):  # told when its turn comes
                await self._speech.clause(play.clauses[0], play.style, play.dialect, shared=play.shared, louder=play.louder,
                                          sample_rate=self._leg.sample_rate)  # fmt: skip

        task = asyncio.create_task(make())
        self._ahead.add(task)
        task.add_done_callback(self._ahead.discard)
