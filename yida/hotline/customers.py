"""What is known of a caller before a word is said: remembered manner, and the age on file where the number is proven."""

from __future__ import annotations

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from common.log import get_logger
from voice_gateway.calls.ports import Caller
from voice_gateway.machine.events import Connected
from voice_gateway.profiles import Remembered
from yida.hotline.memory import CallMemory

log = get_logger(__name__)
#: Nobody waits for a greeting longer than this, seconds.
WITHIN = 0.8


class CallCustomers:
    """Implements Customers."""

    def __init__(self, memory: CallMemory, session: aiohttp.ClientSession, actions_url: str, key: str) -> None:
        self._memory, self._session = memory, session
        self._url, self._headers = f"{actions_url.rstrip('/')}/internal/caller", {"X-Yida-Key": key}

    async def greet(self, caller: Caller) -> Connected:
        """As Customers.greet."""
        remembered = None
        if caller.number:
            try:
                remembered = await self._memory.manner(caller.number)
            except SQLAlchemyError as error:
                log.warning("caller is not remembered", extra={"error_type": type(error).__name__})
        return Connected(remembered, await self._elder(caller))

    async def remember(self, caller: Caller, remembered: Remembered) -> None:
        """As Customers.remember."""
        if caller.number:
            try:
                await self._memory.remember(caller.number, remembered)
            except SQLAlchemyError as error:
                log.warning("caller is not remembered", extra={"error_type": type(error).__name__})

    async def rated(self, caller: Caller, score: int) -> None:
        """As Customers.rated."""
        try:
            await self._memory.rate(caller.call_id, score)
        except SQLAlchemyError as error:
            log.warning("rating is not kept", extra={"error_type": type(error).__name__})

    async def _elder(self, caller: Caller) -> bool:
        if not caller.proven:
            return False
        try:
            async with self._session.post(self._url, json={"phone": caller.proven}, headers=self._headers,
                                          timeout=aiohttp.ClientTimeout(total=WITHIN)) as response:  # fmt: skip
                return response.status == 200 and bool((await response.json()).get("elder"))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return False
