"""The timeline of a call: every event, command and state as a JSON line, with seconds from the start.

Without personal data by default: of texts and keys only their number is written. Texts come in only by `personal`, for
calls whose recording was announced and for test calls; keyed digits never.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from enum import Enum
from typing import Any

from voice_gateway.machine.commands import Command, Context, Play
from voice_gateway.machine.events import Choosable, Event, Key, Tick
from voice_gateway.machine.machine import CallMachine
from voice_gateway.profiles import Remembered

#: Never written, whatever was consented to.
_NEVER = frozenset({"key", "target", "lines", "payload"})
#: Written as a number of characters, unless `personal`.
_TEXTS = frozenset({"text", "texts", "clauses", "title", "words"})


class Timeline:
    """Collects the lines of one call; `text` gives them all, `write` gets each as it comes."""

    def __init__(self, write: Callable[[str], None] = lambda line: None, *, personal: bool = False) -> None:
        self._write, self._personal = write, personal
        self.rows: list[dict[str, Any]] = []

    def record(self, at: float, what: str, item: Event | Command, state: str, **more: Any) -> None:
        """`what`: event or command; `at`: seconds."""
        row = {"at": round(at, 3), what: type(item).__name__, "state": state, **_fields(item, self._hidden(item)), **more}
        self.rows.append(row)
        self._write(_json(row))

    def _hidden(self, item: Event | Command) -> bool:
        keyed = bool(getattr(item, "keyed", False))
        return not self._personal or keyed

    @property
    def text(self) -> str:
        """JSON lines."""
        return "".join(map(_json, self.rows))


class RecordedCall:
    """A machine whose events and commands go into a timeline. Ticks that do nothing are left out."""

    def __init__(self, machine: CallMachine, timeline: Timeline) -> None:
        self.machine, self.timeline = machine, timeline

    def handle(self, event: Event, at: float) -> tuple[Command, ...]:
        """As CallMachine.handle."""
        before = self.machine.state
        commands = self.machine.handle(event, at)
        if commands or not isinstance(event, Tick) or before is not self.machine.state:
            self.timeline.record(at, "event", event, str(before))
        for command in commands:
            self.timeline.record(at, "command", command, str(self.machine.state), asked=str(self.machine.asked))
        return commands


def _json(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


def _fields(item: Any, hidden: bool) -> dict[str, Any]:
    if isinstance(item, Key):
        return {"keys": 1}
    return {part.name: value for part in fields(item) if (value := _value(part.name, getattr(item, part.name), item, hidden)) is not None}


def _value(name: str, value: Any, item: Any, hidden: bool) -> Any:
    if name in _NEVER:
        return None
    if name in _TEXTS and (hidden and not (isinstance(item, Play) and item.prompts and not _filled(item))):
        return sum(map(len, value)) if isinstance(value, tuple) else len(value)
    if isinstance(value, Choosable):
        return {"title": len(value.title)}
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return [_value("", each, item, hidden) for each in value]
    if isinstance(value, Context | Remembered) or hasattr(value, "__dataclass_fields__"):
        return _fields(value, hidden)
    return value


def _filled(play: Play) -> bool:
    """What was filled into a prompt may be the caller's words."""
    return "confirm" in play.prompts or "option" in play.prompts
