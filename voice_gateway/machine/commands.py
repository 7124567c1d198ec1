"""What the machine wants done. The caller's words and numbers are never in a repr."""

from __future__ import annotations

from dataclasses import dataclass, field

from voice_gateway.profiles import AnswerKind, Remembered
from voice_gateway.synthesis.port import STANDARD, Style
from voice_gateway.turns.numbers import Expected


@dataclass(frozen=True)
class Play:
    """Say `clauses`, one after another, behind what is still playing; a tone ends when this begins.

    `prompts`: their names where all are prompts of the house, which were rendered ahead under `prompt_text` as they
    stand; empty for a reply of the bot. `dialect`: wanted, where there is such a voice; `louder`: more volume;
    `shared`: the same for everybody, so its sound may be kept.
    """

    play: int
    clauses: tuple[str, ...] = field(repr=False)
    prompts: tuple[str, ...] = ()
    interruptible: bool = True
    style: Style = STANDARD
    dialect: str = ""
    louder: bool = False
    shared: bool = False


@dataclass(frozen=True)
class PlayTone:
    """The hold tone, over and over, behind what is still playing, until the next Play or Flush."""


@dataclass(frozen=True)
class Flush:
    """Silence now: drop everything that waits to be played, tones too. No PlaybackDone follows."""


@dataclass(frozen=True)
class StartListening:
    """What kind of answer to wait for; also said while a prompt still plays, for those who interrupt it.

    `speech` False: keys only (the recogniser is dead). `words`: names of the options offered.
    """

    kind: AnswerKind = AnswerKind.OPEN
    expected: Expected | None = None
    speech: bool = True
    words: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class StopListening:
    """What the caller says now is of no use. Keys always are."""


@dataclass(frozen=True)
class AskBot:
    """Send `text` to the bot as if typed; ReplyReady or ReplyFailed with the same `turn` follows."""

    turn: int
    text: str = field(repr=False)
    title: str = field(default="", repr=False)
    profile: str = "standard"
    keyed: bool = False


@dataclass(frozen=True)
class Said:
    """One line of a call. `who`: customer or yida. Keyed numbers are masked."""

    who: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Context:
    """All a person should know of the call so far."""

    reason: str
    profile: str
    dialect: str
    misses: int
    lines: tuple[Said, ...] = field(repr=False)


@dataclass(frozen=True)
class EnqueueForAgent:
    """The caller wants a person. AgentState follows."""

    context: Context


@dataclass(frozen=True)
class LeaveQueue:
    """The caller does not wait any longer."""


@dataclass(frozen=True)
class Transfer:
    """Connect the caller to `target`, with the context."""

    target: str = field(repr=False)
    context: Context


@dataclass(frozen=True)
class CallBack:
    """Register a call back to the caller's number. Noted follows."""

    context: Context


@dataclass(frozen=True)
class NoteTicket:
    """Register what the caller wanted, while the bot is away. Noted follows."""

    intent: str
    context: Context


@dataclass(frozen=True)
class Rate:
    """The survey: 1 satisfied, 2 so-so, 3 not satisfied."""

    score: int


@dataclass(frozen=True)
class Remember:
    """Keep this for the customer's next call."""

    remembered: Remembered


@dataclass(frozen=True)
class HangUp:
    """End the call; everything was heard."""


Command = (
    Play | PlayTone | Flush | StartListening | StopListening | AskBot | EnqueueForAgent | LeaveQueue | Transfer | CallBack
    | NoteTicket | Rate | Remember | HangUp
)  # fmt: skip
