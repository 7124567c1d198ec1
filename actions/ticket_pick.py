"""Which ticket is meant: whose tickets a customer may see, and how one of several is named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from actions.framework.action import YidaAction
from actions.framework.question import ChoiceQuestion, Option
from actions.framework.stack import TaskState
from actions.framework.turn import Turn
from actions.hearing import hears
from nlu.entities.numbers import digits_of
from service_desk.errors import TicketNotFound
from service_desk.types import Category, Kind, Ticket
from service_desk.wording import CATEGORIES, KINDS

_TAIL = re.compile(r"(?:末尾|最后|结尾|后四位|后面|尾数|尾号|末四位|后几位)是?(?P<digits>[零〇一二两三四五六七八九幺\d]{2,6})")
#: What customers call the subject of a ticket.
_CATEGORY_WORDS: dict[Category, tuple[str, ...]] = {
    Category.BROADBAND: ("宽带", "网络", "wifi", "光猫", "路由", "上网"),
    Category.IPTV: ("电视", "机顶盒", "盒子"),
    Category.LANDLINE: ("座机", "固话", "家里电话"),
    Category.MOBILE: ("手机", "信号"),
    Category.LEASED_LINE: ("专线",),
    Category.INSTALLATION: ("装机", "移机", "安装", "装宽带"),
    Category.BILLING: ("扣费", "话费", "退钱", "退费"),
}
_KIND_WORDS: dict[Kind, tuple[str, ...]] = {
    Kind.COMPLAINT: ("投诉",), Kind.FAULT: ("报修", "报障", "维修"), Kind.CALLBACK: ("回电", "留言"),
}


async def visible(action: YidaAction, turn: Turn, ticket_id: str) -> Ticket:
    """A ticket by its id, for its owner, its contact or who may ask for them; else `TicketNotFound`."""
    ticket = await action.services.desk.get(ticket_id)
    own = await action.customer_phone(turn)
    if own and own in (ticket.phone, ticket.contact_phone):
        return ticket
    if own and ticket.phone and await action.services.operator.delegations.allowed(own, ticket.phone, action.scope):
        return ticket
    raise TicketNotFound


def named(turn: Turn, tickets: Sequence[Ticket]) -> list[Ticket]:
    """Those the sentence points at, by the end of the id, the kind or the subject; all where it points at none."""
    if tail := _TAIL.search(turn.text):
        found = [t for t in tickets if t.ticket_id.endswith(digits_of(tail["digits"]))]
        return found or list(tickets)
    kept = list(tickets)
    kinds = [kind for kind, words in _KIND_WORDS.items() if hears(turn.text, words)]
    about = [category for category, words in _CATEGORY_WORDS.items() if hears(turn.text, words)]
    for found in ([t for t in kept if t.kind in kinds], [t for t in kept if t.category in about]):
        if found:
            kept = [t for t in kept if t in found]
    return kept or list(tickets)


def name_zh(ticket: Ticket) -> str:
    """宽带报障."""
    return f"{CATEGORIES[ticket.category]}{KINDS[ticket.kind]}"


def offered(tickets: Sequence[Ticket]) -> list[dict[str, Any]]:
    """The choice as it is kept in a task: ids with titles and words."""
    return [
        {"value": t.ticket_id, "title": f"{name_zh(t)}（尾号{t.ticket_id[-4:]}）",
         "words": [t.ticket_id[-4:], *_CATEGORY_WORDS.get(t.category, ()), *_KIND_WORDS.get(t.kind, ())]}
        for t in tickets
    ]  # fmt: skip


class TicketQuestion(ChoiceQuestion):
    """One of the tickets in `state.data["offered"]`, by id, tail or subject."""

    def __init__(self, prompt: str) -> None:
        super().__init__("ticket_id", prompt, self._offered)

    async def _offered(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        return [Option(o["value"], o["title"], tuple(o["words"])) for o in state.data.get("offered", ())]

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        choices = state.data.get("offered", ())
        said = turn.said.value("ticket_id")
        if said and any(o["value"] == said for o in choices):
            return said
        digits = digits_of(turn.text)
        tails = [o["value"] for o in choices if len(digits) >= 2 and o["value"].endswith(digits)]
        return tails[0] if len(tails) == 1 else await super().parse(turn, state)
