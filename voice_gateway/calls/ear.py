"""What the caller says: voice activity, the end of a turn, and the recogniser, fed with the sound of the call.

Time is counted in sound: a frame is 20 ms whenever it comes. Where none comes (silence suppression, lost packets)
silence is put in by the clock, so that a turn ends in any case.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from common.log import get_logger
from voice_gateway.audio.resample import Resampler
from voice_gateway.machine.commands import StartListening
from voice_gateway.machine.events import Event, Heard, Part, PartDown, Partial, SpeechEnded, SpeechStarted
from voice_gateway.profiles import CallerProfile
from voice_gateway.recognition.errors import RecognitionError, RecognizerBusy
from voice_gateway.recognition.port import Hint, Recognition, Recognizer, Utterance
from voice_gateway.turns.activity import Activity, Started, Stopped
from voice_gateway.turns.endpointing import EndOfTurn
from voice_gateway.turns.port import FRAME, frame_bytes
from voice_gateway.turns.webrtc import RATES, WebRtcVad

log = get_logger(__name__)
#: Sound kept from before speech was noticed, seconds: first consonants are quiet.
BEFORE = 0.4
#: Seconds without sound until silence is put in; frames that wait here; failures in a row that make the ear deaf.
STARVED, MOST_WAITING, FAILURES = 0.1, 1500, 3
#: A busy recogniser is asked again after `AGAIN` seconds, for `PATIENT` seconds; the caller hears the tone meanwhile.
AGAIN, PATIENT = 0.5, 8.0


@dataclass(frozen=True)
class Early:
    """A turn recognised while it is not yet sure that it is over."""

    utterance: Utterance
    task: asyncio.Task[Recognition | None]


async def _early(utterance: Utterance, pcm: bytes) -> Recognition | None:
    """None where it could not be had so early."""
    try:
        await utterance.feed(pcm)
        return await utterance.finish()
    except RecognitionError:
        return None


class Ear:
    """One call's. `sample_rate` of the leg, Hz; `tell` gets the events for the machine."""

    def __init__(self, sample_rate: int, recognizer: Recognizer | None, tell: Callable[[Event], None]) -> None:
        self._recognizer, self._tell = recognizer, tell
        rate = sample_rate if sample_rate in RATES else RATES[-1]
        self._to_vad = Resampler(sample_rate, rate)
        self._to_recognizer = Resampler(rate, recognizer.sample_rate) if recognizer else None
        self._activity, self._size = Activity(WebRtcVad(rate)), frame_bytes(rate)
        self._sound: asyncio.Queue[bytes] = asyncio.Queue(MOST_WAITING)
        self._rest = b""
        self._before: deque[bytes] = deque(maxlen=round(BEFORE / FRAME))
        self._listening: StartListening | None = None
        self._profile: CallerProfile | None = None
        self._dialect = ""
        self._turn: EndOfTurn | None = None
        self._utterance: Utterance | None = None
        self._said = ""
        self._early: Early | None = None
        self._heard = bytearray()
        self._hint = Hint()
        self._last: asyncio.Task[None] | None = None
        self._failures = 0
        self._dead = recognizer is None
        self._recognizer_has_partials = recognizer is not None and recognizer.partials

    def listen(self, what: StartListening, profile: CallerProfile, dialect: str = "") -> None:
        """What is awaited from now on; an utterance under way goes on."""
        self._listening, self._profile, self._dialect = what if what.speech else None, profile, dialect

    def deafen(self) -> None:
        """Speech is of no use now."""
        self._listening = None
        self.drop()

    def drop(self) -> None:
        """The caller keys instead: what was said so far is not wanted."""
        self._turn = None
        self._not_yet()
        if self._utterance is not None:
            self._utterance.drop()
            self._utterance = None

    def hear(self, pcm: bytes) -> None:
        """Sound of the caller, at the leg's rate, any length; dropped where the ear is far behind."""
        if not self._sound.full():
            self._sound.put_nowait(pcm)

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                pcm = None
                # Not wait_for, which can swallow a cancellation that comes together with the sound.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(STARVED):
                        pcm = await self._sound.get()
                if pcm is not None:
                    await self._take(self._to_vad.feed(pcm))
                elif self._turn is not None:
                    await self._take(bytes(self._size * round(STARVED / FRAME)))
        finally:
            self.drop()
            if self._last is not None:
                self._last.cancel()
                await asyncio.gather(self._last, return_exceptions=True)

    async def _take(self, pcm: bytes) -> None:
        self._rest += pcm
        while len(self._rest) >= self._size:
            frame, self._rest = self._rest[: self._size], self._rest[self._size :]
            await self._frame(frame)

    async def _frame(self, frame: bytes) -> None:
        change = self._activity.feed(frame)
        if isinstance(change, Started):
            await self._started(change.at)
        elif isinstance(change, Stopped) and self._turn is not None:
            self._turn.stopped(change.at)
            self._try_early()
        if self._turn is None:
            self._before.append(frame)
            return
        await self._feed(frame)
        if self._turn is not None and self._turn.ended(self._activity.now):
            self._ended()

    async def _started(self, at: float) -> None:
        if self._turn is not None:
            self._turn.started(at)
            self._not_yet()
        elif self._listening is not None and self._profile is not None and self._recognizer is not None and not self._dead:
            what = self._listening
            self._turn = EndOfTurn(self._profile, what.kind, what.expected)
            self._turn.started(at)
            self._hint = Hint(what.kind, what.expected, what.words, self._dialect)
            self._utterance = self._recognizer.listen(self._hint)
            self._said = ""
            self._heard.clear()
            self._tell(SpeechStarted())
            before = b"".join(self._before)
            self._before.clear()
            if before:
                await self._feed(before)

    async def _feed(self, pcm: bytes) -> None:
        if self._utterance is None or self._to_recognizer is None:
            return
        sound = self._to_recognizer.feed(pcm)
        if not self._recognizer_has_partials:
            self._heard += sound
        try:
            text = await self._utterance.feed(sound)
        except RecognizerBusy:
            return
        except RecognitionError:
            self._failed()
            return
        if text and text != self._said and self._turn is not None:
            self._said = text
            self._turn.said(text)
            self._tell(Partial(text))

    def _ended(self) -> None:
        utterance, self._utterance, self._turn = self._utterance, None, None
        early, self._early = self._early, None
        self._tell(SpeechEnded())
        if utterance is not None:
            self._last = asyncio.create_task(self._finish(utterance, early, self._last))

    def _try_early(self) -> None:
        """A recogniser that hears whole turns only begins at the pause; if the caller goes on, it was for nothing."""
        if self._recognizer is None or self._recognizer_has_partials or self._utterance is None or self._early is not None:
            return
        utterance = self._recognizer.listen(self._hint)
        self._early = Early(utterance, asyncio.create_task(_early(utterance, bytes(self._heard))))

    def _not_yet(self) -> None:
        early, self._early = self._early, None
        if early is not None:
            early.utterance.drop()
            early.task.cancel()

    async def _finish(self, utterance: Utterance, early: Early | None, before: asyncio.Task[None] | None) -> None:
        if before is not None and not before.done():
            await asyncio.wait({before})  # in the order in which they were said
        found = await early.task if early is not None else None
        if found is None:
            found = await self._recognised(utterance)
        else:
            utterance.drop()
        self._tell(Heard(found.text, found.confidence, found.seconds))

    async def _recognised(self, utterance: Utterance) -> Recognition:
        left = PATIENT
        while True:
            try:
                found = await utterance.finish()
            except RecognizerBusy:
                if left <= 0:
                    return Recognition("", 0.0)
                left -= AGAIN
                await asyncio.sleep(AGAIN)
                continue
            except RecognitionError as error:
                log.warning("recognition failed", extra={"error_type": type(error).__name__})
                self._failed()
                return Recognition("", 0.0)
            self._failures = 0
            return found

    def _failed(self) -> None:
        self._failures += 1
        if self._failures >= FAILURES and not self._dead:
            self._dead = True
            self._tell(PartDown(Part.RECOGNISER))
