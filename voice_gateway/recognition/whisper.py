"""The recogniser that set-up makes: Whisper base. A whole turn at a time, no partial texts."""

from __future__ import annotations

import asyncio
from pathlib import Path

from voice_gateway.recognition.choosing import settled
from voice_gateway.recognition.errors import RecognitionFailed, RecognizerBusy
from voice_gateway.recognition.mel import RATE
from voice_gateway.recognition.pool import DecodePool
from voice_gateway.recognition.port import Hint, Recognition
from voice_gateway.recognition.reading import sober
from voice_gateway.recognition.similar import warm
from voice_gateway.recognition.speech import spoken
from voice_gateway.recognition.terms import terms
from voice_gateway.recognition.whisper_model import LONGEST_WINDOW, WhisperModel

#: Sound kept of an utterance, bytes: what the model can look at.
_MOST = int(2 * RATE * LONGEST_WINDOW)


class Whisper:
    """Implements Recognizer from a folder that `prepare` made; loaded at first use. One for all calls, one event loop."""

    name = "whisper"
    sample_rate = RATE
    partials = False

    def __init__(self, folder: Path, pool: DecodePool | None = None) -> None:
        self._folder = folder
        self._pool = pool or DecodePool()
        self._model: WhisperModel | None = None
        self._loading: asyncio.Lock | None = None

    def listen(self, hint: Hint) -> WhisperUtterance:
        """Begin an utterance."""
        return WhisperUtterance(self, hint)

    async def load(self) -> None:
        """Raises ModelNotBuilt, TermsInvalid."""
        await self.model()

    async def model(self) -> WhisperModel:
        """The model, loaded once however many ask. Raises as `load`, and RecognitionFailed once closed."""
        if self._model is None:
            self._loading = self._loading or asyncio.Lock()
            async with self._loading:
                if self._model is None:
                    terms()
                    self._model = await self._pool.run(lambda: _load(self._folder, self._pool.threads))
        return self._model

    async def recognise(self, pcm: bytes, hint: Hint) -> Recognition:
        """A whole utterance. Raises RecognizerBusy, RecognitionFailed, ModelNotBuilt."""
        model = await self.model()
        return await self._pool.run(lambda: _recognise(model, pcm, hint))

    async def close(self) -> None:
        """What runs is finished; later utterances fail."""
        self._pool.close()
        self._model = None


class WhisperUtterance:
    """Sound gathered until the end of the turn."""

    def __init__(self, whisper: Whisper, hint: Hint) -> None:
        self._whisper, self._hint = whisper, hint
        self._pcm = bytearray()
        self._decoding: asyncio.Task[Recognition] | None = None
        self._dropped = False

    async def feed(self, pcm: bytes) -> str:
        """Keeps the first 30 s; there are no partial texts."""
        if not self._dropped:
            self._pcm += pcm[: max(0, _MOST - len(self._pcm))]
        return ""

    async def finish(self) -> Recognition:
        """Raises RecognizerBusy (then ask again), RecognitionFailed, ModelNotBuilt; RecognitionFailed too once dropped."""
        if self._dropped:
            raise RecognitionFailed("dropped")
        if self._decoding is None:
            pcm = bytes(self._pcm[: len(self._pcm) // 2 * 2])
            self._decoding = asyncio.ensure_future(self._whisper.recognise(pcm, self._hint))
        try:
            return await self._decoding
        except RecognizerBusy:
            self._decoding = None  # it may be asked for again
            raise
        except asyncio.CancelledError:
            waiting = asyncio.current_task()
            if not self._dropped or (waiting is not None and waiting.cancelling()):
                raise
            raise RecognitionFailed("dropped") from None

    def drop(self) -> None:
        """Lets the sound go; what waits to be decoded is not."""
        self._dropped = True
        self._pcm.clear()
        if self._decoding is not None:
            self._decoding.cancel()


def _load(folder: Path, parallel: int) -> WhisperModel:
    warm()
    return WhisperModel(folder, parallel)


def _recognise(model: WhisperModel, pcm: bytes, hint: Hint) -> Recognition:
    seconds = spoken(pcm, RATE)
    if not seconds:
        return Recognition("", 0.0)
    words = terms()
    readings = [sober(reading, seconds, words) for reading in model.readings(pcm, hint.kind, hint.words)]
    return settled(readings, hint, words, seconds)
