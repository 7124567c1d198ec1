"""What the rest of the house knows of a call's way in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

#: Length of a frame, seconds.
FRAME = 0.02


@dataclass(frozen=True)
class Audio:
    """What the caller said: 16 bit little-endian mono at the leg's rate, of any length."""

    pcm: bytes = field(repr=False)


@dataclass(frozen=True)
class Key:
    """One DTMF key: 0-9, *, #. Never logged."""

    key: str = field(repr=False)


@dataclass(frozen=True)
class HungUp:
    """The last event of a leg. `reason`: caller, closed (the line broke), protocol, silence, limit (the longest a call may
    take), ours."""

    reason: str


LegEvent = Audio | Key | HungUp


class Leg(Protocol):
    """One call. `events` ends after HungUp; every method may be called after that and does nothing."""

    @property
    def call_id(self) -> str:
        """Unique; safe to log."""
        ...

    @property
    def sample_rate(self) -> int:
        """Of both directions, Hz."""
        ...

    @property
    def caller(self) -> str:
        """The number as this way in tells it, empty where unknown. Not for logs; proves nothing unless `vouched`."""
        ...

    @property
    def vouched(self) -> bool:
        """The other side holds a key or is a trusted trunk, so that `caller` may count as proof."""
        ...

    @property
    def conversation(self) -> str:
        """The conversation this call goes on with; empty for one of its own."""
        ...

    def events(self) -> AsyncIterator[LegEvent]:
        """What comes from the caller, in order; for one reader."""
        ...

    async def play(self, pcm: bytes) -> None:
        """Queue sound; waits while more than a few seconds are queued, so that nothing runs far ahead."""
        ...

    async def played(self) -> None:
        """Wait until all that was queued has gone out."""
        ...

    def flush(self) -> float:
        """Drop what has not gone out (barge-in); seconds dropped."""
        ...

    async def hang_up(self) -> None:
        """End the call; what is queued is dropped. Wait for `played` first where it must be heard."""
        ...

    async def transfer(self, target: str) -> bool:
        """Hand the call to another number or extension; False where this way in cannot."""
        ...


#: Serves one call; the leg is hung up when it returns.
OnCall = Callable[[Leg], Awaitable[None]]
