"""The way to a person during a call: the bot writes the summary and takes the place, the desk is asked how it stands."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable

from common.log import get_logger
from voice_gateway.calls.errors import BotAway, PeopleAway
from voice_gateway.calls.ports import Bot, Caller, People
from voice_gateway.machine.commands import AskBot, Context
from voice_gateway.machine.events import Agent, AgentState, Event, Noted

log = get_logger(__name__)
#: What the bot is told; its rules answer it from every state.
WISH = "转人工"
#: Seconds between two looks at the queue.
LOOK_EVERY = 2.0


class Desk:
    """One call's. `tell` gets AgentState and Noted."""

    def __init__(self, caller: Caller, people: People, bot: Bot, tell: Callable[[Event], None]) -> None:
        self._caller, self._people, self._bot, self._tell = caller, people, bot, tell
        # Who hangs up while the place is being taken gives it up after that.
        self._turn = asyncio.Lock()

    async def enqueue(self, context: Context) -> bool:
        """Take a place; True where there is one to `watch`."""
        async with self._turn:
            return await self._enqueue(context)

    async def _enqueue(self, context: Context) -> bool:
        try:
            if not await self._people.open():
                state = Agent.CLOSED if self._caller.number else Agent.ASK
                self._tell(AgentState(state))
                return False
            asked = AskBot(0, WISH, WISH, context.profile)
            reply = await self._bot.answer(self._caller, asked, uuid.uuid4().hex)
        except (PeopleAway, BotAway):
            self._tell(AgentState(Agent.FAILED))
            return False
        if reply.place is None:
            self._tell(AgentState(Agent.FAILED))
            return False
        self._tell(AgentState(Agent.WAITING, reply.place))
        return True

    async def watch(self) -> None:
        """News of the queue, until there are none any more."""
        while True:
            try:
                news = await self._people.news(self._caller)
            except PeopleAway:
                news = AgentState(Agent.FAILED)
            if news is None:
                return
            self._tell(news)
            if news.state is not Agent.WAITING:
                return
            await asyncio.sleep(LOOK_EVERY)

    def connected(self, ok: bool) -> None:
        """The way in handed the call over, or could not."""
        self._tell(AgentState(Agent.CONNECTED if ok else Agent.FAILED))

    async def leave(self) -> None:
        """The caller does not wait any longer."""
        async with self._turn:
            try:
                await self._people.leave(self._caller)
            except PeopleAway as error:
                log.warning("place was not given up", extra={"code": error.code})

    async def call_back(self, context: Context) -> None:
        """Register a call back."""
        try:
            self._tell(Noted(await self._people.call_back(self._caller, context)))
        except PeopleAway:
            self._tell(Noted(False))

    async def note(self, intent: str, context: Context) -> None:
        """Register what the bot would have done."""
        try:
            self._tell(Noted(await self._people.note(self._caller, intent, context)))
        except PeopleAway:
            self._tell(Noted(False))
