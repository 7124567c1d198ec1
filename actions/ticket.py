"""Tickets: where one stands, hurrying it, withdrawing it."""

from __future__ import annotations

from actions.agreeing import Agrees
from actions.framework.action import YidaAction
from actions.framework.outcome import Outcome
from actions.framework.replies import Reply
from actions.framework.stack import TaskState
from actions.framework.turn import Turn
from actions.ticket_pick import TicketQuestion, name_zh, named, offered, visible
from bss.types import Scope
from service_desk.errors import IllegalMove, TicketNotFound, TicketNotOpen
from service_desk.types import Category, Kind, Ticket, TicketState

#: Tickets whose work is done at the customer's.
VISITED = frozenset({Category.BROADBAND, Category.IPTV, Category.LANDLINE, Category.LEASED_LINE, Category.INSTALLATION})
ON_THE_WAY = frozenset({TicketState.EN_ROUTE, TicketState.ON_SITE})
#: Most tickets told at once.
_MOST, _MOST_ELDER = 5, 2


class OfTickets(YidaAction):
    """What query and urge share: whose tickets, and which of them."""

    needs_customer = True

    async def asked_phone(self, turn: Turn) -> str | None:
        """The line the customer asks about; None where it is one they have no right to."""
        own, other = await self.customer_phone(turn), turn.said.value("phone")
        if other and other != own:
            allowed = await self.services.operator.delegations.allowed(own or "", other, self.scope)
            return str(other) if allowed else None
        return await self.subject_phone(turn)

    def keep(self, outcome: Outcome, ticket: Ticket) -> Outcome:
        """Remember which ticket was spoken of, so that `催一下` needs no number."""
        outcome.slots["context"] = {"intent": "query_ticket", "ticket_id": ticket.ticket_id}
        return outcome

    def none(self, turn: Turn) -> Outcome:
        return self.reply(turn, "ticket.none", buttons=["宽带报修", "转人工"])

    def not_found(self, turn: Turn) -> Outcome:
        return self.reply(turn, "ticket.not_found", buttons=["查工单进度", "转人工"])


class QueryTicket(OfTickets):
    """By id or by phone, for the owner or somebody they have authorised."""

    action_name = "action_query_ticket"

    async def handle(self, turn: Turn) -> Outcome:
        if ticket_id := turn.said.value("ticket_id"):
            try:
                return self._one(turn, await visible(self, turn, ticket_id))
            except TicketNotFound:
                return self.not_found(turn)
        phone = await self.asked_phone(turn)
        if phone is None:
            return self.reply(turn, "ticket.not_yours", buttons=["帮家人办理", "转人工"])
        tickets = await self.services.desk.find(phone)
        in_hand = [t for t in tickets if t.open]
        if not tickets:
            return self.none(turn)
        if not in_hand:
            outcome = self._one(turn, tickets[0])
            return Outcome([self.say(turn, "ticket.all_done", progress=outcome.replies[0].text,
                                     buttons=["宽带报修", "转人工"])], outcome.slots)
        in_hand = named(turn, in_hand)
        if len(in_hand) == 1:
            return self._one(turn, in_hand[0])
        told = in_hand[: _MOST_ELDER if turn.elder else _MOST]
        lines = [self.services.desk.progress_zh(t) for t in told]
        return self.reply(turn, "ticket.several", count=len(in_hand), lines=lines, more=len(in_hand) - len(told),
                          buttons=[f"查工单{t.ticket_id}" for t in told[:3]])

    def _one(self, turn: Turn, ticket: Ticket) -> Outcome:
        buttons = ["宽带报修", "转人工"]
        if ticket.open:
            visit = ["约上门时间"] if ticket.category in VISITED and ticket.state not in ON_THE_WAY else []
            buttons = ["催工单", *visit, *(["撤销工单"] if ticket.state != TicketState.ON_SITE else [])]
        outcome = self.reply(turn, "ticket.one", progress=self.services.desk.progress_zh(ticket), buttons=buttons)
        return self.keep(outcome, ticket)


