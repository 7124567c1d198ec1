"""What goes into a conversation and what comes out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Incoming:
    """One message from a channel.

    `message_id` is the channel's own; the same id twice is the same message. `verified_phone` is set
    only by a channel that proved it. `title` is what the customer saw on the button, where one was used.
    """

    conversation_id: str
    message_id: str
    text: str
    channel: str
    verified_phone: str | None = None
    profile: str | None = None
    title: str = ""
    trace_id: str | None = None


@dataclass(frozen=True)
class Stored:
    """One message of the journal; `seq` grows by one in a conversation. `sender`: user, bot, agent, system."""

    conversation_id: str
    seq: int
    message_id: str
    sender: str
    text: str
    at: dt.datetime
    title: str = ""
    buttons: tuple[dict[str, str], ...] = ()
    speech: str = ""
    kind: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    #: message_id of the customer's message this answers; empty for the customer's own.
    answers: str = ""

    def as_frame(self) -> dict[str, Any]:
        """The `message` frame of the web channel."""
        frame: dict[str, Any] = {"type": "message", "seq": self.seq, "id": self.message_id, "from": self.sender,
                                 "text": self.text, "buttons": list(self.buttons), "at": self.at.isoformat()}
        for key, value in (("title", self.title), ("speech", self.speech), ("kind", self.kind),
                           ("data", {k: v for k, v in self.data.items() if k != "secret"})):
            if value:
                frame[key] = value
        return frame
