"""Microsoft Edge's read-aloud voices, online: the only ones that speak dialects well.

An extra (`pip install -r requirements/online-voice.txt`), loaded only when such a voice speaks: `edge-tts` is under the
LGPL and the service is the vendor's own, without a contract. Every text said goes to the vendor, so by default only
what everybody may hear is given to it; see `YIDA_ONLINE_VOICE`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from importlib import metadata
from typing import Any

import aiohttp
import numpy as np

from voice_gateway.synthesis.audio import to_pcm, trimmed
from voice_gateway.synthesis.clauses import clauses
from voice_gateway.synthesis.errors import RateInvalid, SynthesisFailed, TextTooLong, VoiceNotBuilt, VoiceUnreachable
from voice_gateway.synthesis.port import FASTEST, LONGEST, SLOWEST, STANDARD, Clause, Style, Voice
from voice_gateway.synthesis.reading_version import reading_version
from voice_gateway.synthesis.spoken import Reading
from voice_gateway.synthesis.written import in_words

#: Whose voice speaks which dialect; the empty name is Mandarin.
NAMES = {
    "dongbei": "zh-CN-liaoning-XiaobeiNeural",
    "shaanxi": "zh-CN-shaanxi-XiaoniNeural",
    "cantonese": "zh-HK-HiuMaanNeural",
    "": "zh-CN-XiaoxiaoNeural",
}
SAMPLE_RATE = 24_000
#: Most of one answer, bytes of MP3: ten minutes.
_LARGEST = 4 * 1024**2
#: Seconds to connect, and between two parts of an answer.
_CONNECT, _RECEIVE = 2, 5
#: Characters a second that nobody speaks: a connection that broke leaves a clause too short for its text.
_HASTE = 14
_SAID = re.compile(r"[\u3400-\u9fff]")


class EdgeVoice:
    """A `Synthesizer` of one voice. Each text is one connection and one clause."""

    def __init__(self, name: str) -> None:
        """`name`: one of `NAMES`' values, or another of the service's."""
        self._name = name
        self._reading = Reading.CANTONESE if name.startswith("zh-HK") else Reading.MANDARIN
        self._voice: Voice | None = None

    async def voice(self) -> Voice:
        """Who speaks. Raises VoiceNotBuilt where the extra is not installed."""
        if self._voice is None:
            try:
                self._voice = Voice(f"edge-{self._name}", f"{metadata.version('edge-tts')}-{reading_version()}", SAMPLE_RATE)
            except metadata.PackageNotFoundError:
                raise VoiceNotBuilt("edge-tts is not installed") from None
        return self._voice

    async def say(self, text: str, style: Style = STANDARD) -> AsyncIterator[Clause]:
        """The text as one clause. Raises as the port says, and VoiceUnreachable."""
        if not SLOWEST <= style.rate <= FASTEST:
            raise RateInvalid(f"{style.rate}")
        if len(text) > LONGEST:
            raise TextTooLong(f"{len(text)} characters")
        words = "，".join(clauses(in_words(text, self._reading, style.group_gap)))
        if not words:
            return
        mp3 = await self._fetch(words, f"{round((style.rate - 1) * 100):+d}%")
        clause = Clause(words, await asyncio.to_thread(_decoded, mp3), SAMPLE_RATE, 0)
        if clause.seconds * _HASTE * style.rate < len(_SAID.findall(words)):
            raise SynthesisFailed("half an answer")
        yield clause

    async def _fetch(self, words: str, rate: str) -> bytes:
        try:
            from edge_tts import Communicate
            from edge_tts.exceptions import EdgeTTSException
        except ImportError:
            raise VoiceNotBuilt("edge-tts is not installed") from None
        mp3 = bytearray()
        try:
            request = Communicate(words, self._name, rate=rate, connect_timeout=_CONNECT, receive_timeout=_RECEIVE)
            async for part in request.stream():
                mp3 += part["data"] if part["type"] == "audio" else b""
                if len(mp3) > _LARGEST:
                    raise SynthesisFailed("an answer without an end")
        # The text may stand in the vendor's messages: only the kind of trouble is told.
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise VoiceUnreachable(type(error).__name__) from None
        except (EdgeTTSException, ValueError) as error:
            raise SynthesisFailed(type(error).__name__) from None
        return bytes(mp3)


def _decoded(mp3: bytes) -> bytes:
    try:
        import miniaudio
    except ImportError:
        raise VoiceNotBuilt("miniaudio is not installed") from None
    try:
        made: Any = miniaudio.decode(
            mp3, output_format=miniaudio.SampleFormat.FLOAT32, nchannels=1, sample_rate=SAMPLE_RATE
        )
    except miniaudio.MiniaudioError:
        raise SynthesisFailed("not an MP3") from None
    return to_pcm(trimmed(np.asarray(made.samples, np.float32), SAMPLE_RATE))
