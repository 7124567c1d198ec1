"""What an action hands back, and its translation into Rasa's events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from actions.framework.replies import Reply


@dataclass
class Outcome:
    """Replies in order, slots to set, and what runs next.

    `followup`: an action to run in this same turn. `loop`: name of the loop that owns the next message,
    None for no loop, `UNCHANGED` to leave it as it is.
    """

    replies: list[Reply] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    followup: str | None = None
    loop: str | None = "unchanged"


UNCHANGED = "unchanged"


def utter(dispatcher: Any, reply: Reply) -> None:
    """Queue one reply on rasa-sdk's dispatcher."""
    dispatcher.utter_message(
        text=reply.text,
        buttons=[{"title": b.title, "payload": b.payload} for b in reply.buttons],
        speech=reply.speech,
        kind=reply.kind,
        data=reply.data,
    )


def events(outcome: Outcome, current_loop: str | None) -> list[dict[str, Any]]:
    """Rasa events of an outcome. Without a follow-up the bot listens: no policy needs to say so."""
    made: list[dict[str, Any]] = [{"event": "slot", "name": k, "value": v} for k, v in outcome.slots.items()]
    if outcome.loop != UNCHANGED and outcome.loop != current_loop:
        made.append({"event": "active_loop", "name": outcome.loop})
    made.append({"event": "followup", "name": outcome.followup or "action_listen"})
    return made
