"""Faults on purpose: any port of an operator made slow, failing, absent or garbled, for tests and drills."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any, TypeVar

from bss.errors import BadAnswer, SystemTimeout, SystemUnavailable
from bss.ports import Operator

P = TypeVar("P")


class Mode(StrEnum):
    """What is wrong with a port."""

    SLOW = "slow"
    FAILING = "failing"
    ABSENT = "absent"
    GARBLED = "garbled"


class Faults:
    """Which ports are broken at the moment; `ports` are attribute names of `Operator`."""

    def __init__(self) -> None:
        self._modes: dict[str, tuple[Mode, float]] = {}

    def slow(self, port: str, seconds: float) -> None:
        """Answers only after `seconds`; the work is done all the same."""
        self._modes[_known(port)] = (Mode.SLOW, seconds)

    def fail(self, port: str) -> None:
        """Answers with an error of its own."""
        self._modes[_known(port)] = (Mode.FAILING, 0.0)

    def remove(self, port: str) -> None:
        """Is not there at all."""
        self._modes[_known(port)] = (Mode.ABSENT, 0.0)

    def garble(self, port: str) -> None:
        """Answers what nobody can read."""
        self._modes[_known(port)] = (Mode.GARBLED, 0.0)

    def clear(self, port: str | None = None) -> None:
        """Mend one port, or all."""
        if port is None:
            self._modes.clear()
        else:
            self._modes.pop(_known(port), None)

    def of(self, port: str) -> tuple[Mode | None, float]:
        """Mode and seconds."""
        return self._modes.get(port, (None, 0.0))


class Guarded:
    """Stands before one port: applies its fault and a time-out in seconds."""

    def __init__(self, target: Any, port: str, faults: Faults, timeout: float) -> None:
        self._target, self._port, self._faults, self._timeout = target, port, faults, timeout

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._target, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            mode, seconds = self._faults.of(self._port)
            if mode in (Mode.FAILING, Mode.ABSENT):
                raise SystemUnavailable(f"{self._port} is {mode}")
            if mode is Mode.GARBLED:
                raise BadAnswer(f"{self._port} is garbled")
            work = asyncio.ensure_future(method(*args, **kwargs))
            try:
                async with asyncio.timeout(self._timeout):
                    result = await asyncio.shield(work)
                    await asyncio.sleep(seconds)
                    return result
            except TimeoutError:
                work.add_done_callback(_retrieve)
                raise SystemTimeout(f"{self._port} took longer than {self._timeout:g} s") from None

        return call


def guard(operator: Operator, faults: Faults, timeout: float) -> Operator:
    """The same operator with every port behind its fault and time-out."""
    ports: dict[str, Any] = {
        name: Guarded(getattr(operator, name), name, faults, timeout) for name in Operator.port_names()
    }
    return Operator(**ports, close=operator.close)


def _retrieve(task: asyncio.Future[Any]) -> None:
    """Look at the outcome of work nobody waits for, so that it is not reported as lost."""
    if not task.cancelled():
        task.exception()


def _known(port: str) -> str:
    if port not in Operator.port_names():
        raise ValueError(f"no such port: {port}")
    return port
