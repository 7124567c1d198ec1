"""Speech at the level of the telephone."""

from __future__ import annotations

import numpy as np
import pytest

from voice_gateway.synthesis import FastSpeech2
from voice_gateway.synthesis.loudness import LEVEL, level_of, levelled, louder


@pytest.fixture(scope="module")
def speech(engine: FastSpeech2) -> tuple[bytes, int]:
    clause = next(engine.say_now("您的余额还有三十五块八"))
    return clause.pcm, clause.sample_rate


@pytest.mark.parametrize("decibels", [-12.0, 0.0, 10.0])
def test_speech_comes_out_at_the_same_level_however_loud_it_was(speech: tuple[bytes, int], decibels: float) -> None:
    pcm, rate = speech
    other = np.clip(np.frombuffer(pcm, "<i2") * 10 ** (decibels / 20), -32768, 32767).astype("<i2").tobytes()
    assert level_of(levelled(other, rate), rate) == pytest.approx(LEVEL, abs=0.7)


def test_pauses_do_not_count_as_quiet_speech(speech: tuple[bytes, int]) -> None:
    pcm, rate = speech
    with_pauses = pcm + bytes(2 * rate) + pcm + bytes(2 * rate)
    assert level_of(with_pauses, rate) == pytest.approx(level_of(pcm, rate), abs=0.2)


def test_louder_is_twice_the_pressure_and_nothing_is_cut(speech: tuple[bytes, int]) -> None:
    pcm, rate = speech
    normal = levelled(pcm, rate)
    loud = louder(normal)
    assert level_of(loud, rate) - level_of(normal, rate) == pytest.approx(6, abs=0.5)
    peaks = np.abs(np.frombuffer(louder(loud), "<i2").astype(int))
    assert peaks.max() <= 32_000
    assert (peaks == peaks.max()).sum() < 20, "bent, not cut flat"


@pytest.mark.parametrize("pcm", [b"", b"\0", bytes(4000), b"\1\0" * 3])
def test_silence_stays_silence(pcm: bytes) -> None:
    assert max(np.abs(np.frombuffer(levelled(pcm, 8000)[: len(pcm) // 2 * 2], "<i2")), default=0) < 10
    assert len(louder(pcm)) == len(pcm) // 2 * 2
