"""What happens to a call. Each event is handed to the machine with its time, seconds from the start of the call.

What a caller said or keyed is never in a repr: events get printed in tests, logs and errors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from voice_gateway.profiles import Remembered
from voice_gateway.turns.numbers import Expected


@dataclass(frozen=True)
class Connected:
    """The call is up. `remembered` and `elder_on_file`: of the customer with the caller's number, where known."""

    remembered: Remembered | None = None
    elder_on_file: bool = False


@dataclass(frozen=True)
class CustomerKnown:
    """The customer was found during the call."""

    elder_on_file: bool = False


@dataclass(frozen=True)
class SpeechStarted:
    """The caller began to speak."""


@dataclass(frozen=True)
class Partial:
    """What the recogniser has so far; grows within an utterance."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class SpeechEnded:
    """The turn is over (endpointing); `Heard` follows."""


@dataclass(frozen=True)
class Heard:
    """A whole utterance. `confidence` 0 to 1; `seconds` of speech, 0 where unknown. Empty text: nothing understood."""

    text: str = field(repr=False)
    confidence: float = 1.0
    seconds: float = 0.0


@dataclass(frozen=True)
class Key:
    """One key: 0 to 9, * or #. Others (A to D) are passed over."""

    key: str = field(repr=False)


@dataclass(frozen=True)
class Choosable:
    """A button of a reply: what it is called and what it sends."""

    title: str
    payload: str = field(repr=False)


@dataclass(frozen=True)
class Place:
    """A place in the queue. `position` 1 is next; `minutes` estimated."""

    position: int
    minutes: int


@dataclass(frozen=True)
class ReplyReady:
    """The bot's answer to the `AskBot` of the same `turn`.

    `texts` are spoken forms, one a reply, with their say-as marks; `must_hear`: a notice of price or law that cannot be
    interrupted; `expected`: the number asked for; `confirm`: the question is a yes or no; `profile`: the bot saw an
    elder (or somebody who chose otherwise); `place`: the bot put the caller into the queue; `wait`: seconds it was
    asked to wait; `shared`: the texts are the same for everybody (knowledge answers).
    """

    turn: int
    texts: tuple[str, ...] = field(repr=False)
    buttons: tuple[Choosable, ...] = ()
    must_hear: bool = False
    expected: Expected | None = None
    confirm: bool = False
    profile: str = ""
    place: Place | None = None
    wait: float = 0.0
    shared: bool = False


@dataclass(frozen=True)
class ReplyFailed:
    """The bot did not answer that turn."""

    turn: int


@dataclass(frozen=True)
class ClauseStarted:
    """Clause `clause` (from 0) of the prompt `play` begins to be heard."""

    play: int
    clause: int


@dataclass(frozen=True)
class PlaybackDone:
    """The prompt `play` was heard to its end. Not sent for one that was flushed."""

    play: int


@dataclass(frozen=True)
class Tick:
    """Time passed; due no later than the machine's `next_due`."""


class Agent(StrEnum):
    """How a request for a person stands.

    `WAITING` in the queue; `READY`: somebody takes the call at `target`; `CONNECTED`: they speak; `FINISHED`: they are
    done and the caller is still there; `CLOSED`: out of hours; `FAILED`: nobody can be reached; `ASK`: the bot has to
    ask something first, such as the number to call back.
    """

    WAITING = "waiting"
    READY = "ready"
    CONNECTED = "connected"
    FINISHED = "finished"
    CLOSED = "closed"
    FAILED = "failed"
    ASK = "ask"


@dataclass(frozen=True)
class AgentState:
    """News of the person asked for. `target`: where to transfer to."""

    state: Agent
    place: Place | None = None
    target: str = field(default="", repr=False)


@dataclass(frozen=True)
class Noted:
    """A call back or a ticket was registered, or could not be."""

    ok: bool


class Part(StrEnum):
    """What can be dead."""

    RECOGNISER = "recogniser"
    BOT = "bot"
    SYNTHESISER = "synthesiser"


@dataclass(frozen=True)
class PartDown:
    """This part does not work any more."""

    part: Part


@dataclass(frozen=True)
class PartUp:
    """It works again."""

    part: Part


@dataclass(frozen=True)
class HungUp:
    """The caller is gone."""


Event = (
    Connected | CustomerKnown | SpeechStarted | Partial | SpeechEnded | Heard | Key | ReplyReady | ReplyFailed | ClauseStarted
    | PlaybackDone | Tick | AgentState | Noted | PartDown | PartUp | HungUp
)  # fmt: skip
