"""The default detector: WebRTC's, a few microseconds a frame, no model, no torch."""

from __future__ import annotations

import webrtcvad

from voice_gateway.turns.errors import FrameInvalid
from voice_gateway.turns.port import frame_bytes

RATES = (8000, 16000)
#: 0 takes everything for speech, 3 almost nothing. 2 keeps the ends of words on the phone.
MODE = 2


class WebRtcVad:
    """Implements Vad for 8 and 16 kHz. Raises FrameInvalid for another rate."""

    def __init__(self, sample_rate: int = 8000, mode: int = MODE) -> None:
        if sample_rate not in RATES:
            raise FrameInvalid(f"sample rate {sample_rate}")
        self.sample_rate = sample_rate
        self._length = frame_bytes(sample_rate)
        self._vad = webrtcvad.Vad(mode)

    def is_speech(self, frame: bytes) -> bool:
        """One frame. Raises FrameInvalid."""
        if len(frame) != self._length:
            raise FrameInvalid(f"{len(frame)} bytes")
        return bool(self._vad.is_speech(frame, self.sample_rate))
