"""What the rest of the house knows of a voice activity detector."""

from __future__ import annotations

from typing import Protocol

#: Length of a frame, seconds and milliseconds.
FRAME = 0.02
FRAME_MS = 20


def frame_bytes(sample_rate: int) -> int:
    """Bytes of one frame of 16 bit mono."""
    return 2 * sample_rate * FRAME_MS // 1000


class Vad(Protocol):
    """Tells speech from the rest, frame by frame. It may keep state: one object a call."""

    sample_rate: int

    def is_speech(self, frame: bytes) -> bool:
        """`frame`: 20 ms of 16 bit little-endian mono at `sample_rate`. Raises FrameInvalid."""
        ...
