"""The trace id of the turn being served, carried across tasks and processes."""

from __future__ import annotations

import contextlib
import contextvars
import secrets
from collections.abc import Iterator

_trace: contextvars.ContextVar[str] = contextvars.ContextVar("yida_trace", default="-")


def new_trace_id() -> str:
    """16 hexadecimal characters."""
    return secrets.token_hex(8)


def current_trace_id() -> str:
    """The trace id of the running turn, `-` outside one."""
    return _trace.get()


@contextlib.contextmanager
def tracing(trace_id: str | None) -> Iterator[str]:
    """Run a block under `trace_id` (a new one where None)."""
    value = trace_id or new_trace_id()
    token = _trace.set(value)
    try:
        yield value
    finally:
        _trace.reset(token)
