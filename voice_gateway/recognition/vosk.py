"""Vosk: streaming, partial texts, several readings, and a grammar where few answers are expected.

Used where its Chinese model lies in `models/` (`yida voice fetch-vosk`). Its sound is 16 kHz; it works frame by frame, so
little is left to do at the end of a turn.
"""

from __future__ import annotations

import asyncio
import json
import math
from pathlib import Path
from typing import Any

from common.log import get_logger
from voice_gateway.profiles import AnswerKind
from voice_gateway.recognition.choosing import settled, tidy
from voice_gateway.recognition.errors import ModelNotBuilt, RecognitionFailed, RecognizerBusy
from voice_gateway.recognition.files import CARD, check
from voice_gateway.recognition.grammar import UNKNOWN, Grammar, build, grammars
from voice_gateway.recognition.numbers import with_figures
from voice_gateway.recognition.pool import DecodePool
from voice_gateway.recognition.port import Hint, Recognition
from voice_gateway.recognition.reading import Reading
from voice_gateway.recognition.similar import apart, warm
from voice_gateway.recognition.speech import spoken
from voice_gateway.recognition.terms import terms
from voice_gateway.turns.words import bare

RATE = 16_000
#: What makes a folder a model.
_NEEDED = ("am/final.mdl", "conf/model.conf", "graph")
#: Sound given to the engine at once, bytes: 100 ms.
_STEP = 3200
#: Sound of one utterance that is heard, bytes: 60 s.
_MOST = 60 * 2 * RATE
_READINGS = 5
#: What the grammar heard counts where it is believed this much and where no more of its syllables differ from free
#: speech: a grammar hears one of its words in anything.
_SURE, ALIKE = 0.4, 0.5
_log = get_logger(__name__)


def check_folder(folder: Path) -> None:
    """Quick. Raises ModelNotBuilt where the folder is no model."""
    if missing := [name for name in _NEEDED if not (folder / name).exists()]:
        raise ModelNotBuilt(f"{folder.name}/{missing[0]} is missing")


class VoskModel:
    """One model in memory, with what may be said in each state laid out in its words. Blocking."""

    def __init__(self, folder: Path) -> None:
        """Raises ModelNotBuilt, TermsInvalid."""
        check_folder(folder)
        if (folder / CARD).exists():
            check(folder)
        try:
            import vosk

            vosk.SetLogLevel(-1)
            self._model: Any = vosk.Model(str(folder))
            self._engine: Any = vosk.KaldiRecognizer
        except Exception as error:  # the engine raises bare Exceptions
            raise ModelNotBuilt(f"{type(error).__name__}: {error}") from None
        self.grammars = grammars(terms(), self.knows)

    def knows(self, word: str) -> bool:
        """Whether the model's dictionary has the word."""
        return int(self._model.vosk_model_find_word(word)) >= 0

    def decoders(self, hint: Hint) -> list[Any]:
        """One for free speech, and one for what is expected, where something is."""
        made = [self._engine(self._model, RATE)]
        grammar = self.grammars.get(hint.kind)
        if hint.words:
            grammar = build((*hint.words, *(grammar.wanted if grammar else terms().always)), self.knows)
        if grammar is not None and set(grammar.phrases) - {UNKNOWN}:
            made.append(self._engine(self._model, RATE, grammar.as_json()))
        for decoder in made:
            decoder.SetMaxAlternatives(_READINGS)
        return made


class Vosk:
    """Implements Recognizer from a model's folder; loaded at first use. One for all calls, one event loop."""

    name = "vosk"
    sample_rate = RATE
    partials = True

    def __init__(self, folder: Path, pool: DecodePool | None = None, alike: float = ALIKE) -> None:
        """`alike`: share of syllables in which an expected answer may differ from free speech, 0 to 1."""
        self._folder, self.alike = folder, alike
        self.pool = pool or DecodePool()
        self._model: VoskModel | None = None
        self._loading: asyncio.Lock | None = None

    def listen(self, hint: Hint) -> VoskUtterance:
        """Begin an utterance."""
        return VoskUtterance(self, hint)

    async def load(self) -> None:
        """Raises ModelNotBuilt, TermsInvalid. Tells in the log which expected words the model lacks."""
        await self.model()

    async def model(self) -> VoskModel:
        """The model, loaded once however many ask. Raises as `load`, and RecognitionFailed once closed."""
        if self._model is None:
            self._loading = self._loading or asyncio.Lock()
            async with self._loading:
                if self._model is None:
                    self._model = await self.pool.run(lambda: _load(self._folder))
                    _tell_missing(self._model.grammars)
        return self._model

    async def close(self) -> None:
        """What runs is finished; later utterances fail."""
        self.pool.close()
        self._model = None


