"""Changing the sample rate of a stream, frame by frame, without clicks between frames.

Between 8, 16 and 24 kHz: what the telephone carries, what recognisers want, what the voice speaks. A polyphase filter
(windowed sinc, some 60 dB down above the lower of the two Nyquist frequencies) by `scipy.signal.upfirdn`.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin, upfirdn

#: Filter length in samples of the lower rate, to each side.
_REACH = 12
#: Share of the lower Nyquist frequency that passes.
_PASS = 0.92


class Resampler:
    """One direction of one call. `feed` gives what is complete; the filter delays by `delay` seconds."""

    def __init__(self, source: int, target: int) -> None:
        """Rates in Hz. Raises ValueError where one is not positive."""
        if source <= 0 or target <= 0:
            raise ValueError(f"rates must be positive, not {source} and {target}")
        common = math.gcd(source, target)
        self._up, self._down = target // common, source // common
        self._taps = _taps(self._up, self._down)
        self.delay = 0.0 if source == target else (len(self._taps) - 1) / 2 / (source * self._up)
        self._same = source == target
        # Input samples that later output still needs, and how many output samples have been given of them.
        self._kept = np.zeros(-(-len(self._taps) // self._up), dtype=np.float32)
        self._phase = len(self._kept) * self._up

    def feed(self, pcm: bytes) -> bytes:
        """16 bit little-endian mono in, the same out at the other rate; an odd last byte is dropped."""
        if self._same:
            return pcm[: len(pcm) // 2 * 2]
        new = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").astype(np.float32)
        if not len(new):
            return b""
        samples = np.concatenate([self._kept, new])
        # In the upsampled stream, output n stands at n * down; those before `phase` were given already.
        whole = upfirdn(self._taps, samples, self._up, 1)[self._phase : len(samples) * self._up : self._down]
        given = len(whole) * self._down + self._phase
        drop = len(samples) - len(self._kept)
        self._kept = samples[drop:]
        self._phase = given - drop * self._up
        return _to_pcm(whole)


def resampled(pcm: bytes, source: int, target: int) -> bytes:
    """A whole recording at another rate, as long as before and not delayed."""
    made = Resampler(source, target)
    lag = round(made.delay * target)
    tail = bytes(2 * math.ceil(made.delay * source + 1))
    count = round(len(pcm) // 2 * target / source)
    return (made.feed(pcm) + made.feed(tail))[2 * lag : 2 * (lag + count)]


@lru_cache(maxsize=16)
def _taps(up: int, down: int) -> NDArray[np.float32]:
    """The low pass at the upsampled rate; its gain makes up for the zeros put in."""
    if up == down:
        return np.ones(1, dtype=np.float32)
    most = max(up, down)
    taps = firwin(2 * _REACH * most + 1, _PASS / most, window=("kaiser", 6.0)) * up
    return np.asarray(taps, dtype=np.float32)


def _to_pcm(samples: NDArray[np.float32]) -> bytes:
    return np.clip(np.round(samples), -32768, 32767).astype("<i2").tobytes()
