"""Topping up, for the own number or another one; and payments that have not arrived (`recharge_missing`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from actions.agreeing import Agrees
from actions.framework.outcome import Outcome
from actions.framework.question import Option, Question
from actions.framework.replies import Reply
from actions.framework.stack import TaskState
from actions.framework.turn import Turn
from actions.hearing import positive
from actions.recharge_missing import MISSING, Missing, MissingQuestion
from bss.errors import NotACustomer
from common.errors import InvalidInput
from nlu.text.numerals import find_numbers

#: What the operator takes at once, in fen.
MIN_FEN, MAX_FEN = 100, 500_000
_AMOUNTS = (3000, 5000, 10_000, 20_000)
_ALL_OWED = re.compile(r"欠多少|交清|缴清|结清|还清|补[上交清]|欠的|欠费.{0,3}(交|缴|补|结)|(交|缴|还).{0,3}欠|全[部都]?[交缴还]")
_OTHER = re.compile(
    r"别人|[给帮替].{0,4}(朋友|室友|同学|同事|他|她)|另外.{0,3}(号|个|手机)|另一个|别的号|副卡|给.{1,6}充|座机|固定电话|固话|不是给?本机"
)
_OWN = re.compile(r"本机|自己|我这个|我的(号|手机|电话|卡)|给我充|帮我充|[给帮]我手")
_TO_PAY = re.compile(r"[来划存入打续储喂重直弄整][个上]?\d|[来划存入打续储喂重直弄整][个上]?[一二两三五]?[十百]")
_AUTO = re.compile(r"自动(充|缴|交|脚|扣|续|划)|代扣|绑.{0,4}卡|自个儿扣|自己就交")
_CARD = re.compile(r"刮刮|充值卡|充值券|面值|卡密|密码刮")


class AmountQuestion(Question):
    """Yuan, said any way; the value is in fen."""

    def __init__(self) -> None:
        super().__init__("amount", "recharge.ask_amount", when=lambda s: s.data.get("goal") == "pay")

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        owed = int(state.data.get("owed") or 0)
        found = [Option(str(owed), f"交清{_yuan(owed)}元")] if owed >= MIN_FEN else []
        return [*found, *(Option(str(fen), f"{fen // 100}元") for fen in _AMOUNTS if fen >= owed)]

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        if state.data.get("goal") != "pay":
            return None
        owed = int(state.data.get("owed") or 0)
        if owed >= MIN_FEN and _ALL_OWED.search(turn.text):
            return owed
        fen = amount_of(turn, bare=state.asked in (self.name, "_confirm") or bool(_TO_PAY.search(turn.text)))
        if fen is None:
            return None
        if not MIN_FEN <= fen <= MAX_FEN:
            raise InvalidInput("amount out of range", message_zh="一次最少充一元，最多充五千元。")
        return fen


class NumberQuestion(Question):
    """Whose account is paid; 本机 is the customer's own."""

    def __init__(self, services: Any) -> None:
        super().__init__("number", "recharge.ask_number", when=lambda s: s.data.get("goal") == "pay")
        self._customers = services.operator.customers

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        return [Option(str(state.data["phone"]), "充我自己的", ("本机", "自己", "我的"))]

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        if state.data.get("goal") != "pay":
            return None
        phones = turn.said.values("phone")
        if not phones:
            own = _OWN.search(turn.text) and not _OTHER.search(positive(turn.text).replace("给我", "").replace("帮我", ""))
            return state.data["phone"] if own or turn.text.strip() == "充我自己的" else None
        number = str(phones[-1])
        try:
            await self._customers.find(number)
        except NotACustomer as error:
            raise InvalidInput("not a customer", message_zh=error.message_zh) from None
        return number


