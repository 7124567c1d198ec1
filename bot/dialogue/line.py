"""One customer's line to a running system, as a channel's program has it."""

from __future__ import annotations

import asyncio
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.dialogue.errors import NobodyThere

#: Put in a script where the newest one-time code is to be typed.
CODE = "{验证码}"


@dataclass
class Answer:
    """The replies to one message; `status` is HTTP's."""

    status: int
    replies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [str(reply.get("text") or "") for reply in self.replies]

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    @property
    def buttons(self) -> list[dict[str, str]]:
        return [button for reply in self.replies for button in reply.get("buttons") or ()]

    @property
    def kinds(self) -> list[str]:
        return [str(reply.get("kind") or "") for reply in self.replies]


class Line:
    """`say` sends one message of this customer; `phone` proves who they are, None is a stranger."""

    def __init__(self, session: aiohttp.ClientSession, url: str, key: str, *, phone: str | None = None,
                 channel: str = "app", profile: str | None = None) -> None:  # fmt: skip
        self._session, self._url, self._key = session, url.rstrip("/"), key
        self.phone, self.channel, self.profile = phone, channel, profile
        self.sender = f"dialogue-{uuid.uuid4().hex[:16]}"

    async def say(self, text: str) -> Answer:
        """Waits where the rate limit says so. Raises NobodyThere."""
        if CODE in text:
            text = text.replace(CODE, await self._newest_code())
        body = {"sender": self.sender, "message": text, "metadata": self._metadata()}
        for _ in range(4):
            try:
                async with self._session.post(f"{self._url}/webhooks/rest/webhook", json=body, headers=self._headers()) as response:
                    if response.status == 429:
                        await asyncio.sleep(float(response.headers.get("Retry-After", "1")))
                        continue
                    found = await response.json() if response.status == 200 else []
                    return Answer(response.status, found)
            except (aiohttp.ClientError, TimeoutError) as error:
                raise NobodyThere(type(error).__name__) from error
        return Answer(429)

    async def later(self, seconds: int) -> None:
        """Let time pass in this conversation (demo only). Raises NobodyThere."""
        body = {"sender": self.sender, "metadata": self._metadata(), "seconds": seconds}
        try:
            async with self._session.post(f"{self._url}/demo/later", json=body, headers=self._headers()) as response:
                if response.status != 200:
                    raise NobodyThere(str(response.status), message_zh="让时间过去只在演示环境里可用。")
        except aiohttp.ClientError as error:
            raise NobodyThere(type(error).__name__) from error

    def _metadata(self) -> dict[str, Any]:
        return {"channel": self.channel, "phone": self.phone, "profile": self.profile}

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key}"} if self.phone else {}

    async def _newest_code(self) -> str:
        """The one-time code sent last to whom this customer says to be: the demo's first customer."""
        async with self._session.get(f"{self._url}/demo/messages", params={"phone": self.phone or "13800000001"}) as response:
            codes = re.findall(r"验证码是(\d{6})", "".join(m["text"] for m in await response.json()))
        return str(codes[0]) if codes else ""
