"""The telephone's codec against known codes and Python's own, and rates changed without clicks."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from voice_gateway.audio.g711 import alaw_decode, alaw_encode, ulaw_decode, ulaw_encode
from voice_gateway.audio.resample import Resampler, resampled

EVERY = np.arange(-32768, 32768, dtype=np.int32).astype("<i2").tobytes()


def tone(rate: int, hertz: float, seconds: float = 1.0, loud: float = 12_000) -> bytes:
    at = np.arange(int(rate * seconds)) / rate
    return np.round(loud * np.sin(2 * np.pi * hertz * at)).astype("<i2").tobytes()


def samples(pcm: bytes) -> np.ndarray:
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def noise_ratio(heard: np.ndarray, wanted: np.ndarray) -> float:
    """Signal to noise in dB."""
    return float(10 * np.log10((wanted**2).sum() / max(((heard - wanted) ** 2).sum(), 1e-9)))


def test_the_codes_of_the_standard():
    assert ulaw_encode(b"\x00\x00") == b"\xff" and ulaw_decode(b"\xff\x7f") == b"\x00\x00\x00\x00"
    assert samples(ulaw_decode(b"\x00\x80")).tolist() == [-32124, 32124]
    assert samples(alaw_decode(b"\xd5\x55\x2a\xaa")).tolist() == [8, -8, -32256, 32256]


def test_what_is_decoded_is_encoded_to_the_same_code():
    codes = bytes(range(256))
    assert alaw_encode(alaw_decode(codes)) == codes
    # 0x7f is the second zero of µ-law.
    assert ulaw_encode(ulaw_decode(codes)) == codes.replace(b"\x7f", b"\xff")


def test_every_sample_is_coded_as_by_pythons_own():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        audioop = pytest.importorskip("audioop", reason="gone from Python 3.13")
    assert ulaw_encode(EVERY) == audioop.lin2ulaw(EVERY, 2)
    assert alaw_encode(EVERY) == audioop.lin2alaw(EVERY, 2)
    codes = bytes(range(256))
    assert (ulaw_decode(codes), alaw_decode(codes)) == (audioop.ulaw2lin(codes, 2), audioop.alaw2lin(codes, 2))


@pytest.mark.parametrize("pcm", [b"", b"\x01", b"\x01\x02\x03"])
def test_half_a_sample_is_dropped(pcm: bytes):
    assert len(ulaw_encode(pcm)) == len(alaw_encode(pcm)) == len(pcm) // 2
    assert len(Resampler(8000, 8000).feed(pcm)) == len(pcm) // 2 * 2
    assert isinstance(Resampler(8000, 16000).feed(pcm), bytes)


@pytest.mark.parametrize(("source", "target"), [(8000, 16000), (16000, 8000), (24000, 8000), (24000, 16000), (8000, 24000), (8000, 8000)])
def test_a_tone_keeps_its_shape_and_length(source: int, target: int):
    heard, wanted = samples(resampled(tone(source, 1000), source, target)), samples(tone(target, 1000))
    assert len(heard) == len(wanted)
    middle = slice(target // 10, -target // 10)
    assert noise_ratio(heard[middle], wanted[middle]) > 45


@pytest.mark.parametrize(("source", "target"), [(8000, 16000), (16000, 8000), (24000, 8000), (24000, 16000)])
def test_frames_of_any_length_give_what_the_whole_gives(source: int, target: int):
    sound, chance = tone(source, 700, 0.5), np.random.default_rng(7)
    whole, parts, made, at = Resampler(source, target).feed(sound), b"", Resampler(source, target), 0
    while at < len(sound):
        step = 2 * int(chance.integers(1, source // 40))
        parts += made.feed(sound[at : at + step])
        at += step
    assert len(parts) == len(whole) and np.abs(samples(parts) - samples(whole)).max() <= 1


def test_what_eight_kilohertz_cannot_carry_is_gone_and_does_not_come_back_as_another_tone():
    heard = samples(resampled(tone(24000, 6500), 24000, 8000))[800:-800]
    assert np.sqrt((heard**2).mean()) < 12_000 / np.sqrt(2) / 300


def test_no_rate_is_refused():
    with pytest.raises(ValueError, match="positive"):
        Resampler(0, 8000)
