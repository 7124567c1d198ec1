"""The recogniser that set-up made, and a telephone line with somebody speaking on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from common.settings import Settings
from tests.voice_gateway.synthesis.conftest import engine, folder, pronouncer  # noqa: F401  the voice of the tests
from voice_gateway.audio.g711 import ulaw_decode, ulaw_encode
from voice_gateway.audio.resample import resampled
from voice_gateway.recognition.errors import ModelSourceUnreachable
from voice_gateway.recognition.pool import DecodePool
from voice_gateway.recognition.prepare import FOLDER, prepare
from voice_gateway.recognition.whisper import Whisper
from voice_gateway.synthesis import FastSpeech2

#: Samples a second of what recognisers are fed.
RATE = 16_000


@pytest.fixture(scope="session")
def whisper_folder() -> Path:
    models = Settings().models_dir
    try:
        prepare(models)
    except ModelSourceUnreachable as error:
        pytest.skip(f"the recogniser cannot be fetched: {error}")
    return models / FOLDER


@pytest.fixture(scope="session")
def whisper(whisper_folder: Path) -> Whisper:
    return Whisper(whisper_folder, DecodePool(2))


@pytest.fixture(scope="session")
def call(engine: FastSpeech2) -> Iterator[Callable[[str], bytes]]:  # noqa: F811
    """Says a text through a telephone (µ-law, 8 kHz): 16 bit at 16 kHz, a little silence around it."""

    @lru_cache(maxsize=64)
    def say(text: str) -> bytes:
        clauses = list(engine.say_now(text))
        spoken = resampled(b"".join(clause.pcm for clause in clauses), clauses[0].sample_rate, 8000)
        return bytes(6400) + resampled(ulaw_decode(ulaw_encode(spoken)), 8000, RATE) + bytes(16000)

    return say


def pcm(samples: np.ndarray) -> bytes:
    """Samples from -1 to 1."""
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def noises() -> dict[str, bytes]:
    """What is on a line where nobody speaks, three seconds each."""
    at = np.arange(3 * RATE) / RATE
    random = np.random.default_rng(1)
    chord = sum(np.sin(2 * np.pi * hertz * at) for hertz in (262, 330, 392, 523))
    return {
        "silence": bytes(6 * RATE),
        "hiss": pcm(random.standard_normal(len(at)) * 0.01),
        "loud noise": pcm(random.standard_normal(len(at)) * 0.1),
        "tone": pcm(np.sin(2 * np.pi * 440 * at) * 0.3),
        "dial tone": pcm((np.sin(2 * np.pi * 350 * at) + np.sin(2 * np.pi * 450 * at)) * 0.2),
        "music": pcm(chord * np.exp(-((at * 4) % 1) * 3) * 0.1),
        "clicks": pcm((random.random(len(at)) > 0.999) * 0.5),
        "breath": pcm(random.standard_normal(len(at)) * 0.05 * np.abs(np.sin(2 * np.pi * 0.7 * at))),
    }
