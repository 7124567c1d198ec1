"""A text as one WAV, kept on disk: what 试听 on the knowledge pages plays.

For texts that everybody may hear, such as knowledge answers; what is said to one customer does not belong here.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from pathlib import Path

from common.log import get_logger
from voice_gateway.synthesis.audio import to_wav
from voice_gateway.synthesis.port import STYLES, Clause, Style, Synthesizer, Voice

#: All files together, bytes; an hour of speech or so.
LIMIT = 200 * 1024**2
_log = get_logger(__name__)


def style_of(rate: float) -> Style:
    """The named style of that rate, so that slow speech has its long pauses; else the rate with the usual pause."""
    return next((style for style in STYLES if style.rate == rate), Style(rate=rate))


class CachedSpeaker:
    """Speaks by a synthesiser; the same text, voice, style and version is read from `folder` the second time.

    The files used longest ago go when there are more than `limit` bytes. A folder that cannot be written or read
    only costs time.
    """

    def __init__(self, synthesizer: Synthesizer, folder: Path, limit: int = LIMIT) -> None:
        self._synthesizer, self._folder, self._limit = synthesizer, folder, limit
        self._turn = asyncio.Lock()

    async def speak(self, text: str, rate: float = 1.0) -> bytes:
        """A WAV file, 16 bit mono. Raises SynthesisError."""
        style = style_of(rate)
        voice = await self._synthesizer.voice()
        file = self._folder / f"{_key(text, voice, style)}.wav"
        # One at a time: a second request for the same text finds it made.
        async with self._turn:
            if kept := await asyncio.to_thread(_read, file):
                return kept
            clauses: list[Clause] = [clause async for clause in self._synthesizer.say(text, style)]
            sound = to_wav(clauses, voice.sample_rate)
            await asyncio.to_thread(self._keep, file, sound)
        return sound

    def _keep(self, file: Path, sound: bytes) -> None:
        aside = file.with_suffix(f".{os.getpid()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(sound)
            aside.replace(file)
            self._clear()
        except OSError as error:
            _log.warning("speech is not kept", extra={"reason": error.strerror})

    def _clear(self) -> None:
        """Oldest use first, until what is left fits."""
        files = sorted(((item.stat(), item) for item in self._folder.glob("*.wav")), key=lambda pair: -pair[0].st_mtime_ns)
        total = 0
        for stat, item in files:
            total += stat.st_size
            if total > self._limit:
                item.unlink(missing_ok=True)


def _key(text: str, voice: Voice, style: Style) -> str:
    parts = [text, voice.name, voice.version, style.rate, style.pause_ms]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def _read(file: Path) -> bytes | None:
    try:
        sound = file.read_bytes()
        os.utime(file)
    except OSError:
        return None
    return sound
