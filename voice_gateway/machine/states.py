"""The words of the machine: states, timers, questions, lines, limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from voice_gateway.machine.commands import Play
from voice_gateway.machine.events import Choosable
from voice_gateway.profiles import AnswerKind
from voice_gateway.turns.numbers import Expected


class State(StrEnum):
    """Where a call is."""

    NEW = "new"
    SPEAKING = "speaking"
    LISTENING = "listening"
    #: The caller speaks, into silence.
    HEARING = "hearing"
    #: The caller speaks, and stopped a prompt by it.
    INTERRUPTED = "interrupted"
    #: The turn is over, the recogniser works.
    RECOGNISING = "recognising"
    #: The bot works.
    THINKING = "thinking"
    #: A call back or a ticket is being registered.
    NOTING = "noting"
    #: The caller said 等一下.
    WAITING = "waiting"
    #: A person was asked for; in the queue; somebody comes; they speak.
    TRANSFER = "transfer"
    QUEUED = "queued"
    CONNECTING = "connecting"
    BRIDGED = "bridged"
    GOODBYE = "goodbye"
    ENDED = "ended"


class Timer(StrEnum):
    """What can fall due."""

    NO_INPUT = "no_input"
    HEARING = "hearing"
    SPEECH_STOPS = "speech_stops"
    RESULT = "result"
    FILLER = "filler"
    HOLD = "hold"
    STILL = "still"
    LATE = "late"
    KEYS = "keys"
    PLAY = "play"
    WAIT = "wait"
    QUEUE = "queue"
    AGENT = "agent"


class After(StrEnum):
    """What follows when everything was heard."""

    LISTEN = "listen"
    HOLD = "hold"
    NOTHING = "nothing"
    HANG_UP = "hang_up"
    CONNECT = "connect"


class AskKind(StrEnum):
    """What the caller was asked."""

    OPEN = "open"
    BUTTONS = "buttons"
    YES_NO = "yes_no"
    NUMBER = "number"
    MENU = "menu"
    CONFIRM = "confirm"
    PERSON = "person"
    CALL_BACK = "call_back"
    SURVEY = "survey"


#: Questions answered by yes or no.
CLOSED = frozenset({AskKind.YES_NO, AskKind.CONFIRM, AskKind.PERSON, AskKind.CALL_BACK})


@dataclass(frozen=True)
class Ask:
    """The question that is open. `path`: the level of the menu (places from 0); `away`: of the menu for a dead bot."""

    kind: AskKind = AskKind.OPEN
    expected: Expected | None = None
    buttons: tuple[Choosable, ...] = ()
    text: str = field(default="", repr=False)
    path: tuple[int, ...] = ()
    page: int = 0
    away: bool = False

    @property
    def answer(self) -> AnswerKind:
        """For the end of the turn."""
        if self.kind is AskKind.NUMBER:
            return AnswerKind.DIGITS
        return AnswerKind.YES_NO if self.kind in CLOSED else AnswerKind.OPEN


@dataclass(frozen=True)
class Line:
    """A prompt of the house, with what is filled in; or a text of the bot's where `key` is empty."""

    key: str = ""
    values: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    text: str = field(default="", repr=False)
    must_hear: bool = False
    #: The same for everybody.
    shared: bool = False
    #: What is filled in is known beforehand and was rendered with it: no synthesiser is needed.
    rendered: bool = False


def line(key: str, /, **values: object) -> Line:
    """A prompt by its name."""
    return Line(key, tuple((name, str(value)) for name, value in values.items()))


@dataclass
class Playing:
    """A prompt that waits or plays. `clause`: the one being heard."""

    command: Play
    clause: int = 0


@dataclass(frozen=True)
class Limits:
    """Times of a call, seconds. `partials`: the recogniser gives partial texts."""

    filler: float = 1.2
    hold: float = 4.0
    still: float = 15.0
    bot: float = 30.0
    recogniser: float = 10.0
    utterance: float = 35.0
    speech_stops: float = 0.6
    false_interruption: float = 3.0
    key_idle: float = 1.2
    wait: float = 60.0
    queue_told: float = 30.0
    agent: float = 20.0
    noting: float = 12.0
    partials: bool = True
    recording: bool = True
    survey: bool = True
    unsure_below: float = 0.3
    confirm_below: float = 0.55


LIMITS = Limits()
