"""Lost or stolen: blocked after one confirmation, then a new card; and undoing it when the phone is found."""

from __future__ import annotations

import re
from typing import Any

from actions.framework.outcome import Outcome
from actions.framework.question import ChoiceQuestion, Option, Question
from actions.framework.replies import Reply
from actions.framework.stack import TaskState
from actions.framework.turn import Turn
from actions.framework.yesno import yes_or_no
from actions.handoff import URGENT
from actions.hearing import hears
from actions.line_owner import LineOwner
from bss.errors import SystemUnavailable
from bss.types import CustomerStatus, OrderAction, Quote

_GONE = re.compile(r"丢|掉了|掉.{0,3}(里|沟|河|坑)|遗失|弄掉|落在|落咯|落了|偷|摸走|抢|捡|不见|找不到|没了|挂失|挂上|封|锁|掐|冻结|顺走|寻不到|唔见|扔在|忘在")
_CARD = re.compile(
    r"补.{0,3}[卡咖]|补办|补一?[张个]|补返|重新补|原号补|配.{0,2}张|新卡|换.{0,3}[卡咖]|换(张|个|只)?新|新的?一张|再来一张|消磁|烂咗"
    r"|卡.{0,4}(坏|断|剪|泡|读不出|不认|裂|重新办|重新给我)|(坏|断|剪|泡|洗).{0,6}卡"
)
#: Loss itself, not the word that says a lost card is to be replaced.
_CARD_GONE = re.compile(r"卡(?!没)[^，。]{0,3}(丢|不见|找不)")
_NOT_LOST = re.compile(r"没丢|不是丢|没有丢|不是挂失|不挂失")


class ReportLost(LineOwner):
    """Two steps in one task: the block, then the card, each read back by itself."""

    action_name = "report_lost_form"
    title = "挂失"
    own_intents = frozenset({"report_lost"})
    verb = r"挂失?|锁|封|停|补卡?|寄"
    questions = (
        *LineOwner.questions,
        ChoiceQuestion("sim", "lost.ask_sim", (
            Option("post", "补卡，寄到家", ("寄", "补卡", "邮", "快递", "要补")),
            Option("hall", "去营业厅补", ("营业厅", "厅里", "自己去", "柜台", "现场")),
            Option("no", "先不补", ("不补", "不用补", "先不", "不要", "回头")),
        ), when=lambda state: bool(state.data.get("blocked"))),
    )  # fmt: skip

    async def prefill(self, turn: Turn, state: TaskState) -> Outcome | None:
        card = bool(_CARD.search(turn.text)) or hears(turn.text, ("补卡", "补办"), sound_from=2)
        kept = _NOT_LOST.search(turn.text) and not _CARD_GONE.search(turn.text)
        only_card = card and (not _GONE.search(turn.text) or bool(kept))
        state.data.update(blocked="unneeded" if only_card else "", wants_card=card)
        return await self._take_line(turn, state)

    async def _next(self, turn: Turn, state: TaskState, lead: str = "") -> Outcome:
        data = state.data
        if "phone" in data and data.get("proof") and not data["blocked"]:
            quote = await self._quote(state, OrderAction.REPORT_LOST)
            if not quote.eligible:
                data["blocked"], lead = "before", lead or self.say(turn, "lost.already").text
        if data["blocked"] and data.get("proof"):
            if "sim" not in data and data.get("wants_card"):
                data["sim"] = "post"
            if data.get("sim") == "no":
                return self._done(turn, self.reply(turn, "lost.no_card", buttons=["解除挂失", "转人工"]))
            if data.get("sim") == "hall":
                return self._done(turn, self.reply(turn, "lost.hall", buttons=["查看菜单"]))
            quote = await self._quote(state, OrderAction.REPLACE_SIM)
            if not quote.eligible:
                return self._done(turn, self._no_card(turn, quote, lead))
            if lead and data.get("sim"):
                outcome = await super()._next(turn, state)
                return self._listen(turn, state, str(state.asked), outcome.replies[0], lead)
        return await super()._next(turn, state, lead)

    def _no_card(self, turn: Turn, quote: Quote, lead: str) -> Outcome:
        money = "余额" in quote.reason_zh or "欠费" in quote.reason_zh
        outcome = self.reply(turn, "lost.card_refused", lead=lead, reason=quote.reason_zh,
                             buttons=["现在充值", "转人工"] if money else ["解除挂失", "转人工"])
        if money:
            outcome.slots["offer"] = {"yes": "recharge_form"}
        return outcome

    async def _quote(self, state: TaskState, action: OrderAction) -> Quote:
        return await self.services.operator.orders.quote(state.data["phone"], "", action)

    async def on_question(self, turn: Turn, state: TaskState, question: Question, *, lead: str = "") -> Outcome:
        if question.name != "sim":
            return await super().on_question(turn, state, question, lead=lead)
        quote = await self._quote(state, OrderAction.REPLACE_SIM)
        options = list(await question.options(turn, state))
        reply = self.say(turn, "lost.ask_sim", fee=quote.charged_fen, note=quote.note_zh,
                         buttons=self._buttons(turn, options))
        return self._listen(turn, state, "sim", reply, lead)

    async def _accept(self, question: Question, turn: Turn, state: TaskState) -> bool:
        taken = await super()._accept(question, turn, state)
        if not taken and question.name == "sim" and state.asked == "sim":
            value = self._bare_answer(turn)
            if value is not None:
                state.data["sim"] = value
                return True
        return taken

    def _bare_answer(self, turn: Turn) -> str | None:
        """要/好 to `要补卡吗` is yes, 不用 is no."""
        answer = yes_or_no(turn.said)
        return None if answer is None else ("post" if answer else "no")

    async def readback(self, turn: Turn, state: TaskState) -> Reply | None:
        if not state.data["blocked"]:
            return self.say(turn, "lost.readback", phone=state.data["phone"], buttons=["马上挂失", "不是这个号", "取消"])
        quote = await self._quote(state, OrderAction.REPLACE_SIM)
        customer = await self.services.operator.customers.find(state.data["phone"])
        return self.say(turn, "lost.card_readback", phone=state.data["phone"], fee=quote.charged_fen,
                        address=customer.address, note=quote.note_zh,
                        arrives=quote.effective_date, buttons=self.confirm_buttons(turn))

    async def _confirm_answer(self, turn: Turn, state: TaskState) -> Outcome:
        other = turn.said.value("phone") is None and re.search(r"不是这个号|别的号|另一个|号码不对", turn.text)
        if not state.data["blocked"] and other:
            for name in ("phone", "proof"):
                state.data.pop(name, None)
            return await self._next(turn, state)
        if state.data["blocked"] and hears(turn.text, ("地址不对", "不住", "寄到别", "换个地址", "搬家", "别的地址")):
            outcome = self.reply(turn, "lost.other_address")
            outcome.followup = "action_transfer_human"
            outcome.slots["handoff_reason"] = "补卡要寄到登记地址以外的地方，需核实身份后修改"
            return self._done(turn, outcome)
        return await super()._confirm_answer(turn, state)

    async def carry_out(self, turn: Turn, state: TaskState) -> Outcome:
        orders, phone = self.services.operator.orders, await self.line(turn, state)
        if state.data["blocked"]:
            order = await self.once(lambda: orders.replace_sim(phone, f"{state.key}:sim"))
            return self.reply(turn, "lost.card_done", fee=order.charged_fen, data={"order_id": order.order_id},
                              arrives=order.effective_date, buttons=["查话费", "查看菜单"])
        await self.once(lambda: orders.report_lost(phone, f"{state.key}:lost"))
        state.data["blocked"], state.confirmed = "now", False
        return await self._next(turn, state, self.say(turn, "lost.done", phone=phone).text)

    async def _not_carried_out(self, turn: Turn, state: TaskState, error: SystemUnavailable) -> Outcome:
        if state.data["blocked"]:
            return await super()._not_carried_out(turn, state, error)
        return self._to_person(turn, error)

    async def _system_down(self, turn: Turn, error: SystemUnavailable) -> Outcome:
        return self._to_person(turn, error)

    def _to_person(self, turn: Turn, error: SystemUnavailable) -> Outcome:
        """A lost phone cannot wait for a system: a person blocks it, first in the queue."""
        return Outcome([self.say(turn, "lost.system_down")],
                       {"handoff_reason": f"{URGENT}手机丢失要挂失，系统没有办成（{error.code}）", "handoff_skill": "business"},
                       followup="action_transfer_human")


