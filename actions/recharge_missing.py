"""Money that was paid and is not there: what the records say, honestly, and a ticket where they do not settle it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from actions.framework.outcome import Outcome
from actions.framework.question import Option, Question, choose
from actions.framework.replies import Reply
from actions.framework.stack import TaskState
from actions.framework.turn import Turn
from actions.framework.yesno import yes_or_no
from bss.types import CustomerStatus, TopUp, TopUpState
from service_desk.types import Category, Kind, TicketDraft

if TYPE_CHECKING:
    from actions.business import Business

MISSING = re.compile(
    r"[没未冇呒莫]有?没?到|木有到|不到账|[没未]?到[帐账涨]|没显示|没动静|没反应|没收到|[没未]入账|还没到|没吭|[短没]?信.{0,2}没有"
    r"|充值?(了|后|嘞|咗|完).{0,10}(停机|没到|还是)|充了.{0,8}(没|不足)|[交缴付转]了?[钱咧].{0,12}(还?停|没|打不)|钱.{0,8}(话费呢|没了)"
    r"|付款了|扣是扣了|扣钱了|充值失败|飞哪|未支付|处理到账|付了钱|充错|冲错|充到别|不是我的号|打错号|[按输].{0,4}[反少]|重复充"
    r"|充了两[次份]|两回|划了两份|多充|退一?[笔点回]|退我一|多的退|交给.{0,10}(打不|没)"
)
_WRONG = re.compile(r"充错|冲错|充到别|不是我的号|打错号|输[反错]|少按|陌生人")
_TWICE = re.compile(r"重复|两次|两回|两份|两遍|多充|多的退|退一")
#: Payments this recent are what the customer means.
RECENT = dt.timedelta(days=3)
#: A payment is on the account within this time (policy.topup_arrival).
ARRIVAL = dt.timedelta(minutes=30)


class MissingQuestion(Question):
    """Whether a ticket is wanted."""

    def __init__(self) -> None:
        super().__init__("missing", "recharge.ask_ticket", when=lambda s: s.data.get("goal") == "missing")

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        return (Option("yes", "登记核查", ("登记", "核查", "开单")), Option("no", "先不用"))

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        if state.data.get("goal") != "missing" or state.asked != self.name:
            return None
        if state.data.get("found") == "arrived" and re.search(r"不是|没到|没有|不对", turn.text):
            return "yes"
        if chosen := choose(turn.text, await self.options(turn, state)):
            return chosen
        answer = yes_or_no(turn.said)
        if answer is None:
            return None
        if state.data.get("found") == "arrived":  # `是这一笔吗`
            return "no" if answer else "yes"
        return "yes" if answer else "no"


class Missing:
    """The part of the task that is about a missing payment."""

    def __init__(self, task: Business) -> None:
        self._task = task

    async def begin(self, turn: Turn, state: TaskState) -> Outcome | None:
        """Look, then ask; a payment still within its time needs no ticket yet."""
        task, phone = self._task, str(state.data["phone"])
        now = task.services.clock.now()
        state.data["said"] = turn.text[:200]
        amounts = [round(float(a) * 100) for a in turn.said.values("amount")]
        paid = await task.services.operator.balance.top_ups(phone, 10)
        state.data["records"] = [f"{p.at:%m-%d %H:%M} {p.channel_zh} {p.amount_fen / 100:.2f}元 {p.state}" for p in paid[:5]]
        if _WRONG.search(turn.text) or _TWICE.search(turn.text):
            state.data["found"] = "wrong" if _WRONG.search(turn.text) else "twice"
            return None
        pending = [p for p in paid if p.state == TopUpState.PENDING]
        recent = [p for p in paid if p.state == TopUpState.ARRIVED and now - p.at <= RECENT]
        match = next((p for p in pending if p.amount_fen in amounts), pending[0] if pending else None)
        if match is not None:
            state.data.update(found="pending", **_record(match))
            if now - match.at < ARRIVAL:
                return task.reply(turn, "recharge.pending_soon", amount=match.amount_fen, at=match.at,
                                  channel=match.channel_zh, by=match.at + ARRIVAL, buttons=["查话费", "转人工"])
            return None
        arrived = next((p for p in recent if not amounts or p.amount_fen in amounts), None)
        if arrived is None:
            last = paid[0] if paid else None
            state.data.update(found="none", **(_record(last) if last else {"amount_fen": 0, "at": "", "channel": ""}))
            return None
        state.data.update(found="arrived", **_record(arrived))
        customer = await task.services.operator.customers.find(phone)
        balance = await task.services.operator.balance.balance(phone)
        state.data.update(balance=balance.balance_fen, owed=balance.owed_fen,
                          stopped=customer.status == CustomerStatus.SUSPENDED_ARREARS)
        return None

    def question(self, turn: Turn, state: TaskState) -> Reply:
        """What was found, and whether to register it."""
        data = state.data
        at = dt.datetime.fromisoformat(data["at"]) if data.get("at") else None
        buttons = {"arrived": ["是这一笔", "不是"]}.get(data["found"], ["登记核查", "先不用", "转人工"])
        return self._task.say(turn, f"recharge.missing_{data['found']}", amount=data.get("amount_fen", 0), at=at,
                              channel=data.get("channel", ""), balance=data.get("balance", 0),
                              owed=data.get("owed", 0), stopped=data.get("stopped", False), buttons=buttons)

    async def carry_out(self, turn: Turn, state: TaskState) -> Outcome:
        """Register, if that is wanted."""
        task, services = self._task, self._task.services
        if state.data["missing"] == "no":
            key = "recharge.settled" if state.data["found"] == "arrived" else "recharge.not_registered"
            if state.data.get("owed"):
                still = task.reply(turn, "recharge.still_owed", owed=state.data["owed"], buttons=["现在充值", "转人工"])
                still.slots["offer"] = {"yes": "recharge_form"}
                return still
            return task.reply(turn, key, buttons=["查话费", "转人工"])
        phone = str(state.data["phone"])
        customer = await services.operator.customers.find(phone)
        draft = TicketDraft(
            kind=Kind.REQUEST, category=Category.BILLING, title="充值核查", description=state.data["said"],
            phone=phone, channel=turn.channel, contact_phone=await task.customer_phone(turn) or phone,
            customer_name=customer.name, area=customer.area, segment=str(customer.segment), elder=customer.elder,
            trail=tuple(state.data.get("records") or ()), intent="recharge",
        )  # fmt: skip
        ticket = await services.desk.create(draft, state.key)
        return task.reply(turn, "recharge.registered", ticket_id=ticket.ticket_id, joined=ticket.joined,
                          buttons=["查工单进度", "转人工"], data={"ticket_id": ticket.ticket_id})


def _record(paid: TopUp) -> dict[str, Any]:
    return {"amount_fen": paid.amount_fen, "at": paid.at.isoformat(), "channel": paid.channel_zh}
