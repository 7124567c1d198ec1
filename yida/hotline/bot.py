"""The conversation, as a call asks it: inside the gateway, or over HTTP for `yida call`."""

from __future__ import annotations

from collections import OrderedDict

import aiohttp

from bot.conversation.errors import BotUnavailable, TooManyMessages
from bot.conversation.messages import Incoming
from bot.conversation.turns import Conversations
from voice_gateway.calls.errors import BotAway
from voice_gateway.calls.ports import Caller
from voice_gateway.calls.replies import reply_of
from voice_gateway.machine.commands import AskBot
from voice_gateway.machine.events import ReplyReady

CHANNEL = "voice"
#: Conversations whose caller was an elder, remembered so that a wish for the usual pace reaches the bot.
MOST_ELDERS = 2000


class ConversationBot:
    """Implements Bot by the gateway's own conversations."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations
        self._elders: OrderedDict[str, None] = OrderedDict()

    async def answer(self, caller: Caller, asked: AskBot, message_id: str) -> ReplyReady:
        """As Bot.answer."""
        message = Incoming(caller.conversation, message_id, asked.text, CHANNEL, caller.proven or None,
                           self._profile(caller, asked), asked.title)  # fmt: skip
        try:
            replies = await self._conversations.handle(message)
        except (BotUnavailable, TooManyMessages) as error:
            raise BotAway(error.code) from error
        return reply_of(asked.turn, [vars(reply) for reply in replies])

    def _profile(self, caller: Caller, asked: AskBot) -> str | None:
        """`standard` only where it takes back an earlier `elder`: else the age on file decides."""
        if asked.profile == "elder":
            self._elders[caller.conversation] = None
            self._elders.move_to_end(caller.conversation)
            if len(self._elders) > MOST_ELDERS:
                self._elders.popitem(last=False)
            return "elder"
        return "standard" if caller.conversation in self._elders else None


class RestBot:
    """Implements Bot by the REST channel of a running gateway."""

    def __init__(self, session: aiohttp.ClientSession, url: str, key: str, timeout: float = 30.0) -> None:
        self._session, self._url, self._timeout = session, url.rstrip("/"), timeout
        self._key = {"Authorization": f"Bearer {key}"} if key else {}

    async def answer(self, caller: Caller, asked: AskBot, message_id: str) -> ReplyReady:
        """As Bot.answer."""
        body = {"sender": caller.conversation, "message": asked.text, "message_id": message_id,
                "metadata": {"channel": CHANNEL, "phone": caller.proven or None, "profile": asked.profile}}  # fmt: skip
        try:
            async with self._session.post(
                f"{self._url}/webhooks/rest/webhook", json=body, headers=self._key,
                timeout=aiohttp.ClientTimeout(total=self._timeout),
            ) as response:  # fmt: skip
                replies = await response.json()
                if response.status != 200 or not isinstance(replies, list) or any(r.get("error") for r in replies):
                    raise BotAway(str(response.status))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise BotAway(type(error).__name__) from error
        return reply_of(asked.turn, replies)
