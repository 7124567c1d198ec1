"""Time as a port, so that expiry, SLA and silence are tested without waiting."""

from __future__ import annotations

import datetime as dt
import time
from typing import Protocol
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """A source of time."""

    def now(self) -> dt.datetime:
        """Current time, timezone-aware, Asia/Shanghai."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(CHINA)

    def monotonic(self) -> float:
        return time.monotonic()


class FakeClock:
    """A clock that moves only when told to.

    Shipped for tests and simulations. `start` must be timezone-aware.
    """

    def __init__(self, start: dt.datetime | None = None) -> None:
        self._now = start or dt.datetime(2026, 3, 2, 10, 0, tzinfo=CHINA)
        self._mono = 0.0

    def now(self) -> dt.datetime:
        return self._now

    def monotonic(self) -> float:
        return self._mono

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds`."""
        self._now += dt.timedelta(seconds=seconds)
        self._mono += seconds
