"""A complaint: sympathy first, the facts in one question, read back, a ticket, and what happens when."""

from __future__ import annotations

import re
from typing import Any

from actions.complaint_words import about, facts_in, severe
from actions.framework.outcome import Outcome
from actions.framework.question import EntityQuestion, Option, Question, TextQuestion
from actions.framework.replies import Reply
from actions.framework.stack import TaskState
from actions.framework.task import Task
from actions.framework.turn import Turn
from actions.framework.yesno import yes_or_no
from bss.errors import BssError
from bss.types import Customer
from common.masking import mask_phone
from service_desk.types import Category, Kind, TicketDraft
from service_desk.wording import CATEGORIES

_DROPPED = re.compile(r"不投诉了|算了|不说了|不想投诉|不用投诉|撤了|消气")
_NOT_ME = re.compile(r"^(不对|不是|错了|不准确|说错了)[了，,。\s]*$")
_NO_CALL = re.compile(r"不留|不想留|不用回|别打给我|匿名|不方便|保密")
#: What people complain about: heard inside the loop these are the story, not a new request.
_STORY = frozenset({
    "complain", "query_bill", "query_balance", "query_usage", "query_plan", "change_plan", "recharge", "redeem_points",
    "report_broadband_fault", "report_mobile_fault", "report_iptv_fault", "urge_ticket", "query_ticket", "manage_vas",
    "manage_roaming", "install_broadband", "resume_service", "suspend_service", "port_number", "rate_service",
    "ask_faq", "out_of_scope", "book_repair", "verify_identity", "enterprise_service",
})  # fmt: skip
#: Shorter than this, a sure request is a request after all: 查话费.
_STORY_CHARS = 9


class ContactQuestion(EntityQuestion):
    """A number to call back, unproven; a customer may refuse to leave one."""

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        if _NO_CALL.search(turn.text) or (state.asked == self.name and yes_or_no(turn.said) is False):
            return ""
        return await super().parse(turn, state)


class Complain(Task):
    """Asks no identity: who is known is known, others may leave a number."""

    action_name = "complain_form"
    title = "投诉登记"
    own_intents = frozenset({"complain"})
    questions = (
        TextQuestion("facts", "complaint.ask_facts", shortest=4, longest=1000),
        ContactQuestion("contact", "complaint.ask_contact", "phone", suggestions=(Option("", "不留电话"),),
                        when=lambda state: not state.data.get("own")),
    )  # fmt: skip

    async def prefill(self, turn: Turn, state: TaskState) -> Outcome | None:
        state.data["own"] = await self.customer_phone(turn) or ""
        if facts := facts_in(turn.text):
            state.data["facts"] = facts[:1000]
        state.data["sorry"] = self._sorry(turn, turn.text)
        if not state.data["own"] and turn.said.value("phone"):
            state.data["contact"] = turn.said.value("phone")
        return None

    def _sorry(self, turn: Turn, text: str) -> str:
        """A sentence for what this customer went through."""
        subject = about(text)
        name = subject if subject in (Category.STAFF_ATTITUDE, Category.SPAM_CALL, Category.PLAN_DISPUTE,
                                      Category.BILLING) else "line" if subject != Category.OTHER else "other"
        return self.say(turn, f"complaint.sorry_{name}").text

    def _something_else(self, turn: Turn, sure: float) -> bool:
        """A story is full of words of other requests; only a short and sure one is a request."""
        if turn.intent in _STORY and len(turn.text.strip()) >= _STORY_CHARS:
            return False
        return super()._something_else(turn, sure)

    async def on_question(self, turn: Turn, state: TaskState, question: Question, *, lead: str = "") -> Outcome:
        if question.name == "contact" and "sorry" in state.data and "told" not in state.data:
            lead, state.data["told"] = lead or state.data["sorry"], True
        return await super().on_question(turn, state, question, lead=lead)

    async def readback(self, turn: Turn, state: TaskState) -> Reply | None:
        data = state.data
        sorry = "" if data.get("told") else data["sorry"] + "\n"
        data["told"] = True
        contact = data["own"] or data.get("contact") or ""
        called = self.say(turn, "complaint.call", masked=mask_phone(contact)) if contact else self.say(
            turn, "complaint.no_call")
        return self.say(turn, "complaint.readback", sorry=sorry, facts=_short(data["facts"]),
                        about=CATEGORIES[about(data["facts"])], called=called.text, buttons=["对，登记", "再补充", "不投诉了"])

    async def _answer(self, turn: Turn, state: TaskState) -> Outcome:
        if _DROPPED.search(turn.text) and len(turn.text.strip()) <= _STORY_CHARS:
            return self._done(turn, self.reply(turn, "complaint.dropped", buttons=["转人工"]))
        if state.asked == "facts" and turn.text.strip():
            state.data["sorry"] = self._sorry(turn, turn.text)
            state.data["told"] = True
        return await super()._answer(turn, state)

    async def _confirm_answer(self, turn: Turn, state: TaskState) -> Outcome:
        """Whatever is neither yes nor no is more of the story, and is read back with it."""
        text = turn.text.strip()
        if "再补充" in text or _NOT_ME.match(text):
            reply = self.say(turn, "complaint.ask_more" if "补充" in text else "complaint.ask_right")
            if "补充" not in text:
                state.data["wrong"] = True
            return self._listen(turn, state, "_confirm", reply)
        answer = yes_or_no(turn.said)
        if answer is None and re.match(r"(对|是|好|嗯|行)[的了，,\s]*登记", text):
            answer = True
        if answer is True:
            state.confirmed = True
            return self._done(turn, await self.execute(turn, state))
        if answer is None and len(text) >= 4 and not self._something_else(turn, 0.5):
            wrong = state.data.pop("wrong", False)
            state.data["facts"] = text if wrong else f"{state.data['facts']}；{text}"[:1000]
            return await self._next(turn, state)
        return await super()._confirm_answer(turn, state)

    async def execute(self, turn: Turn, state: TaskState) -> Outcome:
        facts, own = state.data["facts"], state.data["own"]
        subject, customer = about(facts), await self._customer(own)
        draft = TicketDraft(
            kind=Kind.COMPLAINT, category=subject, description=facts, phone=own, channel=turn.channel,
            contact_phone=own or state.data.get("contact") or "", severe=severe(facts), intent="complain",
            customer_name=customer.name if customer else "", area=customer.area if customer else "",
            address=customer.address if customer else "", segment=str(customer.segment) if customer else "consumer",
            elder=customer.elder if customer else turn.elder,
            account_manager=(customer.account_manager or "") if customer else "",
        )  # fmt: skip
        ticket = await self.services.desk.create(draft, state.key)
        key = "complaint.joined" if ticket.joined else "complaint.done"
        return self.reply(turn, key, ticket_id=ticket.ticket_id, handler=ticket.handler, owner=ticket.owner,
                          due=ticket.due_at, severe=draft.severe, called=bool(draft.contact_phone),
                          buttons=["查工单进度", "转人工"])

    async def _customer(self, phone: str) -> Customer | None:
        """Who complains, as far as the operator's system can tell now: a complaint does not wait for it."""
        try:
            return await self.services.operator.customers.find(phone) if phone else None
        except BssError:
            return None


def _short(facts: str) -> str:
    """The facts as they are read back: all of it to some 120 characters."""
    return facts if len(facts) <= 120 else f"{facts[:110]}……"
