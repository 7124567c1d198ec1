"""Whisper by CTranslate2: samples in, readings out. Blocking; several threads may call it at once."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voice_gateway.profiles import AnswerKind
from voice_gateway.recognition.errors import ModelNotBuilt, RecognitionFailed
from voice_gateway.recognition.files import check
from voice_gateway.recognition.mel import FRAMES, RATE, log_mel
from voice_gateway.recognition.reading import Reading, confidence
from voice_gateway.recognition.similar import apart
from voice_gateway.recognition.terms import LONGEST, terms
from voice_gateway.turns.words import bare

#: Seconds the encoder looks at: the model was trained on 30, hears as well at 10, and takes a quarter of the time.
SHORTEST_WINDOW, LONGEST_WINDOW = 10.0, 30.0
#: Silence behind the speech in the window, seconds: without it the end is lost.
_BEHIND = 1.0
#: Mandarin has at most this many tokens a second; more is a loop.
_TOKENS_A_SECOND = 14
#: Keeps the model from repeating itself; digits do repeat.
_AGAINST_REPEATS = 1.3
_START = ("<|startoftranscript|>", "<|zh|>", "<|transcribe|>", "<|notimestamps|>")
_BEFORE = "<|startofprev|>"
#: Beginnings followed at once: fewer errors in noise and outside the trade than with 1, for a tenth more time; 5 are no
#: better.
_BEAM = 3
#: Readings asked for where one of a few answers is expected.
_READINGS = 5
#: Words put into the model's mouth come out of it, most of all where nobody speaks. So what it hears with our words
#: before it counts only where it is clear (log probability a token), or else no worse than what it hears without them
#: and alike in sound; and never for a short answer.
_CLEAR, _NO_WORSE, _ALIKE, _SHORT = -0.35, 0.1, 0.5, 4


class WhisperModel:
    """One model in memory."""

    def __init__(self, folder: Path, parallel: int) -> None:
        """`parallel`: calls decoded at once. Raises ModelNotBuilt."""
        check(folder)
        try:
            import ctranslate2
            import opencc
            from tokenizers import Tokenizer

            self._storage: Any = ctranslate2.StorageView
            self._model: Any = ctranslate2.models.Whisper(
                str(folder), compute_type="int8", inter_threads=parallel, intra_threads=1
            )
            self._tokens: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._simplified: Any = opencc.OpenCC("t2s")
        except Exception as error:  # tokenizers raises bare Exceptions
            raise ModelNotBuilt(f"{type(error).__name__}: {error}") from None
        self._start = [self._tokens.token_to_id(token) for token in _START]

    def readings(self, pcm: bytes, kind: AnswerKind, words: tuple[str, ...] = ()) -> list[Reading]:
        """What may have been said in `pcm` (16 bit mono, 16 kHz), best first. Raises RecognitionFailed."""
        samples = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
        samples = samples[: int((LONGEST_WINDOW - _BEHIND) * RATE)]
        length = int(len(samples) / RATE * _TOKENS_A_SECOND) + 12
        try:
            heard = self._model.encode(self._picture(samples))
            if kind is AnswerKind.OPEN:
                return self._open(heard, words, length)
            # Digits repeat, and a few expected answers are best chosen from several readings.
            against = 1.0 if kind is AnswerKind.DIGITS else _AGAINST_REPEATS
            return [reading for reading, _ in self._decode(heard, (), length, _READINGS, against)]
        except (RuntimeError, ValueError) as error:
            raise RecognitionFailed(f"{len(samples)} samples: {type(error).__name__}") from None

    def _open(self, heard: Any, words: tuple[str, ...], length: int) -> list[Reading]:
        words = (*words, *terms().open)
        led, led_score = self._decode(heard, words, length)[0]
        if led_score >= _CLEAR and len(bare(led.text)) > _SHORT and not _only_of(bare(led.text), words):
            return [led]
        plain, score = self._decode(heard, (), length)[0]
        if len(bare(plain.text)) < _SHORT or plain.confidence < 0.2:
            return [reading for reading, _ in self._decode(heard, (), length, _READINGS)]
        if led_score >= score - _NO_WORSE and apart(bare(led.text), bare(plain.text)) <= _ALIKE:
            return [led, plain]
        return [plain]

    def _picture(self, samples: NDArray[np.float32]) -> Any:
        seconds = min(LONGEST_WINDOW, max(SHORTEST_WINDOW, len(samples) / RATE + _BEHIND))
        frames = 2 * math.ceil(seconds * FRAMES / 2)  # the encoder halves them
        return self._storage.from_array(log_mel(samples, frames)[None])

    def _decode(
        self, heard: Any, words: tuple[str, ...], length: int, readings: int = 1, against: float = _AGAINST_REPEATS
    ) -> list[tuple[Reading, float]]:
        """Readings with their score, best first."""
        prompt = [*self._before(words), *self._start]
        result = self._model.generate(
            heard, [prompt], beam_size=max(_BEAM, readings), num_hypotheses=readings, repetition_penalty=against,
            max_length=min(448, len(prompt) + length), return_scores=True, return_no_speech_prob=True,
        )[0]  # fmt: skip
        return [
            (Reading(self._text(ids), confidence(score, len(ids), result.no_speech_prob)), score)
            for ids, score in zip(result.sequences_ids, result.scores, strict=True)
        ]

    def _text(self, ids: list[int]) -> str:
        return str(self._simplified.convert(self._tokens.decode(ids)))

    def _before(self, words: tuple[str, ...]) -> list[int]:
        if not words:
            return []
        row = ""
        for word in dict.fromkeys(words):
            if len(row) + len(word) < LONGEST:
                row += " " + word
        return [self._tokens.token_to_id(_BEFORE), *self._tokens.encode(row, add_special_tokens=False).ids]


def _only_of(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text is nothing but some of the words."""
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(bare(word), "")
    return not text
