"""The picture of sound that Whisper reads: a log mel spectrogram, 80 bands, 100 frames a second, of 16 kHz samples."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
#: Frames a second.
FRAMES = 100
BANDS = 80
_FFT, _HOP = 400, RATE // FRAMES


def log_mel(samples: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """(80, frames) of samples from -1 to 1; cut or filled with silence to that many frames."""
    samples = samples[: frames * _HOP]
    # As the model was trained: half a window mirrored in front, silence behind.
    padded = np.pad(samples, (_FFT // 2, 0), mode="reflect" if len(samples) > _FFT // 2 else "constant")
    padded = np.pad(padded, (0, _FFT))
    count = min(frames, len(samples) // _HOP + 1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_HOP][:count]
    power = np.abs(np.fft.rfft(windows * _window(), axis=1)) ** 2
    mel = np.log10(np.maximum(power @ _filters().T, 1e-10))
    mel = (np.maximum(mel, mel.max() - 8.0) + 4.0) / 4.0
    picture = np.zeros((BANDS, frames), np.float32)
    picture[:, : len(mel)] = mel.T
    return picture


@lru_cache(maxsize=1)
def _window() -> NDArray[np.float64]:
    return np.hanning(_FFT + 1)[:-1]


@lru_cache(maxsize=1)
def _filters() -> NDArray[np.float64]:
    """Triangles on Slaney's mel scale, each of the same area: (80, 201)."""
    edges = _hertz(np.linspace(0.0, _mel(RATE / 2), BANDS + 2))
    bins = np.fft.rfftfreq(_FFT, 1 / RATE)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    return np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]


#: Below 1 kHz a mel is 200/3 Hz, above it grows by a 27th of a factor of 6.4.
_LINEAR, _KNEE, _STEP = 200 / 3, 1000.0, np.log(6.4) / 27


def _mel(hertz: float) -> float:
    return _KNEE / _LINEAR + float(np.log(hertz / _KNEE)) / _STEP


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _KNEE / _LINEAR
    return np.where(mels < knee, mels * _LINEAR, _KNEE * np.exp(_STEP * (mels - knee)))
