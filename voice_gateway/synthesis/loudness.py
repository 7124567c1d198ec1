"""Speech as loud as the telephone wants it, whoever speaks; and louder for those who hear badly.

The level is that of the speech alone, without its pauses: pauses of an elder's clause must not make it louder.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Level of speech in decibels below full scale: loud enough over a noisy line, with room for `louder`.
LEVEL = -20.0
#: What `louder` adds, decibels.
LOUDER = 6.0
#: Raised when the same sound is made louder or quieter than before; part of what kept sounds are known by.
FORM = "l1"
#: Never more than this up or down, decibels: what is nearly silent is not speech.
_MOST_UP, _MOST_DOWN = 15.0, 20.0
#: Frame of the measurement, seconds, and how far below the loudest frame still counts as speech, decibels.
_FRAME, _BELOW = 0.02, 30.0
#: Above the knee peaks are bent, never above the ceiling (shares of full scale).
_KNEE, _CEILING = 0.7, 0.97
_FULL = 32768.0


def level_of(pcm: bytes, sample_rate: int) -> float:
    """Level of the speech in 16 bit samples, decibels below full scale; -inf where there is none."""
    return _level(_samples(pcm), sample_rate)


def levelled(pcm: bytes, sample_rate: int, level: float = LEVEL) -> bytes:
    """The same speech at `level`; silence stays silence."""
    samples = _samples(pcm)
    now = _level(samples, sample_rate)
    if not np.isfinite(now):
        return pcm
    return _bent(samples * 10 ** (min(_MOST_UP, max(-_MOST_DOWN, level - now)) / 20))


def louder(pcm: bytes, decibels: float = LOUDER) -> bytes:
    """The same, `decibels` louder, its peaks bent softly instead of cut."""
    return _bent(_samples(pcm) * 10 ** (decibels / 20))


def _samples(pcm: bytes) -> NDArray[np.float32]:
    return np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").astype(np.float32) / np.float32(_FULL)


def _level(samples: NDArray[np.float32], sample_rate: int) -> float:
    size = max(1, round(_FRAME * sample_rate))
    whole = samples[: len(samples) // size * size] if len(samples) >= size else samples
    if not len(whole):
        return float("-inf")
    power = np.square(whole.reshape(-1, min(size, len(whole)))).mean(axis=1)
    loudest = float(power.max())
    if loudest < 1e-9:
        return float("-inf")
    return float(10 * np.log10(power[power > loudest * 10 ** (-_BELOW / 10)].mean()))


def _bent(samples: NDArray[np.float32]) -> bytes:
    size = np.abs(samples)
    room = _CEILING - _KNEE
    bent = np.where(size <= _KNEE, size, _KNEE + room * np.tanh((size - _KNEE) / room))
    return np.round(np.copysign(bent, samples) * (_FULL - 1)).astype("<i2").tobytes()
