"""A voice that fails is left alone for a while, and tried again without a caller waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from voice_gateway.synthesis.errors import SynthesisError


@dataclass(frozen=True)
class BreakerLimits:
    """`failures` in a row open it; the first trial is after `rest` seconds, later ones after twice as long each time, at
    most `longest`; a trial may take `trial` seconds.
    """

    failures: int = 3
    rest: float = 15.0
    longest: float = 300.0
    trial: float = 10.0


class Breaker:
    """Closed: the voice is used. Open: it is not, until a trial of ours succeeds. For one event loop.

    `trial` says something that is nobody's; it raises SynthesisError, TimeoutError or OSError where it fails.
    `changed` is called after each opening and closing.
    """

    def __init__(
        self, trial: Callable[[], Awaitable[object]], changed: Callable[[], None], limits: BreakerLimits
    ) -> None:
        self._trial, self._changed, self._limits = trial, changed, limits
        self._failures = 0
        self._recovery: asyncio.Task[None] | None = None

    @property
    def closed(self) -> bool:
        """The voice may be used."""
        return self._recovery is None

    def succeeded(self) -> None:
        """Something was said."""
        self._failures = 0

    def failed(self, *, gone: bool = False) -> None:
        """Something could not be said. `gone`: nothing will be said for now, one failure is enough."""
        self._failures += 1
        if self.closed and (gone or self._failures >= self._limits.failures):
            self._recovery = asyncio.create_task(self._recover(), name="voice-recovery")
            self._changed()

    async def close(self) -> None:
        """Stop trying."""
        if self._recovery:
            self._recovery.cancel()
            await asyncio.gather(self._recovery, return_exceptions=True)

    async def _recover(self) -> None:
        rest = self._limits.rest
        while True:
            await asyncio.sleep(rest)
            try:
                await asyncio.wait_for(self._trial(), self._limits.trial)
                break
            except (SynthesisError, TimeoutError, OSError):
                rest = min(2 * rest, self._limits.longest)
        self._failures = 0
        self._recovery = None
        self._changed()
