"""The stack of tasks in hand, kept in one slot: the top one owns the next message.

A new task goes on top of an unfinished one; when it ends, the one beneath goes on where it was.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

SLOT = "tasks"
#: Older unfinished tasks than this are dropped: nobody remembers them.
MAX_DEPTH = 3


@dataclass
class TaskState:
    """One task under way. JSON-serialisable.

    `asked` is the question the customer is answering, `failures` how often its answer was not
    understood, `key` the idempotency key of what the task will do.
    """

    name: str
    key: str
    data: dict[str, Any] = field(default_factory=dict)
    asked: str | None = None
    failures: int = 0
    confirmed: bool = False
    #: Names of answered questions, oldest first, for 返回.
    trail: list[str] = field(default_factory=list)
    #: The message that began it, as `Said.as_message()` without its values, for 重来.
    wish: dict[str, Any] = field(default_factory=dict)


def load(slots: dict[str, Any]) -> list[TaskState]:
    """The stack, top last."""
    return [TaskState(**raw) for raw in (slots.get(SLOT) or [])]


def dump(stack: list[TaskState]) -> list[dict[str, Any]]:
    """JSON form for the slot."""
    return [asdict(state) for state in stack[-MAX_DEPTH:]]


def top(slots: dict[str, Any]) -> TaskState | None:
    """The task in hand."""
    stack = load(slots)
    return stack[-1] if stack else None