class CancelLost(LineOwner):
    """The phone is back: open the number again."""

    action_name = "cancel_lost_form"
    title = "解除挂失"
    own_intents = frozenset({"cancel_lost"})
    verb = r"解挂?除?挂?失?|开|恢复|打开"

    async def prefill(self, turn: Turn, state: TaskState) -> Outcome | None:
        return await self._take_line(turn, state)

    async def _next(self, turn: Turn, state: TaskState, lead: str = "") -> Outcome:
        if state.data.get("phone") and state.data.get("proof"):
            quote = await self.services.operator.orders.quote(state.data["phone"], "", OrderAction.CANCEL_LOST)
            if not quote.eligible:
                return self._done(turn, self.reply(turn, "lost.not_lost", buttons=["复机", "挂失", "转人工"]))
        return await super()._next(turn, state, lead)

    async def readback(self, turn: Turn, state: TaskState) -> Reply | None:
        return self.say(turn, "lost.cancel_readback", phone=state.data["phone"], buttons=self.confirm_buttons(turn))

    async def carry_out(self, turn: Turn, state: TaskState) -> Outcome:
        operator, phone = self.services.operator, await self.line(turn, state)
        await self.once(lambda: operator.orders.cancel_lost(phone, state.key))
        values: dict[str, Any] = {"phone": phone, "owed": 0}
        if (await operator.customers.find(phone)).status == CustomerStatus.SUSPENDED_ARREARS:
            values["owed"] = (await operator.balance.balance(phone)).owed_fen
        outcome = self.reply(turn, "lost.cancel_done", buttons=["现在充值"] if values["owed"] else ["查话费"], **values)
        if values["owed"]:
            outcome.slots["offer"] = {"yes": "recharge_form"}
        return outcome
