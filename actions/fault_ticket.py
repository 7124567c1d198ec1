"""From a finished self-check to a repair ticket."""

from __future__ import annotations

from typing import Any

from actions.framework.action import YidaAction
from actions.framework.outcome import Outcome
from actions.framework.replies import Reply
from actions.framework.stack import TaskState
from actions.framework.turn import Turn
from actions.self_check.model import Trees
from actions.self_check.state import State
from actions.self_check.steps import Verdict
from actions.self_check.summary import summary
from common.masking import mask_phone
from service_desk.types import Category, Kind, Priority, TicketDraft

#: The trees' categories that the desk names otherwise.
_CATEGORY = {"mobile_network": Category.MOBILE, "enterprise": Category.LEASED_LINE, "tv": Category.IPTV}


def with_lead(lead: Reply, question: Reply) -> Reply:
    """One message: the verdict, then the question that follows from it."""
    return Reply(f"{lead.text}\n{question.text}", f"{lead.speech}{question.speech}", question.buttons, lead.kind,
                 {**lead.data, **question.data})


def ticket_spec(end: Verdict) -> dict[str, Any]:
    """What the ticket of a verdict will say, as kept in the task."""
    spec = end.ticket
    return {"category": spec.category if spec else "other", "priority": spec.priority if spec else "normal",
            "cause": spec.cause_zh if spec else "", "outage": end.kind == "outage"}


class FaultTickets:
    """Words and drafts of the ticket that ends a check."""

    def __init__(self, action: YidaAction, trees: Trees) -> None:
        self._action, self._trees = action, trees

    def question(self, turn: Turn, state: TaskState) -> Reply:
        """Read-back before the ticket is made; with a known outage it is offered, not urged."""
        if state.data["ticket"].get("outage"):
            return self._action.say(turn, "fault.ask_ticket_outage", buttons=["不用了", "登记报修", "转人工"])
        phone = state.data.get("phone")
        known = self._action.say(turn, "fault.contact_known", masked=mask_phone(phone)).text if phone else ""
        contact = known or self._action.say(turn, "fault.contact_unknown").text
        return self._action.say(turn, "fault.ask_ticket", contact=contact, buttons=["好的，开单", "先不用", "转人工"])

    def trail(self, saved: State) -> list[str]:
        """What was asked, answered and tested, a line a step."""
        return summary(saved, self._trees)

    async def create(self, turn: Turn, state: TaskState, saved: State) -> Outcome:
        """Make the ticket, or join the one that is open for the same fault."""
        services, phone = self._action.services, state.data["phone"]
        customer = await services.operator.customers.find(phone)
        spec = state.data["ticket"]
        draft = TicketDraft(
            kind=Kind.FAULT, category=_category(spec["category"]), title=spec["cause"][:40],
            description=state.data.get("said", ""), phone=phone, channel=turn.channel,
            contact_phone=await self._action.customer_phone(turn) or phone, customer_name=customer.name,
            area=customer.area, address=customer.address, priority=_priority(spec["priority"]),
            segment=str(customer.segment), elder=customer.elder, trail=tuple(self.trail(saved)),
            account_manager=customer.account_manager or "", intent=turn.intent,
        )
        ticket = await services.desk.create(draft, state.key)
        key = "fault.ticket_joined" if ticket.joined else "fault.ticket_done"
        return self._action.reply(turn, key, ticket_id=ticket.ticket_id, handler=ticket.handler,
                                  due=ticket.due_at, buttons=["约上门时间", "查工单进度"])


def _category(name: str) -> Category:
    try:
        return _CATEGORY.get(name) or Category(name)
    except ValueError:
        return Category.OTHER


def _priority(name: str) -> Priority | None:
    return {"urgent": Priority.URGENT, "high": Priority.HIGH}.get(name)
