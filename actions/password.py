"""Passwords: the service password is set anew for its owner; PIN, PUK and broadband are explained."""

from __future__ import annotations

import itertools
import re
from typing import Any

from actions.framework.outcome import Outcome
from actions.framework.question import Question, YesNoQuestion
from actions.framework.stack import TaskState
from actions.framework.task import Task
from actions.framework.turn import Turn
from actions.hearing import hears, positive
from actions.known import known
from bss.errors import BssError, NotEligible, SystemUnavailable
from bss.types import MessageKind
from common.errors import InvalidInput
from nlu.entities.numbers import digits_of

_PUK = re.compile(r"puk|p\s*u\s*k|八位|8位|卡.{0,3}锁|泼克|泼优|屁优|批优|锁卡|输错三次|解锁码", re.IGNORECASE)
_PIN = re.compile(r"pin|p\s*i\s*n|开机.{0,6}(密码|一串|码)|四位", re.IGNORECASE)
_BROADBAND = ("宽带", "拨号", "上网密码", "上网账号", "pppoe", "路由", "装师傅")
_WIFI = ("wifi", "wi-fi", "无线密码", "无线网密码")


class NewPassword(Question):
    """Six figures, typed or dictated; weak ones are refused with the reason. The value is used in this turn only."""

    expects = "code"

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        digits = digits_of(turn.text)
        if not digits:
            return None
        if len(digits) != 6:
            raise InvalidInput(message_zh=f"要正好 6 位数字，您说了 {len(digits)} 位。")
        steps = {int(b) - int(a) for a, b in itertools.pairwise(digits)}
        if steps in ({0}, {1}, {-1}):
            raise InvalidInput(message_zh="相同或连续的数字太容易被猜到，换一个吧。")
        if str(state.data["phone"]).endswith(digits):
            raise InvalidInput(message_zh="手机号的后六位太容易被猜到，换一个吧。")
        return digits


class SetPassword(Task):
    """Confirmed before the new password is asked, so that it never has to be kept between two turns."""

    action_name = "password_form"
    title = "重置服务密码"
    secret = True
    own_intents = frozenset({"manage_password"})
    questions = (
        YesNoQuestion("sure", "password.readback", yes="确认重置", no="先不改"),
        NewPassword("new", "password.ask_new", when=lambda state: state.data.get("sure") == "yes"),
    )

    async def prefill(self, turn: Turn, state: TaskState) -> Outcome | None:
        wanted = positive(turn.text).lower()
        if _PUK.search(wanted):
            return known(self, turn, "number-puk")
        if _PIN.search(wanted):
            return known(self, turn, "number-pin")
        if hears(wanted, _BROADBAND):
            return known(self, turn, "broadband-account", ["宽带报修", "转人工"])
        if hears(wanted, _WIFI):
            return known(self, turn, "broadband-wifi-password", ["宽带报修", "转人工"])
        phone = await self.customer_phone(turn)
        if phone is None:
            return self.who_first(turn)
        if turn.slots.get("subject_phone") or turn.said.value("relation"):
            return self.reply(turn, "password.owner_only", buttons=["转人工"])
        state.data["phone"] = phone
        return None

    async def _answer(self, turn: Turn, state: TaskState) -> Outcome:
        """It was another password that was meant: WiFi的密码."""
        if state.asked == "sure" and hears(positive(turn.text).lower(), _WIFI):
            return self._done(turn, known(self, turn, "broadband-wifi-password", ["宽带报修", "转人工"]))
        return await super()._answer(turn, state)

    async def on_question(self, turn: Turn, state: TaskState, question: Question, *, lead: str = "") -> Outcome:
        if question.name != "new":
            return await super().on_question(turn, state, question, lead=lead)
        return self._listen(turn, state, "new", self.say(turn, "password.ask_new", data={"secret": True}), lead)

    async def _next(self, turn: Turn, state: TaskState, lead: str = "") -> Outcome:
        if state.data.get("sure") == "no":
            return self._done(turn, self.reply(turn, "common.not_done", title=self.title))
        return await super()._next(turn, state, lead)

    async def execute(self, turn: Turn, state: TaskState) -> Outcome:
        new = state.data.pop("new")
        state.trail = [name for name in state.trail if name != "new"]
        phone = await self.customer_phone(turn)
        if phone is None or phone != state.data["phone"]:
            return self.who_first(turn)
        try:
            await self.services.operator.identity.reset_password(phone, new, state.key)
        except NotEligible as error:
            question = self.questions[-1]
            return await self.on_question(turn, state, question, lead=error.message_zh)
        await self._tell(turn, phone, state.key)
        return self.reply(turn, "password.done", buttons=["查话费", "查看菜单"])

    async def _tell(self, turn: Turn, phone: str, key: str) -> None:
        """The owner hears of it by message: it might not have been them."""
        text = self.services.replies.say("password.notice").text
        try:
            await self.services.operator.messages.send(phone, text, MessageKind.NOTICE, f"{key}:notice")
        except BssError:
            return

    async def _system_down(self, turn: Turn, error: SystemUnavailable) -> Outcome:
        """Nobody else can set a password later, so nothing is noted down."""
        return self.reply(turn, "password.system_down", buttons=["转人工"])
