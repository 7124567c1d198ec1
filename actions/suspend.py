"""停机保号 and 复机: what it costs, from when, and what stops; arrears lead to a payment."""

from __future__ import annotations

import re

from actions.agreeing import Agrees
from actions.framework.outcome import Outcome
from actions.framework.replies import Reply
from actions.framework.stack import TaskState
from actions.framework.turn import Turn
from actions.hearing import hears, positive
from actions.known import known
from bss.catalogue.loader import default_catalogue
from bss.types import CustomerStatus, OrderAction, Quote

_CLOSE = re.compile(
    r"销|注消|诸销|竹销|消号|消户|笑号|xiaohu|拆户|退(号|卡|了它|掉|给你)|想退|彻底(不|取消)|(号|卡)(我|俺)?(都|就)?不(想)?要(了|哒|咧|咯)|收回"
    r"|拜拜|干掉|弄掉|处理掉|号码(彻底)?取消", re.IGNORECASE
)
_KEEP = re.compile(r"停机|保号|保留|留着(?!也|占)|停着|半年|几个月|出国|回来|歇|冬眠|暂停|先停")
_RESUME = ("复机", "开机", "恢复", "打开", "重新开", "开回来")
_STOP = ("停机", "停掉", "停了", "报停", "停用", "保号")
_LATER = re.compile(r"下个?月|明天|后天|下周|过几天|月底|\d+[号日]")


class Suspend(Agrees):
    """Stop the number and keep it, for a small fee. Closing it is another matter, and is explained."""

    action_name = "suspend_form"
    title = "停机保号"
    own_intents = frozenset({"suspend_service"})
    verb = r"停机?保?号?|办|停"

    async def begin(self, turn: Turn, state: TaskState) -> Outcome | None:
        wanted = positive(turn.text)
        if hears(wanted, _RESUME) and not hears(wanted, _STOP):
            return Outcome(followup="resume_form")
        if _CLOSE.search(wanted) and not _KEEP.search(wanted):
            return known(self, turn, "number-close", ["停机保号", "转人工"], lead=self.say(turn, "suspend.close").text)
        if re.search(r"(不要|别|不想|没有?要?|先不)(给我)?(停|办)", turn.text) and not hears(wanted, _STOP):
            return self.reply(turn, "suspend.left_alone", buttons=["复机", "查看菜单"])
        quote = await self._quote(state)
        if not quote.eligible:
            return await self._refused_status(turn, state, quote)
        state.data["later"] = bool(_LATER.search(turn.text))
        return None

    async def _quote(self, state: TaskState) -> Quote:
        return await self.services.operator.orders.quote(state.data["phone"], "", OrderAction.SUSPEND)

    async def _refused_status(self, turn: Turn, state: TaskState, quote: Quote) -> Outcome:
        phone = state.data["phone"]
        status = (await self.services.operator.customers.find(phone)).status
        if status == CustomerStatus.SUSPENDED_ON_REQUEST:
            return self.reply(turn, "suspend.already", buttons=["复机", "查看菜单"])
        standing = await self.standing(turn, phone)
        return standing or self.reply(turn, "business.refused", reason=quote.reason_zh, buttons=["查看菜单", "转人工"])

    async def readback(self, turn: Turn, state: TaskState) -> Reply | None:
        quote = await self._quote(state)
        return self.say(turn, "suspend.readback", phone=state.data["phone"], fee=quote.monthly_fee_fen,
                        months=int(default_catalogue().policy("policy.suspend_max_months")), later=state.data.get("later"), effective=quote.effective_date,
                        buttons=self.confirm_buttons(turn))

    async def carry_out(self, turn: Turn, state: TaskState) -> Outcome:
        phone = await self.line(turn, state)
        order = await self.once(lambda: self.services.operator.orders.suspend(phone, state.key))
        return self.reply(turn, "suspend.done", phone=phone, fee=order.monthly_fee_fen, effective=order.effective_date,
                          buttons=["复机", "查看菜单"])


class Resume(Agrees):
    """Bring a number back that was stopped on request."""

    action_name = "resume_form"
    title = "复机"
    own_intents = frozenset({"resume_service"})
    verb = r"复机|开机|恢复|打开|开通?|办"

    async def begin(self, turn: Turn, state: TaskState) -> Outcome | None:
        operator, phone = self.services.operator, state.data["phone"]
        status = (await operator.customers.find(phone)).status
        if status == CustomerStatus.SUSPENDED_ON_REQUEST:
            return None
        if status == CustomerStatus.SUSPENDED_ARREARS:
            owed = (await operator.balance.balance(phone)).owed_fen
            paid = await self._on_its_way(phone)
            outcome = self.reply(turn, "resume.arrears", owed=owed, paid=paid, buttons=["现在充值", "转人工"])
            outcome.slots["offer"] = {"yes": "recharge_form"}
            return outcome
        if status == CustomerStatus.LOST:
            return self.reply(turn, "resume.lost", buttons=["解除挂失", "转人工"])
        return self.reply(turn, "resume.active", buttons=["手机信号报修", "查话费", "转人工"])

    async def _on_its_way(self, phone: str) -> int:
        """A payment made but not yet on the account, in fen."""
        top_ups = await self.services.operator.balance.top_ups(phone, 3)
        return sum(t.amount_fen for t in top_ups if t.state == "pending")

    async def readback(self, turn: Turn, state: TaskState) -> Reply | None:
        plan = await self.services.operator.products.current_plan(state.data["phone"])
        return self.say(turn, "resume.readback", phone=state.data["phone"], plan=plan.name, fee=plan.monthly_fee_fen,
                        buttons=self.confirm_buttons(turn))

    async def carry_out(self, turn: Turn, state: TaskState) -> Outcome:
        phone = await self.line(turn, state)
        await self.once(lambda: self.services.operator.orders.resume(phone, state.key))
        return self.reply(turn, "resume.done", phone=phone, buttons=["查话费", "手机信号报修"])
