"""Start and stop of speech out of single frames: steady, neither a click nor a breath changes it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from voice_gateway.turns.port import FRAME, Vad


@dataclass(frozen=True)
class Started:
    """Speech began at `at`, seconds from the first frame; known some frames later."""

    at: float


@dataclass(frozen=True)
class Stopped:
    """Speech paused: its last voiced frame ended at `at`, seconds. Whether the turn is over, endpointing says."""

    at: float


@dataclass(frozen=True)
class Steadiness:
    """`needed` voiced frames among the last `window` start speech; `hang_over` quiet frames in a row stop it."""

    needed: int = 5
    window: int = 7
    hang_over: int = 10


class Activity:
    """Fed with every frame of a call, in order; lost frames must be fed as silence so that time goes on."""

    def __init__(self, vad: Vad, steadiness: Steadiness = Steadiness()) -> None:
        self._vad, self._steady = vad, steadiness
        self._recent: deque[bool] = deque(maxlen=steadiness.window)
        self._frames = 0
        self._quiet = 0
        self.speaking = False

    @property
    def now(self) -> float:
        """Seconds of audio fed."""
        return self._frames * FRAME

    @property
    def silence(self) -> float:
        """Seconds since the last voiced frame while `speaking`, and on."""
        return self._quiet * FRAME

    def feed(self, frame: bytes) -> Started | Stopped | None:
        """One frame of 20 ms. Raises FrameInvalid."""
        voiced = self._vad.is_speech(frame)
        self._frames += 1
        self._quiet = 0 if voiced else self._quiet + 1
        self._recent.append(voiced)
        if not self.speaking and sum(self._recent) >= self._steady.needed:
            self.speaking = True
            first = len(self._recent) - list(self._recent).index(True)
            return Started(round((self._frames - first) * FRAME, 3))
        if self.speaking and self._quiet >= self._steady.hang_over:
            self.speaking = False
            self._recent.clear()
            return Stopped(round((self._frames - self._quiet) * FRAME, 3))
        return None
