"""How long somebody spoke in a recording; a recording without speech is not worth an engine's time."""

from __future__ import annotations

import numpy as np

from voice_gateway.turns.port import FRAME, frame_bytes
from voice_gateway.turns.webrtc import WebRtcVad

#: Quieter than this is a line with nobody on it, whatever its noise sounds like (root mean square of 16 bit samples).
_QUIETEST = 30.0
#: Voiced frames that there must be at least: 60 ms.
_FEWEST = 3


def spoken(pcm: bytes, sample_rate: int) -> float:
    """Seconds from the first voiced frame to the last, pauses counted; 0 where nobody speaks. 8 or 16 kHz."""
    size, detector = frame_bytes(sample_rate), WebRtcVad(sample_rate)
    frames = [pcm[at : at + size] for at in range(0, len(pcm) - size + 1, size)]
    voiced = [number for number, frame in enumerate(frames) if _loud(frame) and detector.is_speech(frame)]
    if len(voiced) < _FEWEST:
        return 0.0
    return round((voiced[-1] - voiced[0] + 1) * FRAME, 2)


def _loud(frame: bytes) -> bool:
    samples = np.frombuffer(frame, "<i2").astype(np.float32)
    return float(np.sqrt(np.mean(samples * samples))) >= _QUIETEST