class UrgeTicket(OfTickets):
    """One urge: counted once an hour, told who was hurried and by when it will be done."""

    action_name = "action_urge_ticket"

    async def handle(self, turn: Turn) -> Outcome:
        try:
            found = await self._which(turn)
        except TicketNotFound:
            return self.not_found(turn)
        if not isinstance(found, Ticket):
            return found
        try:
            ticket = await self.services.desk.urge(
                found.ticket_id, "customer", f"urge:{turn.conversation_id}:{turn.message_id}"
            )
        except TicketNotOpen:
            return self.reply(turn, "ticket.done_already", progress=self.services.desk.progress_zh(found),
                              buttons=["宽带报修", "转人工"])
        late = ticket.due_at is not None and ticket.due_at <= self.services.clock.now()
        pressing = late or ticket.urge_count >= 2 or not ticket.counted
        outcome = self.reply(
            turn, "ticket.urged_late" if late else "ticket.urged", note=ticket.note_zh,
            progress=self.services.desk.progress_zh(ticket),
            buttons=["转人工", "我要投诉"] if pressing else ["查工单进度", "转人工"],
        )  # fmt: skip
        return self.keep(outcome, ticket)

    async def _which(self, turn: Turn) -> Ticket | Outcome:
        if ticket_id := turn.said.value("ticket_id"):
            return await visible(self, turn, ticket_id)
        phone = await self.asked_phone(turn)
        if phone is None:
            return self.reply(turn, "ticket.not_yours", buttons=["帮家人办理", "转人工"])
        tickets = await self.services.desk.find_open(phone)
        if not tickets:
            return self.reply(turn, "ticket.none_to_urge", buttons=["查工单进度", "宽带报修", "转人工"])
        tickets = named(turn, tickets)
        spoken_of = (turn.slots.get("context") or {}).get("ticket_id")
        if len(tickets) > 1 and any(t.ticket_id == spoken_of for t in tickets):
            tickets = [t for t in tickets if t.ticket_id == spoken_of]
        if len(tickets) == 1:
            return tickets[0]
        shown = tickets[:3]
        return self.reply(turn, "ticket.urge_which", names=[name_zh(t) for t in shown],
                          buttons=[f"催工单{t.ticket_id}" for t in shown])


class CancelTicket(Agrees):
    """Withdraw a ticket, read back first with what that means."""

    action_name = "cancel_ticket_form"
    title = "撤销工单"
    own_intents = frozenset({"cancel_ticket"})
    verb = r"撤销?|取消|不用(?:来|修)了|别来了"
    withdraws = True
    questions = (TicketQuestion("ticket.cancel_which"),)

    @property
    def scope(self) -> Scope:
        return Scope.FAULT

    async def begin(self, turn: Turn, state: TaskState) -> Outcome | None:
        state.data["reason"] = turn.text[:100]
        if ticket_id := turn.said.value("ticket_id"):
            try:
                ticket = await visible(self, turn, ticket_id)
            except TicketNotFound:
                return self.reply(turn, "ticket.not_found", buttons=["查工单进度", "转人工"])
            if not ticket.open:
                return self._finished(turn, ticket)
            tickets = [ticket]
        else:
            tickets = await self.services.desk.find_open(state.data["phone"])
            if not tickets:
                return self.reply(turn, "ticket.none_to_cancel", buttons=["查工单进度", "转人工"])
        state.data["offered"] = offered(tickets)
        tickets = named(turn, tickets)
        if len(tickets) == 1:
            state.data["ticket_id"] = tickets[0].ticket_id
        return None

    async def readback(self, turn: Turn, state: TaskState) -> Reply | None:
        ticket = await visible(self, turn, state.data["ticket_id"])
        key = {Kind.FAULT: "ticket.cancel_fault", Kind.COMPLAINT: "ticket.cancel_complaint"}.get(
            ticket.kind, "ticket.cancel_other"
        )
        return self.say(turn, key, name=name_zh(ticket), ticket_id=ticket.ticket_id, handler=ticket.handler,
                        buttons=["确认", "先不", "转人工"])

    async def carry_out(self, turn: Turn, state: TaskState) -> Outcome:
        ticket = await visible(self, turn, state.data["ticket_id"])
        try:
            ticket = await self.services.desk.cancel(ticket.ticket_id, state.data["reason"], "customer", state.key)
        except TicketNotOpen:
            return self._finished(turn, ticket)
        except IllegalMove:
            return self.reply(turn, "ticket.cancel_too_late", handler=ticket.handler, buttons=["转人工"])
        return self.reply(turn, "ticket.cancelled", name=name_zh(ticket), ticket_id=ticket.ticket_id,
                          buttons=["宽带报修", "查看菜单"])

    def _finished(self, turn: Turn, ticket: Ticket) -> Outcome:
        return self.reply(turn, "ticket.done_already", progress=self.services.desk.progress_zh(ticket),
                          buttons=["宽带报修", "转人工"])
