"""Our side of the calls of the tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.voice_gateway.transports.websocket.phones import WAYS
from voice_gateway.transports import Leg, LegEvent

each = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
#: Samples that µ-law and back leaves as they are.
LOUD, OTHER = b"\x7c\x7d", b"\x84\x82"


class Callee:
    """Our side: collects what is heard; `then` is done first."""

    def __init__(self, then: Callable[[Leg], Awaitable[object]] | None = None) -> None:
        self.events, self.legs, self.over, self._then = list[LegEvent](), list[Leg](), 0, then

    async def __call__(self, leg: Leg) -> None:
        self.legs.append(leg)
        try:
            if self._then is not None:
                await self._then(leg)
            async for event in leg.events():
                self.events.append(event)
        finally:
            self.over += 1
