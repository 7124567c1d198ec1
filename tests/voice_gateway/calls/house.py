"""A hotline on a real port with the real voice and ear; the bot, the desk and the customers are written down here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voice_gateway.calls.errors import BotAway, PeopleAway
from voice_gateway.calls.ports import Caller
from voice_gateway.calls.replies import reply_of
from voice_gateway.machine.commands import AskBot, Context
from voice_gateway.machine.events import AgentState, Connected, ReplyReady
from voice_gateway.profiles import Remembered


@dataclass
class ScriptedBot:
    """Answers by `script`; waits on `gate`; away where `away`."""

    script: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    away: bool = False
    asked: list[AskBot] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    done: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    async def answer(self, caller: Caller, asked: AskBot, message_id: str) -> ReplyReady:
        self.asked.append(asked)
        await self.gate.wait()
        if self.away:
            raise BotAway
        self.done += 1
        return reply_of(asked.turn, self.script.get(asked.text, [{"text": f"收到{len(asked.text)}个字。"}]))

    @property
    def texts(self) -> list[str]:
        return [asked.text for asked in self.asked]


@dataclass
class ScriptedPeople:
    """The desk as a list of what was wanted of it."""

    hours: bool = True
    away: bool = False
    state: AgentState | None = None
    noted: list[str] = field(default_factory=list)
    contexts: list[Context] = field(default_factory=list)
    left: int = 0

    async def open(self) -> bool:
        self._here()
        return self.hours

    async def news(self, caller: Caller) -> AgentState | None:
        self._here()
        return self.state

    async def leave(self, caller: Caller) -> None:
        self._here()
        self.left += 1

    async def call_back(self, caller: Caller, context: Context) -> bool:
        self._here()
        self.noted.append("call_back")
        self.contexts.append(context)
        return True

    async def note(self, caller: Caller, intent: str, context: Context) -> bool:
        self._here()
        self.noted.append(intent)
        self.contexts.append(context)
        return True

    def _here(self) -> None:
        if self.away:
            raise PeopleAway


@dataclass
class ScriptedCustomers:
    """Who calls, and what was kept."""

    connected: Connected = field(default_factory=Connected)
    remembered: list[Remembered] = field(default_factory=list)
    scores: list[int] = field(default_factory=list)

    async def greet(self, caller: Caller) -> Connected:
        return self.connected

    async def remember(self, caller: Caller, remembered: Remembered) -> None:
        self.remembered.append(remembered)

    async def rated(self, caller: Caller, score: int) -> None:
        self.scores.append(score)
