"""The hold tone: two soft notes and a rest, so that nobody takes the line for dead."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

#: Hz of each note, seconds of a note and of the rest, peak of full scale.
NOTES, NOTE, REST, LEVEL = (523.25, 659.25), 0.18, 1.6, 0.12


@lru_cache(maxsize=4)
def hold_tone(sample_rate: int) -> bytes:
    """One round, 16 bit little-endian mono."""
    t = np.arange(round(NOTE * sample_rate)) / sample_rate
    fade = np.minimum(1.0, np.minimum(t, NOTE - t) / 0.03)
    notes = [LEVEL * fade * np.sin(2 * np.pi * hertz * t) for hertz in NOTES]
    samples = np.concatenate([*notes, np.zeros(round(REST * sample_rate))])
    return bytes(np.round(samples * 32767).astype("<i2").tobytes())
