"""Samples: silence cut off at the ends, 16 bit, WAV."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from voice_gateway.synthesis.port import Clause

#: Quieter than this share of the loudest sample counts as silence.
_QUIET = 0.01
#: Kept around the speech, seconds, so that no first or last sound is clipped.
_BEFORE, _AFTER, _FADE = 0.015, 0.03, 0.005
_PEAK = 0.95


def trimmed(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """Speech without the silence at its ends, faded over a few milliseconds; empty where all is silence."""
    loudest = float(np.abs(samples).max(initial=0.0))
    if not np.isfinite(loudest) or loudest < 1e-4:
        return samples[:0]
    heard = np.flatnonzero(np.abs(samples) > _QUIET * loudest)
    start = max(0, int(heard[0]) - int(_BEFORE * sample_rate))
    end = min(len(samples), int(heard[-1]) + 1 + int(_AFTER * sample_rate))
    out = samples[start:end].astype(np.float32)
    ramp = np.linspace(0.0, 1.0, min(int(_FADE * sample_rate), len(out) // 2), dtype=np.float32)
    out[: len(ramp)] *= ramp
    out[len(out) - len(ramp) :] *= ramp[::-1]
    return out


def to_pcm(samples: NDArray[np.float32]) -> bytes:
    """16 bit little-endian; what would be too loud is made quieter as a whole, never cut."""
    loudest = float(np.abs(samples).max(initial=0.0))
    scaled = samples * (_PEAK / loudest) if loudest > _PEAK else samples
    return np.round(scaled * 32767).astype("<i2").tobytes()


def to_wav(clauses: Iterable[Clause], sample_rate: int) -> bytes:
    """One WAV file of clauses with their pauses."""
    sink = io.BytesIO()
    with wave.open(sink, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        for clause in clauses:
            file.writeframes(clause.with_pause())
    return sink.getvalue()
