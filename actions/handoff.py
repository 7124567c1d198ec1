"""To a person, in one turn, from every state: a place in the queue, or a call back outside hours."""

from __future__ import annotations

import datetime as dt

from actions.framework import stack
from actions.framework.action import PENDING, YidaAction
from actions.framework.outcome import Outcome
from actions.framework.question import EntityQuestion, Option
from actions.framework.stack import TaskState
from actions.framework.task import Task
from actions.framework.turn import Turn
from actions.handoff_summary import skill_for, summary
from bss.errors import BssError
from bss.types import Customer, Segment
from common.masking import mask_phone
from service_desk.queue_types import CaseState, Line, QueuePlace, QueuePriority
from service_desk.types import Ticket

#: A reason that begins with this goes before everybody.
URGENT = "紧急："
_FORM = "message_form"


async def who_is(action: YidaAction, turn: Turn) -> tuple[str | None, Customer | None]:
    """The proven number and what is on file; a person is called even when the operator's systems are away."""
    try:
        phone = await action.customer_phone(turn)
        return phone, await action.services.operator.customers.find(phone) if phone else None
    except BssError:
        return turn.verified_phone, None


def cleared(outcome: Outcome) -> Outcome:
    """The person takes over what was in hand: no later 好的 may finish it behind their back."""
    outcome.slots.update({stack.SLOT: None, PENDING: None, "offer": None, "handoff_reason": None,
                          "handoff_skill": None, "handoff_trail": None, "misses": 0})
    outcome.loop = None
    return outcome


async def call_back(action: YidaAction, turn: Turn, phone: str, customer: Customer | None) -> Ticket:
    """A ticket to call this number, once a night for a conversation, with all that was said."""
    now = action.services.clock.now()
    night = (now - dt.timedelta(hours=12)).date().isoformat()
    return await action.services.handover.leave_message(
        turn.conversation_id, phone, turn.slots.get("handoff_reason") or "客户要求人工，请回电", turn.channel,
        f"night:{turn.conversation_id}:{night}", summary(turn, customer), _lines(turn),
    )  # fmt: skip


def _lines(turn: Turn) -> list[Line]:
    return [Line(who, text, at) for who, text, at in turn.transcript]


class TransferHuman(YidaAction):
    """Asking twice gives the same place again. Elders, enterprises and urgent cases come first."""

    action_name = "action_transfer_human"
    returns_to_task = False
    keeps_requests = False

    async def handle(self, turn: Turn) -> Outcome:
        handover = self.services.handover
        before = await handover.position(turn.conversation_id)
        if before is not None:
            return cleared(self._again(turn, before))
        phone, customer = await who_is(self, turn)
        place = await handover.enqueue(
            turn.conversation_id, phone, skill_for(turn, customer), self._priority(turn, customer),
            summary(turn, customer), _lines(turn), turn.channel,
        )  # fmt: skip
        if not place.place_id:
            return await self._closed(turn, phone, customer, place.note_zh.split("。")[0])
        outcome = self.reply(turn, "handoff.queued", note=place.note_zh, buttons=["查看菜单"],
                             data={"handover": {"place_id": place.place_id, "position": place.position,
                                                "minutes": place.estimated_wait_minutes}})
        return cleared(outcome)

    def _again(self, turn: Turn, place: QueuePlace) -> Outcome:
        key = "handoff.taken" if place.state is CaseState.TAKEN else "handoff.waiting"
        return self.reply(turn, key, note=place.note_zh, data={"handover": {"place_id": place.place_id,
                          "position": place.position, "minutes": place.estimated_wait_minutes}})

    def _priority(self, turn: Turn, customer: Customer | None) -> QueuePriority:
        if str(turn.slots.get("handoff_reason") or "").startswith(URGENT):
            return QueuePriority.URGENT
        if turn.elder or (customer is not None and customer.elder):
            return QueuePriority.ELDER
        enterprise = customer is not None and customer.segment == Segment.ENTERPRISE
        return QueuePriority.ENTERPRISE if enterprise else QueuePriority.NORMAL

    async def _closed(self, turn: Turn, phone: str | None, customer: Customer | None, hours: str) -> Outcome:
        """Outside hours a call back is noted at once; only somebody unknown is asked for a number.

        The task in hand is kept: it is all the help there is until the morning.
        """
        closed = self.say(turn, "handoff.closed", hours=hours)
        context = turn.slots.get("context") or {}
        phone = phone or (context.get("contact") if context.get("intent") == "transfer_human" else None)
        if phone is None:
            return Outcome([closed], followup=_FORM)
        noted = await noted_down(self, turn, phone, customer)
        noted.replies.insert(0, closed)
        if task := stack.top(turn.slots):
            noted.loop = noted.followup = task.name
        return noted


async def noted_down(action: YidaAction, turn: Turn, phone: str, customer: Customer | None) -> Outcome:
    """The call back is registered and told."""
    ticket = await call_back(action, turn, phone, customer)
    outcome = action.reply(turn, "handoff.noted", ticket_id=ticket.ticket_id, masked=mask_phone(phone),
                           due=ticket.due_at, buttons=[] if stack.load(turn.slots) else ["查看菜单"])
    outcome.slots.update(handoff_reason=None, handoff_skill=None, handoff_trail=None,
                         context={"intent": "transfer_human", "contact": phone})
    return outcome


class LeaveMessage(Task):
    """The number to call back, of somebody unknown, outside hours. No code is asked for."""

    action_name = _FORM
    title = "留言"
    questions = (EntityQuestion("contact", "handoff.ask_contact", "phone", suggestions=(Option("", "不用了"),)),)

    async def _answer(self, turn: Turn, state: TaskState) -> Outcome:
        if turn.intent == "transfer_human" and turn.said.value("phone") is None:
            return await self._ask_again(turn, state, "")
        if turn.intent == "deny" or turn.text.strip() == "不用了":
            return self._done(turn, self.reply(turn, "handoff.no_message"))
        return await super()._answer(turn, state)

    async def execute(self, turn: Turn, state: TaskState) -> Outcome:
        return await noted_down(self, turn, str(state.data["contact"]), None)
