"""Proving a line without its phone: whoever lost it cannot read a code sent to it, but knows the service password."""

from __future__ import annotations

import re
from typing import ClassVar

from actions.agreeing import Agrees
from actions.framework.outcome import Outcome
from actions.framework.question import EntityQuestion, Question
from actions.framework.stack import TaskState
from actions.framework.turn import Turn
from bss.errors import NotACustomer, TooManyAttempts
from bss.types import Scope
from common.errors import InvalidInput
from nlu.entities.numbers import digits_of

_BORROWED = re.compile(
    r"(同事|朋友|别人|人家|路人|老公|老婆|儿子|女儿|邻居|前台|借)[^，。]{0,6}(手机|电话|号)[^，。]{0,4}(打|说|联系|问|发)"
    r"|另(一|外).{0,2}个?号|不是这个号|不是我这个号"
)
_FORGOTTEN = re.compile(r"忘|不记得|记不得|记不住|不知道|没设|没有密码|唔记得|想不起")


class ProofQuestion(Question):
    """The service password of the line; read by the task itself, which never keeps it."""

    expects = "code"


class LineOwner(Agrees):
    """A task on a line that is the customer's own, a relative's with their leave, or proven by its password."""

    needs_customer = False
    questions: ClassVar[tuple[Question, ...]] = (EntityQuestion("phone", "lost.ask_phone", "phone"), ProofQuestion("proof", "lost.ask_password"))  # fmt: skip

    async def _take_line(self, turn: Turn, state: TaskState) -> Outcome | None:
        own = await self.customer_phone(turn)
        said, other = turn.said.value("phone"), turn.slots.get("subject_phone")
        relative = turn.said.value("relation") is not None
        target = said or other or (None if relative or _BORROWED.search(turn.text) else own)
        if target is not None:
            await self._line_is(state, own, str(target))
        return None

    async def _line_is(self, state: TaskState, own: str | None, phone: str) -> None:
        """Take a line; a stranger's must still be proven. Raises InvalidInput for a number that is not ours."""
        try:
            await self.services.operator.customers.find(phone)
        except NotACustomer as error:
            raise InvalidInput(message_zh=error.message_zh) from None
        state.data["phone"] = phone
        may = own == phone or (own is not None and await self.services.operator.delegations.allowed(
            own, phone, Scope.BUSINESS))
        if may:
            state.data["proof"] = "own"

    async def _accept(self, question: Question, turn: Turn, state: TaskState) -> bool:
        if question.name == "phone":
            if (phone := turn.said.value("phone")) is None:
                return False
            await self._line_is(state, await self.customer_phone(turn), str(phone))
            return True
        if question.name == "proof":
            return await self._prove(turn, state)
        return await super()._accept(question, turn, state)

    async def _prove(self, turn: Turn, state: TaskState) -> bool:
        """The password is checked at once and kept nowhere."""
        if state.asked != "proof":
            return False
        digits = digits_of(turn.text)
        if len(digits) != 6:
            if _FORGOTTEN.search(turn.text):
                raise InvalidInput(message_zh=self.say(turn, "lost.password_forgotten").text)
            return False
        try:
            right = await self.services.operator.identity.verify_password(state.data["phone"], digits)
        except TooManyAttempts as error:
            raise InvalidInput(message_zh=error.message_zh) from None
        if not right:
            raise InvalidInput(message_zh=self.say(turn, "lost.password_wrong").text)
        state.data["proof"] = "password"
        return True

    async def _confirm_answer(self, turn: Turn, state: TaskState) -> Outcome:
        """Another number at the read-back is a correction, to be proven anew."""
        phone = turn.said.value("phone")
        if phone and phone != state.data["phone"]:
            for name in ("phone", "proof"):
                state.data.pop(name, None)
            try:
                await self._line_is(state, await self.customer_phone(turn), str(phone))
            except InvalidInput as error:
                return await self._next(turn, state, error.message_zh)
            return await self._next(turn, state)
        return await super()._confirm_answer(turn, state)

    async def on_question(self, turn: Turn, state: TaskState, question: Question, *, lead: str = "") -> Outcome:
        if question.name != "proof":
            return await super().on_question(turn, state, question, lead=lead)
        reply = self.say(turn, question.prompt, phone=state.data["phone"], buttons=["转人工"], data={"secret": True})
        return self._listen(turn, state, "proof", reply, lead)

    async def line(self, turn: Turn, state: TaskState) -> str:
        if state.data.get("proof") == "password":
            return str(state.data["phone"])
        return await super().line(turn, state)
