"""The conversation itself: one message after another, each answered once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bot.conversation.choices import resolve
from bot.conversation.errors import TooManyMessages
from bot.conversation.journal import Head, Journal
from bot.conversation.limits import RateLimit
from bot.conversation.messages import Incoming, Stored
from bot.conversation.rasa_client import RasaClient
from bot.conversation.sanitize import clean, says_something
from common.trace import new_trace_id, tracing

log = logging.getLogger(__name__)

Listener = Callable[[Stored], Awaitable[None]]
Observe = Callable[[str, str, float], None]
Journaled = Callable[[Stored], None]

EMPTY = {"text": "您好，我只看得懂文字。您可以直接打字说要办什么，比如“查话费”“宽带报修”。",
         "speech": "您好，请说您要办什么。", "kind": "conversation.empty",
         "buttons": [{"title": t, "payload": t} for t in ("查话费", "查流量", "宽带报修", "转人工")]}
#: Longest title of a button kept with a message, characters.
MAX_TITLE = 100
CUT = "（您这条消息比较长，我先看了前 {n} 个字。）"


class Conversations:
    """`handle` takes a message of any channel; listeners hear everything said in their conversation.

    Messages of one conversation are served in the order in which they came. The same message id is
    answered from the journal. Raises TooManyMessages and BotUnavailable.
    """

    def __init__(self, journal: Journal, rasa: RasaClient, limit: RateLimit, *, longest: int,
                 observe: Observe = lambda channel, outcome, seconds: None) -> None:
        self._journal, self._rasa, self._limit = journal, rasa, limit
        self._longest, self._observe = longest, observe
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}
        self._listeners: dict[str, set[Listener]] = {}

    @property
    def journal(self) -> Journal:
        return self._journal

    async def handle(self, message: Incoming, journaled: Journaled | None = None) -> list[Stored]:
        """Answer one message; returns the replies. `journaled` hears as soon as the message is kept for good."""
        if wait := self._limit.take(message.conversation_id):
            self._observe(message.channel, "limited", 0.0)
            raise TooManyMessages(wait)
        with tracing(message.trace_id or new_trace_id()) as trace_id:
            started = time.perf_counter()
            outcome = "failed"
            try:
                async with self._turn_of(message.conversation_id):
                    replies, outcome = await self._serve(message, trace_id, journaled)
                return replies
            finally:
                seconds = time.perf_counter() - started
                self._observe(message.channel, outcome, seconds)
                log.info("turn", extra={"channel": message.channel, "outcome": outcome,
                                        "ms": round(seconds * 1000, 1), "chars": len(message.text)})

    async def say(self, conversation_id: str, replies: list[dict[str, Any]], sender: str, cause: str) -> list[Stored]:
        """Put messages into a conversation that no turn asked for: notices, an agent's words."""
        async with self._turn_of(conversation_id):
            stored = await self._journal.add_replies(conversation_id, cause, replies, sender)
        await self._tell(stored)
        return stored

    def listen(self, conversation_id: str, listener: Listener) -> Callable[[], None]:
        """Hear every message of a conversation; returns the way to stop."""
        self._listeners.setdefault(conversation_id, set()).add(listener)

        def stop() -> None:
            listeners = self._listeners.get(conversation_id, set())
            listeners.discard(listener)
            if not listeners:
                self._listeners.pop(conversation_id, None)

        return stop

    # ------------------------------------------------------------------ one turn

    async def _serve(self, message: Incoming, trace_id: str,
                     journaled: Journaled | None) -> tuple[list[Stored], str]:
        known = await self._journal.head(message.conversation_id)
        text, cut = clean(message.text, self._longest)
        title, _ = clean(message.title, MAX_TITLE)
        stored, new = await self._journal.add_user(message.conversation_id, message.message_id, text, title)
        if journaled:
            journaled(stored)
        if new:
            await self._tell([stored])
        elif earlier := await self._journal.replies_to(message.conversation_id, message.message_id):
            return earlier, "repeated"
        replies = await self._replies(message, resolve(text, known.buttons), known, trace_id, again=not new)
        if cut and replies:
            replies[0] = {**replies[0], "text": CUT.format(n=self._longest) + "\n" + replies[0]["text"]}
        answered = await self._journal.add_replies(message.conversation_id, message.message_id, replies)
        await self._tell(answered)
        return answered, "answered"

    async def _replies(self, message: Incoming, text: str, known: Head, trace_id: str, *,
                       again: bool) -> list[dict[str, Any]]:
        if not says_something(text):
            return [{**EMPTY, "data": {"secret": known.secret}}]
        metadata = {"channel": message.channel, "message_id": message.message_id, "trace_id": trace_id,
                    "profile": message.profile or known.profile}
        if message.verified_phone:
            metadata["verified_phone"] = message.verified_phone
        return await self._rasa.turn(message.conversation_id, text, metadata, again=again)

    async def _tell(self, messages: list[Stored]) -> None:
        for message in messages:
            for listener in list(self._listeners.get(message.conversation_id, ())):
                await listener(message)

    def _turn_of(self, conversation_id: str) -> _Turn:
        return _Turn(self._locks, conversation_id)


class _Turn:
    """A lock for one conversation that goes away when nobody waits for it. asyncio's lock is first come, first served."""

    def __init__(self, locks: dict[str, tuple[asyncio.Lock, int]], key: str) -> None:
        self._locks, self._key = locks, key

    async def __aenter__(self) -> None:
        lock, users = self._locks.get(self._key, (asyncio.Lock(), 0))
        self._locks[self._key] = (lock, users + 1)
        self._lock = lock
        try:
            await lock.acquire()
        except BaseException:
            self._leave()
            raise

    async def __aexit__(self, *exc: object) -> None:
        self._lock.release()
        self._leave()

    def _leave(self) -> None:
        lock, users = self._locks[self._key]
        if users <= 1:
            del self._locks[self._key]
        else:
            self._locks[self._key] = (lock, users - 1)
