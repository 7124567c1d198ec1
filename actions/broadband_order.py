"""Broadband: a new line, moving house, closing it, another speed. Ends in an installation ticket."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from actions.agreeing import Agrees
from actions.broadband_words import address_in, bare_address, wanted_op
from actions.framework.outcome import Outcome
from actions.framework.question import ChoiceQuestion, EntityQuestion, Option, Question, TextQuestion
from actions.framework.replies import Reply
from actions.framework.stack import TaskState
from actions.framework.turn import Turn
from bss.catalogue.loader import default_catalogue
from bss.types import Customer, OrderAction, Product, ProductKind, ProductStatus
from common.errors import InvalidInput
from common.masking import mask_phone
from nlu.text.numerals import parse_number
from service_desk.types import Category, Kind, TicketDraft

_TITLES = {"new": "新装宽带", "move": "宽带移机", "close": "宽带拆机", "speed": "宽带换速率"}
_MBPS = re.compile(r"(?<!\d)(\d{2,4})(?!\d)\s*(?:兆|m|M)?|(?P<giga>千兆|一个?g|1g|1G|一千)|(?P<han>[一二三五]百)")


class AddressQuestion(TextQuestion):
    """Where to; what is too short to find a house by is asked again."""

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        said = address_in(turn) or bare_address(turn.text)
        if len(said) < 4 or said.isdigit():
            raise InvalidInput(message_zh="地址请说详细点，比如“城东区翠湖新村3幢2单元501”。")
        return said[:100]


class SpeedQuestion(ChoiceQuestion):
    """One of the speeds that can be had there, by figure or by 最快, 最便宜."""

    def __init__(self) -> None:
        super().__init__("mbps", "broadband_order.ask_speed", self._shown, when=lambda s: s.data.get("op") in ("new", "speed"))

    async def _shown(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        return [Option(str(o["mbps"]), o["title"], (f"{o['mbps']}",)) for o in state.data.get("offers", ())]

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        speeds = [int(o["mbps"]) for o in state.data.get("offers", ())]
        wanted = turn.said.value("bandwidth") or _mbps(turn.text, asked=state.asked == self.name)
        if wanted is None and speeds and state.asked == self.name:
            if re.search(r"最快|最大|顶配|最高", turn.text):
                wanted = max(speeds)
            elif re.search(r"便宜|最低|最小|够用就行|便宜点", turn.text):
                wanted = min(speeds)
        if wanted is None or not speeds:
            return await super().parse(turn, state) if state.asked == self.name else None
        if int(wanted) not in speeds:
            state.failures -= 1  # understood, only not on sale there
            raise InvalidInput(message_zh=f"没有{wanted}M这一档，下面这些能办。")
        return str(wanted)


def _mbps(text: str, *, asked: bool) -> int | None:
    match = _MBPS.search(text) if asked else re.search(r"(\d{3,4})\s*[兆mM]|(?P<giga>千兆)|(?P<han>[一二三五]百)兆", text)
    if match is None:
        return None
    if match["giga"]:
        return 1000
    return int(parse_number(match["han"]) or 0) if match["han"] else int(match[1])


class InstallBroadband(Agrees):
    """A new line is for anybody who leaves a number; the rest is for the line's customer."""

    action_name = "install_broadband_form"
    title = "宽带装移机"
    own_intents = frozenset({"install_broadband"})
    needs_customer = False
    verb = r"装|移机|拆机?|提速|办理?|登记|提交"
    questions = (
        ChoiceQuestion("op", "broadband_order.ask_op", (
            Option("new", "新装宽带", ("新装", "装一条")), Option("move", "移机", ("搬家", "移机")),
            Option("speed", "换速率", ("提速", "速率", "快一点")), Option("close", "拆机", ("拆", "不要了", "销掉")),
        )),
        ChoiceQuestion("again", "broadband_order.ask_again", (
            Option("yes", "再装一条", ("再装", "新装", "另一", "多装", "另外", "新地址", "要装")),
            Option("move", "移机", ("搬", "移")), Option("speed", "换速率", ("提速", "快")),
        ), when=lambda s: bool(s.data.get("has"))),
        AddressQuestion("address", "broadband_order.ask_address", when=lambda s: s.data.get("op") in ("new", "move")),
        SpeedQuestion(),
        EntityQuestion("contact", "broadband_order.ask_contact", "phone", when=lambda s: not s.data.get("own")),
        ChoiceQuestion("when", "broadband_order.ask_when", (
            Option("上午", "上午", ("早上", "早")), Option("下午", "下午", ("午后", "后晌", "下昼")),
            Option("晚上", "晚上", ("下班", "傍晚")), Option("随时", "都可以", ("都行", "随便", "随时", "任何", "都中")),
        )),
    )  # fmt: skip

    async def _take_line(self, turn: Turn, state: TaskState) -> Outcome | None:
        state.data["own"] = await self.customer_phone(turn) or ""
        if not state.data["own"]:
            state.data["phone"] = ""
            return None
        return await super()._take_line(turn, state)

    async def begin(self, turn: Turn, state: TaskState) -> Outcome | None:
        if (op := wanted_op(turn)) is not None:
            state.data["op"] = op
        if (address := address_in(turn)) is not None:
            state.data["address"] = address
        if turn.said.value("phone"):
            state.data["contact"] = turn.said.value("phone")
        state.data.update(said=turn.text[:200], first=turn.said.value("bandwidth") or _mbps(turn.text, asked=False))
        return None

    # ------------------------------------------------------------------ the course

    async def _next(self, turn: Turn, state: TaskState, lead: str = "") -> Outcome:
        data = state.data
        if data.get("again") in ("move", "speed"):
            data.update(op=data.pop("again"), has="")
        op = data.get("op")
        if op is None:
            return await super()._next(turn, state, lead)
        if op != "new" and not data["own"]:
            return self._done(turn, self.who_first(turn))
        if "lines" not in data:
            ended = await self._lines(turn, state)
            if ended is not None:
                return self._done(turn, ended)
        if op in ("new", "move") and data.get("address") and data.get("covered") != data["address"]:
            coverage = await self.services.operator.addresses.coverage(data["address"])
            if not coverage.covered:
                return self._done(turn, self.reply(turn, "broadband_order.not_covered", address=data["address"],
                                                   note=coverage.note_zh, buttons=["转人工", "查看菜单"]))
            data.update(covered=data["address"], speeds=list(coverage.speeds_mbps), days=coverage.install_days)
            lead = lead or self.say(turn, "broadband_order.covered", note=coverage.note_zh).text
        if op == "speed" or data.get("covered"):
            data["offers"] = await self._offers(state)
            if data.get("first") and "mbps" not in data and any(o["mbps"] == data["first"] for o in data["offers"]):
                data["mbps"] = str(data["first"])
                state.trail.append("mbps")
        return await super()._next(turn, state, lead)

    async def _lines(self, turn: Turn, state: TaskState) -> Outcome | None:
        """What the customer has already, and whether the request fits it."""
        data, op = state.data, state.data["op"]
        lines: list[Product] = []
        if data["phone"]:
            products = await self.services.operator.products.products(data["phone"], ProductKind.BROADBAND)
            lines = [p for p in products if p.status in (ProductStatus.ACTIVE, ProductStatus.SUSPENDED)]
        data["lines"] = [p.name for p in lines]
        data["offer_id"] = lines[0].offer_id if lines else ""
        data["now"] = int(lines[0].attributes.get("speed_mbps", "0")) if lines else 0
        data["fee_now"] = lines[0].monthly_fee_fen if lines else 0
        if op == "new":
            data["has"] = lines[0].name if lines else ""
            return None
        if not lines:
            return self.reply(turn, "broadband_order.no_line", buttons=["装宽带", "转人工"])
        if op == "close":
            quote = await self.services.operator.orders.quote(data["phone"], data["offer_id"], OrderAction.REMOVE)
            if not quote.eligible:
                return self.reply(turn, "broadband_order.close_refused", reason=quote.reason_zh, buttons=["移机", "转人工"])
            data["close_note"] = quote.note_zh
        return None

    async def _offers(self, state: TaskState) -> list[dict[str, Any]]:
        data = state.data
        customer = await self._customer(data["phone"])
        offers = await self.services.operator.catalog.offers(ProductKind.BROADBAND)
        able = data.get("speeds")
        kept = [
            o for o in offers
            if (not able or o.broadband_mbps in able) and o.broadband_mbps != (data["now"] if data["op"] == "speed" else 0)
            and (o.target != "老年人" or (customer is not None and customer.elder))
        ]  # fmt: skip
        yuan = self.services.replies
        return [{"mbps": o.broadband_mbps, "fee": o.monthly_fee_fen, "name": o.name, "contract": o.contract_months,
                 "title": yuan.say("broadband_order.offer", mbps=o.broadband_mbps, fee=o.monthly_fee_fen).text} for o in kept]

    async def _customer(self, phone: str) -> Customer | None:
        return await self.services.operator.customers.find(phone) if phone else None

    async def readback(self, turn: Turn, state: TaskState) -> Reply | None:
        data, fees = state.data, default_catalogue()
        offer = next((o for o in data.get("offers", ()) if str(o["mbps"]) == data.get("mbps")), None)
        contact = mask_phone(data["own"] or data["contact"])
        values = {"contact": contact, "when": data["when"], "address": data.get("address", ""), "offer": offer,
                  "line": (data["lines"] or [""])[0], "days": data.get("days", 0), "fee_now": data["fee_now"],
                  "install": fees.fee_fen("fee.install"), "move": fees.fee_fen("fee.move"),
                  "move_days": int(fees.policy("policy.move_days")), "note": data.get("close_note", "")}
        return self.say(turn, f"broadband_order.readback_{data['op']}", buttons=["确认办理", "改地址", "取消"]
                        if data["op"] in ("new", "move") else self.confirm_buttons(turn), **values)

    async def _confirm_answer(self, turn: Turn, state: TaskState) -> Outcome:
        if "address" in state.data and re.search(r"地址", turn.text) and re.search(r"改|换|不对|错|不是", turn.text):
            state.data.pop("address")
            if address_in(turn):
                state.data["address"] = address_in(turn)
            return await self._next(turn, state)
        return await super()._confirm_answer(turn, state)

    async def on_question(self, turn: Turn, state: TaskState, question: Question, *, lead: str = "") -> Outcome:
        if question.name == "mbps" and not state.data.get("offers"):
            return self._done(turn, self.reply(turn, "broadband_order.nothing_else", line=state.data["lines"][0],
                                               buttons=["转人工"]))
        return await super().on_question(turn, state, question, lead=lead)

    def summary(self, state: TaskState) -> str:
        data = state.data
        parts = [_TITLES[data["op"]], f"联系时间：{data['when']}"]
        for name, key in (("地址", "address"), ("速率", "mbps"), ("现有", "lines")):
            if data.get(key):
                parts.append(f"{name}：{'、'.join(data[key]) if isinstance(data[key], list) else data[key]}")
        return "；".join([*parts, f"客户原话：{data['said']}"])

    async def carry_out(self, turn: Turn, state: TaskState) -> Outcome:
        data = state.data
        customer = await self._customer(data["phone"])
        draft = TicketDraft(
            kind=Kind.REQUEST, category=Category.INSTALLATION, description=self.summary(state), phone=data["phone"],
            title=_TITLES[data["op"]], channel=turn.channel, contact_phone=data["own"] or data["contact"],
            customer_name=customer.name if customer else "", area=customer.area if customer else "",
            address=data.get("address") or (customer.address if customer else ""),
            segment=str(customer.segment) if customer else "consumer", elder=customer.elder if customer else turn.elder,
            account_manager=(customer.account_manager or "") if customer else "", intent=f"install_broadband:{data['op']}",
        )  # fmt: skip
        ticket = await self.services.desk.create(draft, state.key)
        key = "broadband_order.joined" if ticket.joined else f"broadband_order.done_{data['op']}"
        return self.reply(turn, key, ticket_id=ticket.ticket_id, handler=ticket.handler, when=data["when"],
                          contact=mask_phone(draft.contact_phone), due=ticket.due_at, buttons=["查工单进度", "查看菜单"])
