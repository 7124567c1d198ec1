"""The caller profile by age on file: chosen once a conversation, never against what the customer chose."""

from __future__ import annotations

import dataclasses

from actions.framework.outcome import Outcome
from actions.framework.services import Services
from actions.framework.turn import Turn
from common.errors import YidaError

#: Slot: the age on file has been looked at in this conversation.
AGE_SEEN = "age_seen"


async def elder_on_file(services: Services, turn: Turn, phone: str) -> tuple[Turn, str | None]:
    """The turn in the profile that suits the customer's age, and that profile (None: could not be looked up)."""
    try:
        customer = await services.operator.customers.find(phone)
    except YidaError:
        return turn, None
    if customer.elder and turn.profile != "elder":
        return dataclasses.replace(turn, profile="elder"), "elder"
    return turn, turn.profile


def announce(outcome: Outcome, profile: str) -> None:
    """Remember that the age was seen; tell the channel where that made the customer an elder."""
    outcome.slots.setdefault(AGE_SEEN, True)
    if profile == "elder" and outcome.replies:
        outcome.slots.setdefault("profile", "elder")
        first = outcome.replies[0]
        outcome.replies[0] = dataclasses.replace(first, data={"profile": "elder", **first.data})
