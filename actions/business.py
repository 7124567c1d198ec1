"""What every task shares that orders or changes something: for which line, done once, refusals and silence told."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

from actions.framework.outcome import Outcome
from actions.framework.stack import TaskState
from actions.framework.task import _CONFIRM, Task
from actions.framework.turn import Turn
from actions.framework.yesno import yes_or_no
from bss.errors import InsufficientBalance, NotEligible, SystemTimeout, SystemUnavailable
from bss.types import CustomerStatus, Quote, Scope
from common.errors import YidaError

T = TypeVar("T")
_FUNDS = "_funds"
#: 给我妈办: the relative's line is meant, not `跟我妈互打免费`.
_FOR_RELATIVE = re.compile(r"[给帮替为俾]\s*$")


class Business(Task):
    """A task about one line, kept in `state.data["phone"]`. Subclasses write `begin` and `carry_out`."""

    needs_customer = True

    @property
    def scope(self) -> Scope:
        return Scope.BUSINESS

    # ------------------------------------------------------------------ for subclasses

    async def begin(self, turn: Turn, state: TaskState) -> Outcome | None:
        """As `prefill`, the line being known."""
        return await Task.prefill(self, turn, state)

    async def carry_out(self, turn: Turn, state: TaskState) -> Outcome:
        """As `execute`; may raise NotEligible and SystemUnavailable."""
        raise NotImplementedError

    def summary(self, state: TaskState) -> str:
        """What was to be done, for the person who does it when the system was away."""
        return self.title

    # ------------------------------------------------------------------ for whom

    async def prefill(self, turn: Turn, state: TaskState) -> Outcome | None:
        refused = await self._take_line(turn, state)
        return refused if refused is not None else await self.begin(turn, state)

    async def _take_line(self, turn: Turn, state: TaskState) -> Outcome | None:
        """The line in question. One that the customer may not act for is said so, never swapped for their own."""
        own = await self.customer_phone(turn)
        other = turn.slots.get("subject_phone") or await self._relative(turn, own or "")
        if other == "":
            return self.reply(turn, "business.relative_unknown", buttons=["帮家人办理", "转人工"])
        if own and other and not await self.services.operator.delegations.allowed(own, other, self.scope):
            return self.reply(turn, "business.not_allowed", title=self.title, buttons=["帮家人办理", "转人工"])
        state.data["phone"] = other or own
        return None

    async def _relative(self, turn: Turn, own: str) -> str | None:
        """Number of the relative named in the sentence, "" where they have authorised nothing, None for nobody."""
        for entity in turn.said.entities:
            if entity.get("entity") != "relation" or turn.text[entity.get("end") or 0 :].startswith("的"):
                continue
            if _FOR_RELATIVE.search(turn.text[: entity.get("start") or 0]):
                grants = await self.services.operator.delegations.granted_to(own)
                return next((g.owner_phone for g in grants if g.relation_zh == entity["value"]), "")
        return None

    async def line(self, turn: Turn, state: TaskState) -> str:
        """The task's line, the right to act for it checked again. Raises NotEligible."""
        own, phone = await self.customer_phone(turn), str(state.data["phone"])
        if own == phone or (own and await self.services.operator.delegations.allowed(own, phone, self.scope)):
            return phone
        raise NotEligible("这个号码没有授权给您办理业务，请先让机主授权。")

    async def standing(self, turn: Turn, phone: str) -> Outcome | None:
        """Why nothing can be ordered for a number that is out of service, with the way out; None where it can."""
        operator = self.services.operator
        status = (await operator.customers.find(phone)).status
        if status == CustomerStatus.SUSPENDED_ARREARS:
            owed = (await operator.balance.balance(phone)).owed_fen
            outcome = self.reply(turn, "business.arrears", owed=owed, buttons=["现在充值", "转人工"])
            outcome.slots["offer"] = {"yes": "recharge_form"}
            return outcome
        if status == CustomerStatus.SUSPENDED_ON_REQUEST:
            return self.reply(turn, "business.suspended", buttons=["复机", "转人工"])
        if status == CustomerStatus.LOST:
            return self.reply(turn, "business.lost", buttons=["解除挂失", "转人工"])
        return None

    def confirm_buttons(self, turn: Turn) -> list[str]:
        """Buttons under a read-back."""
        return ["确认", "取消"] if turn.elder else ["确认办理", "返回", "取消"]

    # ------------------------------------------------------------------ doing it

    async def allow(self, phone: str, quote: Quote) -> None:
        """Raises NotEligible where the operator says no, InsufficientBalance where only money is missing."""
        if quote.eligible:
            return
        balance = await self.services.operator.balance.balance(phone)
        short = quote.charged_fen > balance.balance_fen and balance.owed_fen == 0
        raise (InsufficientBalance if short else NotEligible)(quote.reason_zh)

    async def _next(self, turn: Turn, state: TaskState, lead: str = "") -> Outcome:
        try:
            return await super()._next(turn, state, lead)
        except NotEligible as error:
            return self._stopped(turn, state, error)

    async def _ask_again(self, turn: Turn, state: TaskState, lead_id: str, lead: str = "") -> Outcome:
        try:
            return await super()._ask_again(turn, state, lead_id, lead)
        except NotEligible as error:
            return self._stopped(turn, state, error)

    def _stopped(self, turn: Turn, state: TaskState, error: NotEligible) -> Outcome:
        """Before anything was done: where only money is missing the task waits until it is there."""
        if not isinstance(error, InsufficientBalance):
            return self._done(turn, self.refused(turn, error))
        reply = self.say(turn, "business.short_of_money", reason=error.message_zh,
                         buttons=["现在充值", *self.without(state), "取消"])
        return self._listen(turn, state, _FUNDS, reply)

    def without(self, state: TaskState) -> list[str]:
        """Buttons for what can be done with the money that is there."""
        return []

    async def _answer(self, turn: Turn, state: TaskState) -> Outcome:
        if state.asked != _FUNDS or turn.intent in ("cancel", "back") or turn.text.strip() in ("取消", "返回"):
            return await super()._answer(turn, state)
        answer = yes_or_no(turn.said)
        if answer is True or ("充" in turn.text and answer is not False and turn.intent != "recharge"):
            return self._hold(turn, state, Outcome(followup="recharge_form"))
        state.asked = _CONFIRM
        return await super()._answer(turn, state)

    async def execute(self, turn: Turn, state: TaskState) -> Outcome:
        try:
            return await self.carry_out(turn, state)
        except NotEligible as error:
            return self.refused(turn, error)
        except SystemUnavailable as error:
            return await self._not_carried_out(turn, state, error)

    async def once(self, call: Callable[[], Awaitable[T]]) -> T:
        """Do it; where no answer came in time ask again, which the idempotency key makes safe."""
        try:
            return await call()
        except SystemTimeout:
            return await call()

    def refused(self, turn: Turn, error: NotEligible) -> Outcome:
        """The operator's reason, and a way on."""
        if isinstance(error, InsufficientBalance):
            outcome = self.reply(turn, "business.refused", reason=error.message_zh, buttons=["现在充值", "转人工"])
            outcome.slots["offer"] = {"yes": "recharge_form"}
            return outcome
        return self.reply(turn, "business.refused", reason=error.message_zh, buttons=["查看菜单", "转人工"])

    async def _not_carried_out(self, turn: Turn, state: TaskState, error: SystemUnavailable) -> Outcome:
        """Say whether it may have happened, note it down once, and end: a second yes must not do it twice."""
        key = "business.unsure" if isinstance(error, SystemTimeout) else "business.not_done"
        try:
            ticket = await self.services.desk.note_request(
                phone=state.data["phone"], intent=turn.intent, text=self.summary(state), channel=turn.channel,
                idempotency_key=f"note:{state.key}",
            )  # fmt: skip
        except YidaError:
            return self.reply(turn, f"{key}_unnoted", title=self.title, buttons=["转人工"])
        return self.reply(turn, key, title=self.title, ticket_id=ticket.ticket_id, buttons=["查工单进度", "转人工"])