class VoskUtterance:
    """Decoded while it is spoken."""

    def __init__(self, vosk: Vosk, hint: Hint) -> None:
        self._vosk, self._hint = vosk, hint
        self._waiting, self._pcm = bytearray(), bytearray()
        self._decoding: list[_Stream] | None = None
        self._partial = ""
        self._dropped = False
        self._finished: Recognition | None = None

    async def feed(self, pcm: bytes) -> str:
        """What is understood so far. Raises RecognizerBusy (the sound is kept for the next call), RecognitionFailed."""
        if self._dropped or self._finished is not None:
            return self._partial
        room = max(0, _MOST - len(self._pcm) - len(self._waiting))
        self._waiting += pcm[:room]
        if len(self._waiting) >= _STEP:
            self._partial = await self._work(lambda streams, chunk: _accept(streams, chunk)) or self._partial
        return self._partial

    async def finish(self) -> Recognition:
        """Raises RecognizerBusy, RecognitionFailed; RecognitionFailed too where it was dropped."""
        if self._dropped:
            raise RecognitionFailed("dropped")
        if self._finished is None:
            hint, before, alike = self._hint, bytes(self._pcm), self._vosk.alike
            self._finished = await self._work(lambda streams, chunk: _settled(streams, chunk, before, hint, alike))
            self._let_go()
        return self._finished

    def drop(self) -> None:
        """Lets the sound and the decoders go; a step that runs is finished first."""
        self._dropped = self._finished is None
        self._let_go()

    def _let_go(self) -> None:
        self._waiting, self._pcm, self._decoding = bytearray(), bytearray(), None

    async def _work(self, step: Any) -> Any:
        model = await self._vosk.model()
        chunk = bytes(self._waiting[: len(self._waiting) // 2 * 2])
        if self._decoding is None:
            self._decoding = []
        streams, hint = self._decoding, self._hint

        def work() -> Any:
            if not streams:
                streams.extend(_Stream(decoder) for decoder in model.decoders(hint))
            return step(streams, chunk)

        try:
            result = await self._vosk.pool.run(work)
        except RecognizerBusy:
            raise
        except (RuntimeError, ValueError, KeyError, TypeError) as error:
            raise RecognitionFailed(type(error).__name__) from None
        if self._dropped:
            raise RecognitionFailed("dropped")
        del self._waiting[: len(chunk)]
        self._pcm += chunk
        return result


class _Stream:
    """A decoder and the segments it has ended: it ends one at each long pause."""

    def __init__(self, decoder: Any) -> None:
        self.decoder = decoder
        self.segments: list[list[tuple[str, float]]] = []

    def accept(self, chunk: bytes) -> None:
        if self.decoder.AcceptWaveform(chunk):
            self._keep(self.decoder.Result())

    def so_far(self) -> str:
        partial = json.loads(self.decoder.PartialResult())["partial"]
        return " ".join([segment[0][0] for segment in self.segments] + [partial]).strip()

    def readings(self) -> list[Reading]:
        """Best first, over all segments."""
        self._keep(self.decoder.FinalResult())
        if not self.segments:
            return []
        count = max(len(segment) for segment in self.segments)
        joined = [
            " ".join(segment[min(place, len(segment) - 1)][0] for segment in self.segments) for place in range(count)
        ]
        weights = [sum(segment[min(place, len(segment) - 1)][1] for segment in self.segments) for place in range(count)]
        return _believed([tidy(text) for text in joined], weights)

    def _keep(self, result: str) -> None:
        found = json.loads(result).get("alternatives", [])
        if segment := [(str(one["text"]), float(one["confidence"])) for one in found if one["text"]]:
            self.segments.append(segment)


def _load(folder: Path) -> VoskModel:
    warm()
    return VoskModel(folder)


def _accept(streams: list[_Stream], chunk: bytes) -> str:
    for stream in streams:
        stream.accept(chunk)
    return with_figures(tidy(streams[0].so_far()))


def _settled(streams: list[_Stream], chunk: bytes, before: bytes, hint: Hint, alike: float) -> Recognition:
    heard = _finish(streams, chunk, alike)
    seconds = spoken(before + chunk, RATE)
    return settled(heard if seconds else [], hint, terms(), seconds)


def _finish(streams: list[_Stream], chunk: bytes, alike: float) -> list[Reading]:
    for stream in streams:
        if chunk:
            stream.accept(chunk)
    free, *expected = (stream.readings() for stream in streams)
    for readings in expected:
        if readings and _clear(readings[0]) and (not free or _differ(readings[0], free[0]) <= alike):
            return [readings[0], *free]
    return free


def _clear(reading: Reading) -> bool:
    return UNKNOWN not in reading.text and reading.confidence >= _SURE


def _differ(expected: Reading, free: Reading) -> float:
    return apart(bare(expected.text), bare(free.text))


def _believed(texts: list[str], weights: list[float]) -> list[Reading]:
    """Confidence of a reading: what part of its syllables the others share with it, each as likely as its weight says.

    `weights`: log likelihoods, the largest first.
    """
    shares = [math.exp(weight - max(weights)) for weight in weights]
    total = sum(shares)
    return [
        Reading(
            text,
            sum(share * (1 - apart(bare(text), bare(other))) for share, other in zip(shares, texts, strict=True))
            / total,
        )
        for text in texts
    ]


def _tell_missing(grammars: dict[AnswerKind, Grammar]) -> None:
    for kind, grammar in grammars.items():
        if grammar.missing:
            _log.warning("words the model lacks", extra={"kind": kind.value, "words": list(grammar.missing)[:40]})
