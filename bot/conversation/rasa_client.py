"""Rasa over HTTP: one turn in, whole replies out, and patience while a process restarts."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import aiohttp

from bot.conversation.errors import BotUnavailable
from common.clock import Clock

log = logging.getLogger(__name__)

#: Seconds between two tries while a process is down.
PAUSE = 0.5
#: Tries of one turn while all processes say they are well: then the turn itself is what breaks.
MAX_TRIES = 3


class RasaClient:
    """`turn` sends one message. A turn that failed is sent again, under the same message id, until `timeout`."""

    def __init__(self, session: aiohttp.ClientSession, rasa_url: str, actions_url: str, key: str,
                 timeout: float, clock: Clock) -> None:
        self._session = session
        self._rasa, self._actions = rasa_url.rstrip("/"), actions_url.rstrip("/")
        self._key, self._timeout, self._clock = key, timeout, clock

    async def turn(self, sender: str, text: str, metadata: dict[str, Any], *, again: bool = False) -> list[dict[str, Any]]:
        """Replies of the turn. Raises BotUnavailable when the time is up.

        `again`: the message may have been served before; then its answer comes, and nothing is done twice.
        """
        deadline = self._clock.monotonic() + self._timeout
        for attempt in range(MAX_TRIES):
            left = deadline - self._clock.monotonic()
            if left <= 0:
                break
            try:
                body = {"sender": sender, "message": text, "metadata": metadata, "again": again or attempt > 0}
                replies = await self._post(body, left)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                log.warning("rasa did not answer", extra={"error_type": type(error).__name__})
                replies = []
            if replies:
                return replies
            # No reply at all means that the action server was away: wait until all is back, then once more.
            await self._until_ready(deadline)
        raise BotUnavailable()

    async def forget_all(self) -> None:
        """Every conversation starts anew (the demo's reset). Raises BotUnavailable."""
        try:
            async with self._session.post(f"{self._rasa}/webhooks/gateway/forget", headers={"X-Yida-Key": self._key},
                                          timeout=aiohttp.ClientTimeout(total=self._timeout)) as response:
                response.raise_for_status()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise BotUnavailable() from error

    async def make_older(self, sender: str, seconds: float) -> None:
        """Let time pass in a conversation (the demo only). Raises BotUnavailable."""
        try:
            async with self._session.post(f"{self._rasa}/webhooks/gateway/later", headers={"X-Yida-Key": self._key},
                                          json={"sender": sender, "seconds": seconds},
                                          timeout=aiohttp.ClientTimeout(total=self._timeout)) as response:
                response.raise_for_status()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise BotUnavailable() from error

    async def ready(self) -> dict[str, bool]:
        """Which of the processes answer."""
        rasa, actions = await asyncio.gather(self._answers(f"{self._rasa}/status"),
                                             self._answers(f"{self._actions}/health"))
        return {"rasa": rasa, "actions": actions}

    async def _post(self, body: dict[str, Any], left: float) -> list[dict[str, Any]]:
        async with self._session.post(
            f"{self._rasa}/webhooks/gateway/webhook",
            json=body, headers={"X-Yida-Key": self._key}, timeout=aiohttp.ClientTimeout(total=left),
        ) as response:
            if response.status != 200:
                log.warning("rasa refused a turn", extra={"status": response.status})
                return []
            return list((await response.json()).get("messages") or [])

    async def _until_ready(self, deadline: float) -> None:
        while True:
            await asyncio.sleep(PAUSE)
            if self._clock.monotonic() >= deadline:
                raise BotUnavailable()
            if all((await self.ready()).values()):
                return

    async def _answers(self, url: str) -> bool:
        try:
            async with self._session.get(url, timeout=aiohttp.ClientTimeout(total=2)) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False
