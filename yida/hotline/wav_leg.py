"""A caller made of sound files: says one after another when it is their turn, and hears everything in real time."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
import wave
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from common.errors import InvalidInput
from voice_gateway.audio.g711 import ulaw_decode, ulaw_encode
from voice_gateway.audio.resample import resampled
from voice_gateway.transports.port import FRAME, Audio, HungUp, Key, LegEvent

RATE = 8000
_FRAME = 2 * round(RATE * FRAME)
#: Longest file, seconds; seconds of the caller's turn before they speak, and between two keys.
LONGEST, BREATH, BETWEEN_KEYS = 120.0, 0.4, 0.3
#: Seconds that nothing at all happens until the caller gives up.
GIVES_UP = 90.0
KEYS = "keys="


class WavLeg:
    """See `Leg`. `turn` says whether it is the caller's turn; set it before the call begins."""

    sample_rate = RATE
    vouched, conversation = False, ""

    def __init__(self, lines: Sequence[bytes | str], caller: str = "") -> None:
        """`lines`: 16 bit mono at 8 kHz, or rows of keys, in order."""
        self.call_id, self.caller = str(uuid.uuid4()), caller
        self.turn: Callable[[], bool] = lambda: False
        self._lines: deque[bytes | str] = deque(lines)
        self._clock = asyncio.get_running_loop().time
        self._until = 0.0
        self._over = asyncio.Event()

    async def events(self) -> AsyncIterator[LegEvent]:
        """A frame every 20 ms, as a telephone sends them; the caller hangs up when they have nothing more to say."""
        due, turn_since, idle = self._clock(), 0.0, self._clock()
        saying = b""
        while not self._over.is_set():
            now = self._clock()
            if not self.turn() or saying:
                turn_since = now
            if self._until > now or saying:
                idle = now
            if not saying and self.turn() and now - turn_since >= BREATH:
                if not self._lines:
                    break
                line = self._lines.popleft()
                turn_since = now
                if isinstance(line, str):
                    for key in line:
                        yield Key(key)
                        await asyncio.sleep(BETWEEN_KEYS)
                else:
                    saying = line
            if now - idle > GIVES_UP:
                break
            frame, saying = saying[:_FRAME].ljust(_FRAME, b"\0"), saying[_FRAME:]
            yield Audio(frame)
            due = max(due + FRAME, self._clock() - 0.1)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.001, due - self._clock())):
                    await self._over.wait()
        yield HungUp("ours" if self._over.is_set() else "caller")

    async def play(self, pcm: bytes) -> None:
        """As Leg.play."""
        if not self._over.is_set():
            self._until = max(self._clock(), self._until) + len(pcm) / 2 / RATE

    async def played(self) -> None:
        """As Leg.played."""
        while not self._over.is_set() and (left := self._until - self._clock()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(left, 0.05))

    def flush(self) -> float:
        """As Leg.flush."""
        left = max(0.0, self._until - self._clock())
        self._until = 0.0
        return left

    async def hang_up(self) -> None:
        """As Leg.hang_up."""
        self._over.set()

    async def transfer(self, target: str) -> bool:
        """Nobody is there to be connected to."""
        return False


def read_line(said: str) -> bytes | str:
    """A WAV file as it sounds through a telephone (µ-law, 8 kHz), or the keys of `keys=11#`. Raises InvalidInput."""
    if said.startswith(KEYS):
        row = said.removeprefix(KEYS)
        if not row or set(row) - set("0123456789*#"):
            raise InvalidInput("keys", message_zh="按键写成 keys=11#，只能有数字、* 和 #。")
        return row
    try:
        with wave.open(str(Path(said)), "rb") as file:
            if file.getsampwidth() != 2 or file.getnchannels() not in (1, 2):
                raise InvalidInput("wav", message_zh=f"{said} 要是 16 位单声道或双声道的 WAV。")
            if file.getnframes() > LONGEST * file.getframerate():
                raise InvalidInput("wav", message_zh=f"{said} 太长，最多 {LONGEST:.0f} 秒。")
            pcm, rate, channels = file.readframes(file.getnframes()), file.getframerate(), file.getnchannels()
    except (OSError, EOFError, wave.Error) as error:
        raise InvalidInput("wav", message_zh=f"读不了 {said}：要 WAV 文件。") from error
    if channels == 2:  # the caller's side of a recording of ours
        pcm = b"".join(pcm[at : at + 2] for at in range(0, len(pcm), 4))
    return ulaw_decode(ulaw_encode(resampled(pcm, rate, RATE)))
