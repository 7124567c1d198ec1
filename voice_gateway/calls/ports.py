"""What a call needs of the rest of the house. Shipped: `yida/calls` (the gateway) and `desk_free` ones for `yida call`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from voice_gateway.machine.commands import AskBot, Context
from voice_gateway.machine.events import AgentState, Connected, ReplyReady
from voice_gateway.profiles import Remembered


@dataclass(frozen=True)
class Caller:
    """Who is on the line.

    `number`: as the way in tells it, empty where unknown; a proof of identity only where `trusted` (the operator's own
    network vouches for it). `conversation`: where what is said is kept.
    """

    call_id: str
    conversation: str
    number: str = field(default="", repr=False)
    trusted: bool = False

    @property
    def proven(self) -> str:
        """The number where it proves who is calling, else empty."""
        return self.number if self.trusted else ""


class Bot(Protocol):
    """The conversation."""

    async def answer(self, caller: Caller, asked: AskBot, message_id: str) -> ReplyReady:
        """The reply to one turn; the same `message_id` is answered once. Raises BotAway."""
        ...


class People(Protocol):
    """The agents and their desk."""

    async def open(self) -> bool:
        """Whether people answer now. Raises PeopleAway."""
        ...

    async def news(self, caller: Caller) -> AgentState | None:
        """How the request for a person stands; None where there is none. Raises PeopleAway."""
        ...

    async def leave(self, caller: Caller) -> None:
        """The caller does not wait any longer. Raises PeopleAway."""
        ...

    async def call_back(self, caller: Caller, context: Context) -> bool:
        """Register a call back; False where there is no number to call. Once a day for a call. Raises PeopleAway."""
        ...

    async def note(self, caller: Caller, intent: str, context: Context) -> bool:
        """Register what the bot would have done; False where there is no number to call. Raises PeopleAway."""
        ...


class Customers(Protocol):
    """What is known of callers before they say a word."""

    async def greet(self, caller: Caller) -> Connected:
        """How to begin. Never raises: who cannot be looked up is a stranger."""
        ...

    async def remember(self, caller: Caller, remembered: Remembered) -> None:
        """For the next call. Never raises."""
        ...

    async def rated(self, caller: Caller, score: int) -> None:
        """The answer to the survey, 1 satisfied to 3 not. Never raises."""
        ...
