"""What goes in (events) and what comes out (steps) of the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Union

from actions.self_check.model import TicketSpec, VerdictKind
from actions.self_check.state import State

# --- events -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What the customer said or the payload of a button; `intent` where the recogniser is sure of one."""

    text: str
    intent: str | None = None


@dataclass(frozen=True)
class Key:
    """A phone key: `0` a person, `*` back, `#` repeat."""

    digit: str


@dataclass(frozen=True)
class TestResult:
    """A line test's verdict: a code of the check, or `unknown` / `unavailable`. `evidence` for the ticket."""

    __test__ = False

    code: str
    evidence: str = ""


@dataclass(frozen=True)
class RemoteDone:
    """A remote action ended."""

    ok: bool


@dataclass(frozen=True)
class OutageInfo:
    """Is an outage known here? None: could not be asked. `note_zh`: expected back, shown at the end."""

    known: bool | None
    note_zh: str = ""


Event = Union[Answer, Key, TestResult, RemoteDone, OutageInfo]

# --- what to do next --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """A button: its payload `id`, its title, how it is spoken, its phone key."""

    id: str
    title: str
    say: str
    key: int


@dataclass(frozen=True)
class Ask:
    """Put this to the customer and feed the reply. Speak `elder` with `elder_options` to elders.

    `wait_seconds` is how long doing it takes: do not call silence a failure before that.
    """

    node: str
    text: str
    speech: str
    elder: str
    options: tuple[Choice, ...]
    elder_options: tuple[Choice, ...]
    why: Literal["first", "repeat", "help", "back", "confirm", "more", "not_understood"] = "first"
    wait_seconds: int = 0


@dataclass(frozen=True)
class NoMatch(Ask):
    """Not understood: attempt 1 rephrases with help, attempt 2 names the keys; a third ends with a person."""

    attempt: int = 1


@dataclass(frozen=True)
class RunTest:
    """Run this line test, feed TestResult. `text` may be empty. `key` is unique within the check."""

    check: str
    text: str
    speech: str
    key: str


@dataclass(frozen=True)
class RunRemote:
    """Run this remote action, feed RemoteDone. `key` makes it idempotent within the check."""

    action: str
    text: str
    speech: str
    key: str


@dataclass(frozen=True)
class CheckOutage:
    """Ask whether an outage is known at the customer's address, feed OutageInfo."""

    key: str


@dataclass(frozen=True)
class Verdict:
    """The end. `offers`: what to propose next, best first; `ticket` is there whenever it is offered."""

    kind: VerdictKind
    node: str
    text: str
    speech: str
    elder: str
    offers: tuple[Literal["recharge", "ticket", "person"], ...]
    ticket: TicketSpec | None = None
    skill: str = ""
    reason_zh: str = ""
    outage_zh: str = ""


Action = Union[Ask, NoMatch, RunTest, RunRemote, CheckOutage, Verdict]


@dataclass(frozen=True)
class Step:
    """The state to keep and what to do now."""

    state: State
    do: Action
