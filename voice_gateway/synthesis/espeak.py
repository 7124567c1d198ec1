"""espeak-ng as a program beside us (`apt-get install espeak-ng`): robotic, instant, and Cantonese without a network;
also Mandarin where no other voice is left.

It is never linked or shipped. The text goes in by standard input, where no list of processes shows it.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

from voice_gateway.synthesis.audio import to_pcm, trimmed
from voice_gateway.synthesis.clauses import clauses
from voice_gateway.synthesis.errors import RateInvalid, SynthesisFailed, TextTooLong, VoiceNotBuilt
from voice_gateway.synthesis.port import FASTEST, LONGEST, SLOWEST, STANDARD, Clause, Style, Voice
from voice_gateway.synthesis.reading_version import reading_version
from voice_gateway.synthesis.spoken import Reading
from voice_gateway.synthesis.written import in_words

PROGRAM, CANTONESE = "espeak-ng", "yue"
#: Its Mandarin: the plain `cmn` of version 1.51 reads Pinyin as if it were English.
MANDARIN = "cmn-latn-pinyin"
#: What its sound is brought to, Hz; its own 22050 is an odd rate on the telephone.
SAMPLE_RATE = 16_000
#: Its normal speed, words a minute; programs at a time; seconds for one clause.
_SPEED, _AT_ONCE, _PATIENCE = 160, 2, 5.0
_VERSION = re.compile(r"(\d+\.\d+(?:\.\d+)?)")


def find_espeak() -> Path | None:
    """The program, where it is installed."""
    found = shutil.which(PROGRAM)
    return Path(found) if found else None


class EspeakNg:
    """A `Synthesizer` by the program at `program`, in its voice `language`. For one event loop."""

    def __init__(self, program: Path, language: str = CANTONESE) -> None:
        self._program, self._language = program, language
        self._reading = Reading.CANTONESE if language == CANTONESE else Reading.MANDARIN
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._voice: Voice | None = None

    async def voice(self) -> Voice:
        """Who speaks. Raises VoiceNotBuilt where the program does not run."""
        if self._voice is None:
            try:
                told = await self._run(["--version"], b"")
            except SynthesisFailed as error:
                raise VoiceNotBuilt(str(error)) from None
            version = _VERSION.search(told.decode("utf-8", "replace"))
            self._voice = Voice(f"espeak-ng-{self._language}", f"{version[1] if version else '0'}-{reading_version()}", SAMPLE_RATE)
        return self._voice

    async def say(self, text: str, style: Style = STANDARD) -> AsyncIterator[Clause]:
        """The clauses as they get ready. Raises as the port says."""
        if not SLOWEST <= style.rate <= FASTEST:
            raise RateInvalid(f"{style.rate}")
        if len(text) > LONGEST:
            raise TextTooLong(f"{len(text)} characters")
        told: Clause | None = None
        for words in clauses(in_words(text, self._reading, style.group_gap)):
            pcm = await self._clause(words, style.rate)
            if pcm and told:
                yield told
            told = Clause(words, pcm, SAMPLE_RATE, style.pause_ms) if pcm else told
        if told:
            yield Clause(told.text, told.pcm, SAMPLE_RATE, 0)

    async def _clause(self, words: str, rate: float) -> bytes:
        speed = ["-v", self._language, "-s", str(round(_SPEED * rate)), "-b", "1", "--stdin", "--stdout"]
        return await asyncio.to_thread(_from_wav, await self._run(speed, words.encode("utf-8", "replace")))

    async def _run(self, arguments: list[str], given: bytes) -> bytes:
        async with self._turns:
            try:
                process = await asyncio.create_subprocess_exec(
                    self._program, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                )  # fmt: skip
            except OSError as error:
                raise SynthesisFailed(f"{PROGRAM}: {error.strerror}") from None
            try:
                told, _ = await asyncio.wait_for(process.communicate(given), _PATIENCE)
            except TimeoutError:
                raise SynthesisFailed(f"{PROGRAM} took too long") from None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        if process.returncode:
            raise SynthesisFailed(f"{PROGRAM} ended with {process.returncode}")
        return told


def _from_wav(data: bytes) -> bytes:
    """Its WAV, whose header cannot know the length, as 16 bit samples at SAMPLE_RATE."""
    from scipy.signal import resample_poly

    start = data.find(b"data", 12, 256)
    if data[:4] != b"RIFF" or start < 0:
        raise SynthesisFailed(f"{PROGRAM} gave no sound")
    rate = int.from_bytes(data[24:28], "little")
    body = data[start + 8 :]
    samples = np.frombuffer(body[: len(body) // 2 * 2], "<i2").astype(np.float32) / 32768
    if not rate or not len(samples):
        return b""
    return to_pcm(trimmed(np.asarray(resample_poly(samples, SAMPLE_RATE, rate), np.float32), SAMPLE_RATE))
