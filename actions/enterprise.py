"""Government and business customers: a dead line goes to the self-check, any other need to the account manager."""

from __future__ import annotations

import re

from actions.agreeing import Agrees
from actions.framework.action import PENDING
from actions.framework.outcome import Outcome
from actions.framework.question import EntityQuestion, TextQuestion
from actions.framework.replies import Reply
from actions.framework.stack import TaskState
from actions.framework.turn import Said, Turn
from actions.hearing import hears, positive
from bss.errors import BssError
from bss.types import Customer
from common.masking import mask_phone
from service_desk.types import Category, Kind, TicketDraft

_BROKEN = re.compile(
    r"断(?!信)|掉线|掉了|不通|勿通|连不上|上不了|丢包|故障|坏|拐哒|红灯|瘫|卡(?=得|死|顿|爆)|[很好太嘎]慢|发不出|打不出|打不进|挂了|用不了|没网|没信号|抢修|速来|派人|工程师快|搞不得|去矣"
)
_LINE = ("专线", "公司网", "单位网", "光纤", "网络", "宽带", "的线", "条线", "那条", "外网", "机器", "点对点", "vpn", "断网", "没网", "上网", "砖线", "专县")
_NET = re.compile(r"[的那条根咱]网|网(全|都|又|也)?(瘫|断|慢|卡|掉|嘎)|固定.{0,3}[pP批].{0,2}掉|根线")
_OTHER_SERVICE = ("400", "四百", "四个零", "短信", "物联", "pos", "卡", "云", "平台", "服务器", "集团号", "v网", "总机", "固话", "中继", "呼叫", "彩铃")
_WHO = re.compile(r"(?:客户)?经理.{0,4}(?:是谁|是哪|哪个|哪位|叫什么|姓什么|叫啥|是什么人)|(?:谁|哪个|哪位)是.{0,8}客户经理")
#: What remains of `我要找客户经理` once these are gone is no need yet.
_EMPTY = re.compile(
    r"政企|业务|客户|经理|我们?|公司|单位|集团|找|联系|要|想|办|个|的|你们?|转|帮|请|一下|咨询|让|给|回|电话|大客户部|部|是|吗|有|[，,。.！!？?\s]"
)


class Enterprise(Agrees):
    """Anybody may ask: a company that is not ours yet leaves a number."""

    action_name = "enterprise_form"
    title = "政企业务"
    own_intents = frozenset({"enterprise_service"})
    needs_customer = False
    verb = r"登记|提交|办理?"
    questions = (
        TextQuestion("need", "enterprise.ask_need", shortest=4, longest=500),
        EntityQuestion("contact", "enterprise.ask_contact", "phone", when=lambda state: not state.data.get("own")),
    )

    async def _take_line(self, turn: Turn, state: TaskState) -> Outcome | None:
        state.data["own"] = state.data["phone"] = await self.customer_phone(turn) or ""
        return None

    async def begin(self, turn: Turn, state: TaskState) -> Outcome | None:
        text = positive(turn.text)
        broken = bool(_BROKEN.search(text))
        if broken and (hears(text, _LINE) or _NET.search(text)) and not self._other_first(text):
            return self._to_check(turn)
        state.data["broken"] = broken
        customer = await self._customer(state.data["own"])
        if _WHO.search(text) and customer is not None and customer.account_manager:
            return self.reply(turn, "enterprise.manager", manager=customer.account_manager, buttons=["政企业务", "转人工"])
        if len(_EMPTY.sub("", text)) >= 3:
            state.data["need"] = turn.text.strip()[:500]
        if turn.said.value("phone"):
            state.data["contact"] = turn.said.value("phone")
        return None

    def _to_check(self, turn: Turn) -> Outcome:
        """The self-check of the company's line, not of a home's, whatever else is named beside it."""
        text = turn.text if "专线" in turn.text else f"{turn.text}（单位专线）"
        message = Said(text, "enterprise_service", 1.0).as_message()
        return Outcome(slots={PENDING: {"action": "fault_form", "message": message}}, followup="fault_form")

    def _other_first(self, text: str) -> bool:
        """A platform or a batch of cards that fails is no line to be tested."""
        return hears(text, _OTHER_SERVICE) and not hears(text, ("专先", "专线", "砖线", "专县", "公司网", "单位网", "断网", "的线", "条线"))

    async def _customer(self, phone: str) -> Customer | None:
        try:
            return await self.services.operator.customers.find(phone) if phone else None
        except BssError:
            return None

    async def readback(self, turn: Turn, state: TaskState) -> Reply | None:
        customer = await self._customer(state.data["own"])
        contact = state.data["own"] or state.data["contact"]
        return self.say(turn, "enterprise.readback", need=state.data["need"][:120], masked=mask_phone(contact),
                        company=(customer.company or "") if customer else "",
                        manager=(customer.account_manager or "") if customer else "", broken=state.data["broken"],
                        buttons=["确认", "改一下", "取消"])

    async def _confirm_answer(self, turn: Turn, state: TaskState) -> Outcome:
        if re.search(r"改一下|不对|说错|不准确", turn.text):
            state.data.pop("need")
            rest = re.sub(r"改一下|不对|说错了?|不准确|[，,。\s]", "", turn.text)
            if len(rest) >= 4:
                state.data["need"] = rest[:500]
            return await self._next(turn, state)
        return await super()._confirm_answer(turn, state)

    def summary(self, state: TaskState) -> str:
        return f"政企需求：{state.data['need']}"

    async def carry_out(self, turn: Turn, state: TaskState) -> Outcome:
        data, customer = state.data, await self._customer(state.data["own"])
        draft = TicketDraft(
            kind=Kind.FAULT if data["broken"] else Kind.REQUEST,
            category=Category.OTHER if data["broken"] else Category.BUSINESS, description=data["need"], phone=data["own"],
            title="政企业务故障" if data["broken"] else "政企业务需求", channel=turn.channel,
            contact_phone=data["own"] or data["contact"], customer_name=_name(customer), segment="enterprise",
            area=customer.area if customer else "", address=customer.address if customer else "",
            account_manager=(customer.account_manager or "") if customer else "",
            department="enterprise_noc" if data["broken"] else "", intent="enterprise_service",
        )  # fmt: skip
        ticket = await self.services.desk.create(draft, state.key)
        manager = (customer.account_manager or "") if customer else ""
        key = "enterprise.joined" if ticket.joined else "enterprise.done"
        return self.reply(turn, key, ticket_id=ticket.ticket_id, manager=manager, handler=ticket.handler,
                          due=ticket.due_at, masked=mask_phone(draft.contact_phone), buttons=["查工单进度", "转人工"])


def _name(customer: Customer | None) -> str:
    if customer is None:
        return ""
    return f"{customer.company}（{customer.name}）" if customer.company else customer.name