class Recharge(Agrees):
    """TMF654: `goal` is pay, or missing for a payment that has not arrived."""

    action_name = "recharge_form"
    title = "充值"
    own_intents = frozenset({"recharge"})
    verb = r"充值?|充钱|充进去|交钱?|缴|付|交费"

    def __init__(self, services: Any) -> None:
        super().__init__(services)
        self.questions = (NumberQuestion(services), AmountQuestion(), MissingQuestion())  # type: ignore[misc]
        self._missing = Missing(self)

    async def _take_line(self, turn: Turn, state: TaskState) -> Outcome | None:
        """Anybody may pay for anybody: no authorisation is needed, but the number must be plain."""
        own = await self.customer_phone(turn)
        subject = await self.subject_phone(turn) if MISSING.search(turn.text) else turn.slots.get("subject_phone")
        relative = await self._relative(turn, own or "")
        state.data["phone"] = subject or relative or own
        if relative == "" and not turn.said.values("phone"):
            state.data["ask_number"] = True
        return None

    async def begin(self, turn: Turn, state: TaskState) -> Outcome | None:
        if MISSING.search(turn.text):
            state.data["goal"] = "missing"
            return await self._missing.begin(turn, state)
        for pattern, key in ((_AUTO, "recharge.auto"), (_CARD, "recharge.card")):
            if pattern.search(positive(turn.text)):
                return self.reply(turn, key, buttons=["充值", "转人工"])
        state.data["goal"] = "pay"
        phone = str(state.data["phone"])
        balance = await self.services.operator.balance.balance(phone)
        state.data["owed"] = balance.owed_fen
        state.data["clear"] = balance.balance_fen if _ALL_OWED.search(turn.text) and not balance.owed_fen else None
        ask = state.data.pop("ask_number", False)
        if not (ask or turn.said.values("phone") or self._for_other(turn)):
            state.data["number"] = phone
            state.trail.append("number")
        return await super().begin(turn, state)

    def _for_other(self, turn: Turn) -> bool:
        text = positive(turn.text)
        said = re.sub(r"[帮给替跟](我|俺|额|捱|吾)(?!的?(朋友|同|室友|老|媳|儿|女|爱人|对象))(的?手机|的?电话)?|给(这个?|我这个?)?(手机|电话|号)", "", text)
        return not turn.slots.get("subject_phone") and bool(_OTHER.search(said)) and not turn.said.values("relation")

    async def _accept(self, question: Question, turn: Turn, state: TaskState) -> bool:
        before = state.data.get("number")
        accepted = await super()._accept(question, turn, state)
        if question.name == "number" and accepted and state.data["number"] != before:
            state.data["owed"] = 0 if state.data["number"] != state.data["phone"] else state.data.get("owed", 0)
        if question.name == "number" and accepted and amount_of(turn, bare=False):
            await self._keep_amount(turn, state)
        return accepted

    async def _keep_amount(self, turn: Turn, state: TaskState) -> None:
        """`给139...充三十` answers both questions; an earlier amount does not survive it."""
        state.data["amount"] = await self.questions[1].parse(turn, state)
        if "amount" not in state.trail:
            state.trail.append("amount")

    async def on_question(self, turn: Turn, state: TaskState, question: Question, *, lead: str = "") -> Outcome:
        if question.name == "missing":
            return self._listen(turn, state, "missing", self._missing.question(turn, state), lead)
        options = list(await question.options(turn, state))
        own = state.data.get("number") == await self.customer_phone(turn)
        clear = state.data.pop("clear", None)
        reply = self.say(turn, question.prompt, owed=state.data.get("owed") or 0, own=own, clear=clear,
                         number=state.data.get("number"), buttons=self._buttons(turn, options))
        return self._listen(turn, state, question.name, reply, lead)

    # ------------------------------------------------------------------ doing it

    def summary(self, state: TaskState) -> str:
        if state.data.get("goal") == "missing":
            return f"充值未到账：{state.data.get('said', '')}"
        return f"给{state.data.get('number')}充值{_yuan(int(state.data.get('amount') or 0))}元"

    async def readback(self, turn: Turn, state: TaskState) -> Reply | None:
        if state.data.get("goal") == "missing":
            return None
        number, own = state.data["number"], await self.customer_phone(turn)
        name = (await self.services.operator.customers.find(number)).name
        return self.say(turn, "recharge.confirm" if number == own else "recharge.confirm_other", number=number,
                        amount=int(state.data["amount"]), name=_masked_name(name), buttons=self.confirm_buttons(turn))

    async def carry_out(self, turn: Turn, state: TaskState) -> Outcome:
        if state.data.get("goal") == "missing":
            return await self._missing.carry_out(turn, state)
        number, amount, own = state.data["number"], int(state.data["amount"]), await self.customer_phone(turn)
        paid = await self.once(lambda: self.services.operator.balance.top_up(number, amount, state.key))
        if number != own:
            return self.reply(turn, "recharge.done_other", number=number, amount=paid.amount_fen, paid=paid,
                              buttons=["查话费"])
        done = self.reply(turn, "recharge.done", paid=paid, buttons=["查话费", "查流量"],
                          data={"top_up_id": paid.top_up_id})
        done.slots["context"] = {"intent": "recharge"}
        return done


def amount_of(turn: Turn, *, bare: bool) -> int | None:
    """The amount wanted, in fen: of several the last that is not ruled out. `bare`: `一百` alone is an amount."""
    wanted = positive(turn.text)
    said = [e for e in turn.said.entities if e.get("entity") == "amount"]
    kept = [e for e in said if turn.text[e.get("start") or 0 : e.get("end")] in wanted] or said
    if kept:
        return round(float(kept[-1]["value"]) * 100)
    if not bare or turn.said.values("phone"):
        return None
    numbers = [s for s in find_numbers(wanted) if s.unit in ("", "元") and not re.search(r"第$", wanted[: s.start])]
    return round(float(numbers[-1].value) * 100) if len(numbers) == 1 else None


def _yuan(fen: int) -> str:
    return f"{fen // 100}" if fen % 100 == 0 else f"{fen / 100:.2f}"


def _masked_name(name: str) -> str:
    """张*, so that a wrong number is noticed and nothing is given away."""
    return f"{name[:1]}{'*' * max(1, len(name) - 1)}"
