"""What the rest of the house knows of a recogniser."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from voice_gateway.profiles import AnswerKind
from voice_gateway.turns.numbers import Expected


@dataclass(frozen=True)
class Hint:
    """What the call waits for; it helps to hear right and never adds words that were not said.

    `words`: names of the options just read out; `dialect`: the caller's, empty for Mandarin.
    """

    kind: AnswerKind = AnswerKind.OPEN
    expected: Expected | None = None
    words: tuple[str, ...] = ()
    dialect: str = ""


@dataclass(frozen=True)
class Recognition:
    """One utterance. Simplified characters, digits for spoken numbers; empty where nothing was understood.

    `confidence` 0 to 1; `seconds` of speech in it; `alternatives` other readings, best first.
    """

    text: str = field(repr=False)
    confidence: float = 1.0
    seconds: float = 0.0
    alternatives: tuple[str, ...] = field(default=(), repr=False)


class Utterance(Protocol):
    """One turn of a caller, from its first sound. Used by one task."""

    async def feed(self, pcm: bytes) -> str:
        """More sound, 16 bit little-endian mono at the recogniser's rate; what is understood so far.

        Empty where the engine has no partial texts. Raises RecognizerBusy, RecognitionFailed.
        """
        ...

    async def finish(self) -> Recognition:
        """The turn is over. Raises RecognizerBusy, RecognitionFailed."""
        ...

    def drop(self) -> None:
        """Not wanted any more (the caller hung up, or keyed instead). May be called after `finish`."""
        ...


class Recognizer(Protocol):
    """One model for all calls; decoding happens in a bounded pool."""

    @property
    def name(self) -> str:
        """`whisper` or `vosk`; for metrics and timelines."""
        ...

    @property
    def sample_rate(self) -> int:
        """Of the sound it is fed, Hz."""
        ...

    @property
    def partials(self) -> bool:
        """Whether `feed` gives texts."""
        ...

    def listen(self, hint: Hint) -> Utterance:
        """Begin an utterance; cheap."""
        ...

    async def load(self) -> None:
        """Load the model; later calls return at once. Raises ModelNotBuilt."""
        ...

    async def close(self) -> None:
        """Let the model and its threads go."""
        ...
