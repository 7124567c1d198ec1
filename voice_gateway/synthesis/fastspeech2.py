"""FastSpeech2 and Multi-Band MelGAN on LiteRT: the voice that comes with set-up and needs no network.

One thread per process does all the work, so that calls beside it keep their share of the machine; clauses of several
texts take turns.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from voice_gateway.synthesis.audio import to_pcm, trimmed
from voice_gateway.synthesis.errors import RateInvalid, SynthesisFailed, TextTooLong, VoiceNotBuilt
from voice_gateway.synthesis.files import ACOUSTIC, SYMBOLS, VOCODER, read_card, read_verified
from voice_gateway.synthesis.frontend import spoken_clauses
from voice_gateway.synthesis.port import FASTEST, LONGEST, SLOWEST, STANDARD, Clause, Style, Voice
from voice_gateway.synthesis.pronounce import Pronouncer
from voice_gateway.synthesis.reading_version import reading_version
from voice_gateway.synthesis.syllables import Word
from voice_gateway.synthesis.symbols import SymbolTable

T = TypeVar("T")


@dataclass(frozen=True)
class _Loaded:
    voice: Voice
    table: SymbolTable
    acoustic: Any
    vocoder: Any


class FastSpeech2:
    """A `Synthesizer` from a folder that `prepare` made; loaded at first use. Safe to use from several threads."""

    def __init__(self, folder: Path, pronouncer: Pronouncer | None = None) -> None:
        self._folder = folder
        self._pronouncer = pronouncer or Pronouncer()
        self._loaded: _Loaded | None = None
        # An interpreter holds the tensors of one clause at a time.
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="speech")

    async def voice(self) -> Voice:
        """Who speaks; loads the models. Raises VoiceNotBuilt."""
        if self._loaded is not None:
            return self._loaded.voice
        return (await self._off_loop(self._ready)).voice

    async def say(self, text: str, style: Style = STANDARD) -> AsyncIterator[Clause]:
        """The clauses of `text` as they get ready. Raises as the port says; raises SynthesisFailed once closed."""
        made = self.say_now(text, style)
        while (clause := await self._off_loop(lambda: next(made, None))) is not None:
            yield clause

    def say_now(self, text: str, style: Style = STANDARD) -> Iterator[Clause]:
        """The same in the caller's own thread."""
        if not SLOWEST <= style.rate <= FASTEST:
            raise RateInvalid(f"{style.rate}")
        if len(text) > LONGEST:
            raise TextTooLong(f"{len(text)} characters")
        return self._clauses(text, style)

    def close(self) -> None:
        """Ends the thread; a clause being made is finished first."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    async def _off_loop(self, work: Callable[[], T]) -> T:
        try:
            future = asyncio.get_running_loop().run_in_executor(self._worker, work)
        except RuntimeError:
            raise SynthesisFailed("closed") from None
        return await future

    # ------------------------------------------------------------------ making

    def _clauses(self, text: str, style: Style) -> Iterator[Clause]:
        loaded = self._ready()
        told: tuple[str, bytes] | None = None
        # One clause is held back, for only the last has no pause behind it; it is given out as soon as
        # the text shows whether another follows, before that one is made.
        for clause, words in self._sounding(text, style.group_gap, loaded.table):
            if told:
                yield Clause(*told, loaded.voice.sample_rate, style.pause_ms)
            told = clause, self._pcm(loaded, words, style.rate)
        if told:
            yield Clause(*told, loaded.voice.sample_rate, 0)

    def _sounding(self, text: str, gap: str, table: SymbolTable) -> Iterator[tuple[str, list[Word]]]:
        found = spoken_clauses(text, self._pronouncer, gap)
        return ((clause, words) for clause, words in found if table.symbols(words))

    def _pcm(self, loaded: _Loaded, words: list[Word], rate: float) -> bytes:
        numbers = loaded.table.numbers(words)
        try:
            with self._lock:
                samples = _vocode(loaded.vocoder, _mel(loaded.acoustic, numbers, 1 / rate))
        except (RuntimeError, ValueError) as error:
            raise SynthesisFailed(f"{len(numbers)} symbols: {error}") from None
        return to_pcm(trimmed(samples, loaded.voice.sample_rate))

    def _ready(self) -> _Loaded:
        if self._loaded is None:
            with self._lock:
                if self._loaded is None:
                    self._loaded = self._load()
        return self._loaded

    def _load(self) -> _Loaded:
        card = read_card(self._folder)
        self._pronouncer.load()
        table = SymbolTable.read(read_verified(self._folder, card, SYMBOLS))
        acoustic, vocoder = (read_verified(self._folder, card, name) for name in (ACOUSTIC, VOCODER))
        try:
            from ai_edge_litert.interpreter import Interpreter

            loaded = [Interpreter(model_content=model, num_threads=1) for model in (acoustic, vocoder)]
        except (ImportError, OSError, ValueError, RuntimeError) as error:
            raise VoiceNotBuilt(f"{type(error).__name__}: {error}") from None
        return _Loaded(known_voice(self._folder), table, *loaded)


def known_voice(folder: Path) -> Voice:
    """Who speaks, without loading anything heavy. Raises VoiceNotBuilt."""
    card = read_card(folder)
    return Voice(card.name, f"{card.version}-{reading_version()}", card.sample_rate)


def _mel(model: Any, numbers: list[int], stretch: float) -> NDArray[np.float32]:
    """Symbols to a mel spectrogram (1, frames, 80); `stretch` multiplies every sound's length."""
    inputs = model.get_input_details()
    model.resize_tensor_input(inputs[0]["index"], [1, len(numbers)])
    model.allocate_tensors()
    speaker, pitch, energy = 0, 1.0, 1.0
    values = (np.array([numbers], np.int32), np.array([speaker], np.int32), np.array([stretch], np.float32),
              np.array([pitch], np.float32), np.array([energy], np.float32))  # fmt: skip
    for tensor, value in zip(inputs, values, strict=True):
        model.set_tensor(tensor["index"], value)
    model.invoke()
    # The first output is the spectrogram before the postnet.
    return model.get_tensor(model.get_output_details()[1]["index"])


def _vocode(model: Any, mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """A mel spectrogram to samples, -1 to 1."""
    inputs = model.get_input_details()
    model.resize_tensor_input(inputs[0]["index"], mel.shape)
    model.allocate_tensors()
    model.set_tensor(inputs[0]["index"], mel)
    model.invoke()
    return model.get_tensor(model.get_output_details()[0]["index"])[0, :, 0].copy()
