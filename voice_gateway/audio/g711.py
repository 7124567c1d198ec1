"""G.711: 16 bit linear samples to 8 bit µ-law and A-law and back (ITU-T G.711, the telephone's codec at 8 kHz).

PCM is `bytes`, 16 bit little-endian mono; a code is one byte a sample. Tables are made at the first use.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

#: Of 14 bit magnitudes; the bias makes every segment begin at a power of two.
_BIAS, _CLIP = 33, 8158
#: A-law inverts every second bit on the wire.
_EVEN = 0x55


def ulaw_encode(pcm: bytes) -> bytes:
    """µ-law codes; an odd last byte is dropped."""
    return _ulaw_codes()[_index(pcm)].tobytes()


def ulaw_decode(codes: bytes) -> bytes:
    """PCM of µ-law codes."""
    return _ulaw_samples()[np.frombuffer(codes, np.uint8)].tobytes()


def alaw_encode(pcm: bytes) -> bytes:
    """A-law codes; an odd last byte is dropped."""
    return _alaw_codes()[_index(pcm)].tobytes()


def alaw_decode(codes: bytes) -> bytes:
    """PCM of A-law codes."""
    return _alaw_samples()[np.frombuffer(codes, np.uint8)].tobytes()


def _index(pcm: bytes) -> NDArray[np.uint16]:
    """Samples as places in a table of all 65,536."""
    return np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").view(np.uint16)


def _every_sample() -> NDArray[np.int32]:
    return np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)


@lru_cache(maxsize=1)
def _ulaw_codes() -> NDArray[np.uint8]:
    samples = _every_sample() >> 2
    magnitude = np.minimum(np.abs(samples), _CLIP) + _BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 5
    mantissa = (magnitude >> (exponent + 1)) & 0x0F
    sign = np.where(samples < 0, 0x80, 0)
    return (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)


@lru_cache(maxsize=1)
def _ulaw_samples() -> NDArray[np.int16]:
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    exponent, mantissa = (codes >> 4) & 7, codes & 0x0F
    magnitude = ((((mantissa << 1) + _BIAS) << exponent) - _BIAS) << 2
    return np.where(codes & 0x80, -magnitude, magnitude).astype("<i2")


@lru_cache(maxsize=1)
def _alaw_codes() -> NDArray[np.uint8]:
    samples = _every_sample() >> 3  # 13 bits
    positive = samples >= 0
    magnitude = np.where(positive, samples, -samples - 1)
    exponent = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4, 0)
    mantissa = np.where(exponent > 0, magnitude >> np.maximum(exponent, 1), magnitude >> 1) & 0x0F
    return (((exponent << 4) | mantissa | np.where(positive, 0x80, 0)) ^ _EVEN).astype(np.uint8)


@lru_cache(maxsize=1)
def _alaw_samples() -> NDArray[np.int16]:
    codes = np.arange(256, dtype=np.int32) ^ _EVEN
    exponent, mantissa = (codes >> 4) & 7, codes & 0x0F
    magnitude = np.where(exponent > 0, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0), (mantissa << 4) + 8)
    return np.where(codes & 0x80, magnitude, -magnitude).astype("<i2")
