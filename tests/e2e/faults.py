"""Walks a fault report to its end as a customer would: by the buttons."""

from __future__ import annotations

import re
from typing import Any

from tests.e2e.system import System

TICKET = re.compile(r"GD\d{10}")


def wants_ticket(reply: dict[str, Any]) -> str | None:
    """What to say to have the ticket made, where that is what is asked."""
    titles = [button["payload"] for button in reply.get("buttons", [])]
    return next((title for title in titles if "开单" in title or "登记" in title), None)


def to_the_question(system: System, text: str, who: str, phone: str) -> str:
    """Answers everything until the ticket is to be confirmed; returns the words that confirm it."""
    replies = system.replies(text, who, phone)
    for _ in range(8):
        if confirm := wants_ticket(replies[-1]):
            return confirm
        replies = system.replies(replies[-1]["buttons"][0]["payload"], who, phone)
    raise AssertionError(replies)


def tickets_of(system: System, phone: str) -> set[str]:
    """Numbers of all tickets the customer was told of by text message."""
    return set(TICKET.findall("".join(message["text"] for message in system.messages(phone))))
