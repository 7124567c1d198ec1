"""The service desk, as a call sees it: hours, the queue, call backs."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from common.clock import Clock
from common.errors import YidaError
from service_desk.desk import ServiceDesk
from service_desk.queue_types import CaseState, Line
from voice_gateway.calls.errors import PeopleAway
from voice_gateway.calls.ports import Caller
from voice_gateway.machine.commands import Context
from voice_gateway.machine.events import Agent, AgentState, Place
from voice_gateway.machine.menu import Menu, Node, house_menu

T = TypeVar("T")
CHANNEL = "voice"
#: Why a call back is wanted, by the reason of the machine.
_REASONS = {
    "queue": "排队时不想等，请回电",
    "offered": "客户没有等到人工，请回电",
    "not_understood": "没有听明白客户的话，请回电",
}
_ASKED = "客户要求人工，请回电"


class DeskPeople:
    """Implements People. `target`: where a call is handed to when an agent takes it; empty: calls cannot be handed over."""

    def __init__(self, desk: ServiceDesk, clock: Clock, target: str = "") -> None:
        self._desk, self._clock, self._target = desk, clock, target

    async def open(self) -> bool:
        """As People.open."""
        return await _kept(lambda: asyncio.to_thread(self._desk.handover.in_hours))

    async def news(self, caller: Caller) -> AgentState | None:
        """As People.news."""
        place = await _kept(lambda: self._desk.handover.position(caller.conversation))
        if place is None:
            return None
        if place.state is CaseState.TAKEN:
            return AgentState(Agent.READY, target=self._target) if self._target else AgentState(Agent.FAILED)
        if not place.in_hours:
            return AgentState(Agent.CLOSED)
        return AgentState(Agent.WAITING, Place(place.position, place.estimated_wait_minutes))

    async def leave(self, caller: Caller) -> None:
        """As People.leave."""
        await _kept(lambda: self._desk.handover.leave(caller.conversation))

    async def call_back(self, caller: Caller, context: Context) -> bool:
        """As People.call_back. The key is the bot's own, so that both together register one."""
        night = (self._clock.now() - dt.timedelta(hours=12)).date().isoformat()
        text = _REASONS.get(context.reason, _ASKED)
        return await self._message(caller, text, f"night:{caller.conversation}:{night}", context)

    async def note(self, caller: Caller, intent: str, context: Context) -> bool:
        """As People.note."""
        text = f"系统不可用时按键登记：{_title(intent)}，请回电"
        return await self._message(caller, text, f"away:{caller.conversation}:{intent}", context)

    async def _message(self, caller: Caller, text: str, key: str, context: Context) -> bool:
        if not caller.number:
            return False
        lines = [Line(said.who, said.text) for said in context.lines]
        await _kept(
            lambda: self._desk.handover.leave_message(
                caller.conversation, caller.number, text, CHANNEL, key, _summary(caller, context), lines
            )
        )
        return True


async def _kept(work: Callable[[], Awaitable[T]]) -> T:
    try:
        return await work()
    except (YidaError, SQLAlchemyError, OSError) as error:
        raise PeopleAway(type(error).__name__) from error


def _summary(caller: Caller, context: Context) -> str:
    parts = ["来电登记" + ("" if caller.trusted else "（来电号码未核实）")]
    if context.profile == "elder":
        parts.append("长辈，请说慢一点")
    if context.dialect:
        parts.append("说方言")
    if context.misses:
        parts.append(f"有 {context.misses} 次没听懂")
    return "；".join(parts)


def _title(intent: str, menu: Menu | None = None) -> str:
    menu = menu or house_menu()
    return next((node.title for top in (menu.away, menu.top) for node in _leaves(top) if node.intent == intent), "来电业务")


def _leaves(node: Node) -> list[Node]:
    return [leaf for option in node.options for leaf in _leaves(option)] if node.options else [node]
