"""A recording of a call, kept only where it was announced: caller left, Yida right, in step with the clock.

Written to disk as it comes, so that a long call takes no memory.
"""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np

#: Longest recording, seconds, and samples joined at a time.
LONGEST, _BLOCK = 3600.0, 65_536


class Side:
    """One direction. Sound is placed at the time it is heard, or behind what is there already."""

    def __init__(self, file: BinaryIO, sample_rate: int, clock: Callable[[], float]) -> None:
        self._file, self._rate, self._clock = file, sample_rate, clock
        self._end = 0

    def add(self, pcm: bytes) -> None:
        """More sound, from now on."""
        now = min(int(self._clock() * self._rate), int(LONGEST * self._rate))
        # Frames come a little early or late; only a real gap is filled with silence.
        start = now if now - self._end > self._rate // 5 else self._end
        if start + len(pcm) // 2 <= LONGEST * self._rate:
            self._file.seek(2 * start)
            self._file.write(pcm)
            self._end = start + len(pcm) // 2

    def cut(self, seconds: float) -> None:
        """The last `seconds` were not heard."""
        if seconds > 0:
            self._end = max(0, self._end - round(seconds * self._rate))
            self._file.truncate(2 * self._end)


    def end(self, seconds: float) -> None:
        """Nothing behind this was heard: a prompt is put here clause by clause, before it has gone out."""
        self.cut(self._end / self._rate - seconds)


class Recording:
    """`caller` and `yida` are fed during the call, which `end`s; `close` makes one stereo WAV of them at `path`."""

    def __init__(self, path: Path, sample_rate: int, clock: Callable[[], float]) -> None:
        """`clock`: seconds from the start of the call. Raises OSError."""
        self.path, self._rate = path, sample_rate
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._parts = [path.with_suffix(f".{name}.part") for name in ("caller", "yida")]
        self._files: list[BinaryIO] = [part.open("wb+") for part in self._parts]
        self.caller, self.yida = (Side(file, sample_rate, clock) for file in self._files)

    def end(self, seconds: float) -> None:
        """The call is over, so many seconds from its start."""
        self.caller.end(seconds)
        self.yida.end(seconds)

    def close(self) -> None:
        """Join both sides. Raises OSError."""
        try:
            aside = self.path.with_suffix(".joining")
            with wave.open(str(aside), "wb") as out:
                out.setnchannels(2)
                out.setsampwidth(2)
                out.setframerate(self._rate)
                for file in self._files:
                    file.flush()
                    file.seek(0)
                while any(blocks := [file.read(2 * _BLOCK) for file in self._files]):
                    out.writeframes(_joined(blocks))
            aside.chmod(0o600)
            aside.replace(self.path)
        finally:
            for file, part in zip(self._files, self._parts, strict=True):
                file.close()
                part.unlink(missing_ok=True)


def _joined(blocks: list[bytes]) -> bytes:
    most = max(len(block) // 2 for block in blocks)
    both = np.zeros((most, 2), dtype="<i2")
    for side, block in enumerate(blocks):
        samples = np.frombuffer(block[: len(block) // 2 * 2], "<i2")
        both[: len(samples), side] = samples
    return bytes(both.tobytes())
