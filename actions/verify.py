"""Proving who the customer is, by a one-time code to the phone on file."""

from __future__ import annotations

import re
from typing import Any

from actions.framework.action import PENDING
from actions.framework.outcome import Outcome
from actions.framework.profile import announce, elder_on_file
from actions.framework.question import EntityQuestion, Question
from actions.framework.replies import Reply
from actions.framework.stack import TaskState
from actions.framework.task import Task
from actions.framework.turn import Turn
from bss.errors import CodeExpired, CodeTooSoon, CodeTriesSpent, CodeWrong, IdentityError, NotACustomer
from common.masking import mask_phone
from nlu.entities.numbers import digits_of

_AGAIN = re.compile(r"(?:重|再|重新|又)发|没(?:有)?(?:收|接|看|见)?到|没来|收不到|没(?:有)?短信|再来一[条遍次个]|忘记?了?看")
_OTHER_PHONE = re.compile(
    r"(?:换|改)一?个?(?:手机|电话)?号|号码?(?:说|打|报|写|输|念)?错|不是(?:这|那)个(?:手机|电话)?号|(?:说|打|报|写)错了?(?:手机|电话)?号"
)


class CodeQuestion(Question):
    """Six digits, typed or dictated."""

    expects = "code"

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        digits = digits_of(turn.text)
        if len(digits) == 6:
            return digits
        return None


class Verify(Task):
    """Asks the phone, sends a code, checks it; then serves what was asked before."""

    action_name = "verify_form"
    title = "身份验证"
    secret = True
    questions = (
        EntityQuestion("phone", "verify.ask_phone", "phone"),
        CodeQuestion("code", "verify.ask_code"),
    )

    async def _answer(self, turn: Turn, state: TaskState) -> Outcome:
        """While the code is awaited: another number (the first was wrong), or the same message once more."""
        if state.asked == "code":
            other = turn.said.value("phone")
            if other and other != state.data.get("phone"):
                state.data.pop("sent", None)
                state.data["phone"] = other
                return await self._next(turn, state)
            if _OTHER_PHONE.search(turn.text):
                for name in ("phone", "sent"):
                    state.data.pop(name, None)
                return await self._next(turn, state)
            if _AGAIN.search(turn.text):
                return await self._send_again(turn, state)
        return await super()._answer(turn, state)

    async def _send_again(self, turn: Turn, state: TaskState) -> Outcome:
        phone = state.data["phone"]
        try:
            await self.services.identity.request(phone)
        except IdentityError as error:
            return self._listen(turn, state, "code", self._ask_code(turn, phone), error.message_zh)
        return self._listen(turn, state, "code", self._ask_code(turn, phone), self.say(turn, "verify.sent_again").text)

    async def _ask_again(self, turn: Turn, state: TaskState, lead_id: str, lead: str = "") -> Outcome:
        """Who asks for one thing after another and proves nothing is told the way round the check."""
        if lead_id == "common.back_to_task":
            state.data["returns"] = int(state.data.get("returns", 0)) + 1
            if state.data["returns"] >= 2:
                lead_id, lead = "", self.say(turn, "verify.or_person").text
        return await super()._ask_again(turn, state, lead_id, lead)

    async def on_question(self, turn: Turn, state: TaskState, question: Question, *, lead: str = "") -> Outcome:
        if question.name == "phone":
            return await super().on_question(turn, state, question, lead=lead)
        phone = state.data["phone"]
        if "sent" not in state.data:
            try:
                await self.services.identity.request(phone)
            except NotACustomer:
                return await self._other_phone(turn, state)
            except IdentityError as error:
                if not isinstance(error, CodeTooSoon):
                    return self._done(turn, Outcome([self.say(turn, "common.error", message=error.message_zh,
                                                              buttons=["转人工"])], {PENDING: None}))
                # Another conversation asked for it a moment ago: the code that went out then serves here too.
                lead = error.message_zh
            state.data["sent"] = True
        return self._listen(turn, state, "code", self._ask_code(turn, phone), lead)

    def _ask_code(self, turn: Turn, phone: str) -> Reply:
        hint = self.say(turn, "verify.demo_hint", phone=phone).text if self.services.settings.demo and turn.channel != "voice" else ""
        return self.say(turn, "verify.ask_code", masked=mask_phone(phone), hint=hint, data={"secret": True})

    async def _other_phone(self, turn: Turn, state: TaskState) -> Outcome:
        state.data.pop("phone", None)
        state.failures += 1
        if state.failures >= 3:
            return self._done(turn, Outcome([self.say(turn, "verify.failed", buttons=["转人工"])], {PENDING: None}))
        return self._listen(turn, state, "phone", self.say(turn, "verify.not_a_customer", buttons=["转人工"]))

    async def execute(self, turn: Turn, state: TaskState) -> Outcome:
        code, phone = state.data.pop("code"), state.data["phone"]
        state.trail = ["phone"]
        try:
            await self.services.identity.verify(phone, code, turn.conversation_id)
        except CodeWrong as error:
            return self._wrong(turn, state, error.tries_left)
        except (CodeTriesSpent, CodeExpired) as error:
            if isinstance(error, CodeExpired) and not state.data.get("renewed"):
                state.data["renewed"] = True
                await self.services.identity.request(phone)
                reply = self.say(turn, "verify.new_code", data={"secret": True})
                return self._listen(turn, state, "code", reply)
            return Outcome([self.say(turn, "verify.failed", buttons=["转人工"])], {PENDING: None})
        turn, by_age = await elder_on_file(self.services, turn, phone)
        pending = turn.slots.get(PENDING) or {}
        if pending:
            outcome = Outcome([self.say(turn, "verify.done")], followup=pending["action"])
        else:
            outcome = Outcome([self.say(turn, "verify.done", buttons=["查话费", "查流量"])])
        if by_age:
            announce(outcome, by_age)
        return outcome

    def _wrong(self, turn: Turn, state: TaskState, left: int) -> Outcome:
        reply = self.say(turn, "verify.wrong_code", left=left, buttons=["重发验证码", "转人工"], data={"secret": True})
        return self._listen(turn, state, "code", reply)

    def _done(self, turn: Turn, outcome: Outcome) -> Outcome:
        """A wrong code keeps the loop open: `execute` has set it already."""
        if outcome.loop == self.name():
            return outcome
        if outcome.followup is None:
            outcome.slots.setdefault(PENDING, None)
        return super()._done(turn, outcome)
