"""The hotline's speech: a clause in, samples of the call out, by whichever voice can.

In this order: a voice of the caller's dialect, the prompts rendered at set-up, a Mandarin voice. A voice that fails is
left alone and tried again in the background, so no caller waits for it twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

from common.log import get_logger
from voice_gateway.synthesis.breaker import Breaker, BreakerLimits
from voice_gateway.synthesis.clause_cache import ClauseCache, key_of
from voice_gateway.synthesis.clause_files import Sound
from voice_gateway.synthesis.errors import (
    RateInvalid,
    SynthesisError,
    SynthesisFailed,
    TextTooLong,
    VoiceBusy,
    VoiceNotBuilt,
    VoiceUnreachable,
)
from voice_gateway.synthesis.port import STANDARD, Clause, Style
from voice_gateway.synthesis.shaping import FORM, for_call
from voice_gateway.synthesis.voices import MANDARIN, Engine, spoken

#: What a trial says: nobody's words.
TRIAL = "您好"
#: What the telephone carries, Hz.
TELEPHONE = 8000
_GONE = (VoiceNotBuilt, VoiceUnreachable)
_log = get_logger(__name__)
Changed = Callable[[bool], None]


class Rendered(Protocol):
    """Prompts rendered ahead."""

    def knows(self, text: str) -> bool:
        """A text of the house, the same for everybody."""
        ...

    async def find(self, text: str, style: Style) -> Sound | None:
        """None where it was not rendered, or is damaged."""
        ...


class _Station:
    """An engine and whether it can be used now."""

    def __init__(self, engine: Engine, limits: BreakerLimits, changed: Callable[[], None]) -> None:
        self.engine = engine
        self._turns = asyncio.Semaphore(engine.at_once)
        self.breaker = Breaker(self._trial, lambda: self._told(changed), limits)

    async def sound(self, cache: ClauseCache, text: str, style: Style, shared: bool) -> Sound | None:
        """None where this voice cannot. Raises RateInvalid, TextTooLong."""
        try:
            voice = await self.engine.synthesizer.voice()
            key = key_of(text, voice, style, FORM)
            if not self.breaker.closed:
                return await cache.find(key)
            return await cache.get(key, lambda: self._make(text, style), shared=shared)
        except (RateInvalid, TextTooLong):
            raise
        except VoiceNotBuilt:
            self.breaker.failed(gone=True)
        except SynthesisError:
            pass  # counted where it was made
        return None

    async def warm(self) -> None:
        """Load what it needs."""
        try:
            await self.engine.synthesizer.voice()
        except SynthesisError as error:
            self.breaker.failed(gone=isinstance(error, _GONE))

    async def _make(self, text: str, style: Style) -> Sound:
        # A queue that is too long is ours and no fault of the voice.
        try:
            async with asyncio.timeout(self.engine.waiting):
                await self._turns.acquire()
        except TimeoutError:
            _log.warning("a voice has too much to say", extra={"engine": self.engine.name})
            raise VoiceBusy(self.engine.name) from None
        try:
            return await self._spoken(text, style)
        finally:
            self._turns.release()

    async def _spoken(self, text: str, style: Style) -> Sound:
        try:
            sound = await spoken(self.engine, text, style)
        except (RateInvalid, TextTooLong):
            raise
        except SynthesisError as error:
            self.breaker.failed(gone=isinstance(error, _GONE))
            raise
        self.breaker.succeeded()
        return sound

    async def _trial(self) -> None:
        if not (await spoken(self.engine, TRIAL, STANDARD)).pcm:
            raise SynthesisFailed("silence")

    def _told(self, changed: Callable[[], None]) -> None:
        _log.warning("a voice is %s", "back" if self.breaker.closed else "down", extra={"engine": self.engine.name})
        changed()


class Speech:
    """All voices of the house as one. For one event loop; many calls at a time."""

    def __init__(
        self,
        engines: Sequence[Engine],
        cache: ClauseCache | None = None,
        prompts: Rendered | None = None,
        limits: BreakerLimits | None = None,
    ) -> None:
        """`engines`: the preferred first."""
        self._cache, self._prompts = cache or ClauseCache(), prompts
        self._stations = [_Station(engine, limits or BreakerLimits(), self._changed) for engine in engines]
        #: Clauses said, by who said them: `rendered`, an engine's name; `failed`: by nobody. For metrics.
        self.counts: Counter[str] = Counter()
        self._listeners: list[Changed] = []
        self._worked = self.working

    async def start(self) -> None:
        """Load the voices, so that the first caller does not wait for that. Raises nothing; see `working`."""
        await asyncio.gather(*(station.warm() for station in self._stations))

    def take_prompts(self, prompts: Rendered) -> None:
        """From now on these are the prompts rendered ahead."""
        self._prompts = prompts

    async def close(self) -> None:
        """Stop making and trying. The engines are closed by whoever made them."""
        self._listeners.clear()
        await self._cache.close()
        for station in self._stations:
            await station.breaker.close()

    @property
    def working(self) -> bool:
        """Whether any text can be said now, in Mandarin; prompts rendered ahead can be said in any case."""
        return any(
            station.breaker.closed and MANDARIN in station.engine.dialects and not station.engine.shared_only
            for station in self._stations
        )

    def on_change(self, told: Changed) -> Callable[[], None]:
        """`told(working)` is called when that changes; the function returned ends it."""
        self._listeners.append(told)
        return lambda: self._listeners.remove(told) if told in self._listeners else None

    def speaks(self, dialect: str, *, shared: bool = True) -> bool:
        """Whether wording in this dialect can be said now so that it is understood; for Mandarin, whether anything can.

        `shared`: of a text that everybody may hear.
        """
        return any(
            station.breaker.closed and (shared or not station.engine.shared_only)
            and dialect in station.engine.dialects | station.engine.reads
            for station in self._stations
        )  # fmt: skip

    async def clause(
        self, text: str, style: Style = STANDARD, dialect: str = MANDARIN, *,
        shared: bool = False, louder: bool = False, sample_rate: int = TELEPHONE,
    ) -> Clause:  # fmt: skip
        """One clause (of `clauses_of`, marks and all) at the call's rate, with the style's pause behind it.

        `shared`: the text is the same for everybody, such as an answer of the knowledge base; then it is kept on disk.
        Prompts of the house are known by themselves; a prompt with something filled in is not shared. The samples are
        empty where there is nothing to say. Raises RateInvalid, TextTooLong; SynthesisFailed where no voice can.
        """
        sound = await self._sound(text, style, dialect, shared)
        return Clause(text, for_call(sound, sample_rate, louder=louder), sample_rate, style.pause_ms)

    async def say(
        self, clauses: Sequence[str], style: Style = STANDARD, dialect: str = MANDARIN, *,
        shared: bool = False, louder: bool = False, sample_rate: int = TELEPHONE,
    ) -> AsyncIterator[Clause]:  # fmt: skip
        """All clauses in order, one for each, the next being made while this one is played. Close it when stopping early.

        No pause behind the last. Raises as `clause`, after what could be said.
        """

        async def made(text: str) -> Clause:
            return await self.clause(text, style, dialect, shared=shared, louder=louder, sample_rate=sample_rate)

        ahead: asyncio.Task[Clause] | None = None
        try:
            for place, text in enumerate(clauses):
                clause = await (ahead or made(text))
                last = place == len(clauses) - 1
                ahead = None if last else asyncio.create_task(made(clauses[place + 1]))
                yield Clause(clause.text, clause.pcm, clause.sample_rate, 0) if last else clause
        finally:
            if ahead:
                ahead.cancel()
                await asyncio.gather(ahead, return_exceptions=True)

    # ------------------------------------------------------------------ choosing

    async def _sound(self, text: str, style: Style, dialect: str, shared: bool) -> Sound:
        shared = shared or (self._prompts is not None and self._prompts.knows(text))
        if dialect != MANDARIN and (sound := await self._by_station(text, style, dialect, shared)):
            return sound
        if self._prompts and (sound := await self._prompts.find(text, style)):
            self.counts["rendered"] += 1
            return sound
        if sound := await self._by_station(text, style, MANDARIN, shared):
            return sound
        self.counts["failed"] += 1
        raise SynthesisFailed("no voice can speak")

    async def _by_station(self, text: str, style: Style, dialect: str, shared: bool) -> Sound | None:
        for station in self._stations:
            engine = station.engine
            fit = dialect in engine.dialects and (shared or not engine.shared_only)
            if fit and (sound := await station.sound(self._cache, text, style, shared)):
                self.counts[engine.name] += 1
                return sound
        return None

    def _changed(self) -> None:
        now = self.working
        if now != self._worked:
            self._worked = now
            for told in self._listeners.copy():
                told(now)
