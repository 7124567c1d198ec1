"""What the rest of the house knows of a synthesiser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol

from voice_gateway.synthesis.clauses import STOP

#: Rates a synthesiser must take; 1.0 is the voice's normal speed.
SLOWEST, FASTEST = 0.5, 2.0
#: Most characters of one call.
LONGEST = 2000


@dataclass(frozen=True)
class Voice:
    """Who speaks. The same `name` and `version` give the same samples for the same text; `sample_rate` in Hz."""

    name: str
    version: str
    sample_rate: int


@dataclass(frozen=True)
class Style:
    """How it is said. `rate`: 1.0 normal, 0.75 takes 1/0.75 of the time; `pause_ms`: silence between clauses."""

    rate: float = 1.0
    pause_ms: int = 200

    @property
    def group_gap(self) -> str:
        """What stands between the groups of a long number: a short stop, and in slow speech the end of a clause."""
        return "，" if self.rate < 1 else STOP


STANDARD = Style()
ELDER = Style(rate=0.75, pause_ms=500)
STYLES = (STANDARD, ELDER)


@dataclass(frozen=True)
class Clause:
    """A clause ready to play: `pcm` is 16 bit little-endian mono, without silence at its ends.

    `pause_ms` of silence belong between it and the next one; 0 behind the last.
    """

    text: str = field(repr=False)
    pcm: bytes = field(repr=False)
    sample_rate: int
    pause_ms: int

    @property
    def seconds(self) -> float:
        """Length of the speech, without the pause."""
        return len(self.pcm) / 2 / self.sample_rate

    def with_pause(self) -> bytes:
        """The speech and the silence behind it."""
        return self.pcm + bytes(2 * round(self.sample_rate * self.pause_ms / 1000))


class Synthesizer(Protocol):
    """Reads text aloud, clause by clause, so that the first can be played while the next is made."""

    async def voice(self) -> Voice:
        """Who speaks. Raises VoiceNotBuilt."""
        ...

    def say(self, text: str, style: Style = STANDARD) -> AsyncIterator[Clause]:
        """The clauses of `text`, in order; none where there is nothing to say. Odd characters are passed over.

        Raises VoiceNotBuilt, RateInvalid, TextTooLong, SynthesisFailed.
        """
        ...
