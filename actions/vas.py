"""Value-added services: what is there, subscribing, cancelling one or all, forwarding calls to a number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from actions.business import Business
from actions.framework.outcome import Outcome
from actions.framework.question import EntityQuestion, Option, Question, choose
from actions.framework.replies import Reply
from actions.framework.stack import TaskState
from actions.framework.turn import Said, Turn
from actions.framework.yesno import yes_or_no
from actions.hearing import named, positive
from actions.vas_names import NAMES
from actions.whose import whose
from bss.errors import NotEligible, SystemUnavailable
from bss.types import OrderAction, Product, ProductKind

FORWARD = "vas.forward"
_REMOVE = re.compile(
    r"取消|取销|退|关[闭掉了咗咖]|^关|关$|停|去掉|去了|拿掉|别续|不要|唔要|勿要|撤|删|摘|卸|莫要|不开通|弄没|关它|别扣|没订过|没开过|冇开过|关咯"
)
_ADD = re.compile(r"开[通开一上下起]|^开|开$|办|订|要|加|装|设|激活|换|整上|弄|给我来|来一个|set|转")
_LIST = re.compile(r"哪些|啥|什么|么子|撒|查|看[看下哈一]|瞅|有没有|列|几个|乱扣|明细")
#: Holds a word of opening or closing and means neither.
_NEITHER = re.compile(r"不(要|花|收)钱|[关开]机|再.{0,6}取消")
_NEW_SONG = re.compile(r"换|好听|喜庆|流行")
_ASKS = re.compile(r"啥|什么|吗|多少|几多|为何|怎么|？|\?")
_ALL = re.compile(r"全[部都]?[退取停关摘]|都[退取停关摘]|乱七八糟|所有|一起退|没用的|不使的|统统")
_USUAL = ("vas.caller_id", "vas.missed_call", "vas.family_number", "vas.video_member")


class ServiceQuestion(Question):
    """Which service: of those the customer has when cancelling, else of what is usual; any may be named."""

    def __init__(self, services: Any) -> None:
        super().__init__("service", "vas.ask_service", when=lambda state: not state.data.get("all"))
        self.operator = services.operator

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        if state.data.get("wish") == "remove":
            return [Option(p.offer_id, p.name, NAMES.get(p.offer_id, ())) for p in
                    await owned(self.operator, state.data["phone"])]
        return [Option(i, (await self.operator.catalog.offer(i)).name) for i in _USUAL]

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        return service_named(turn.text) or choose(turn.text, await self.options(turn, state))


class WishQuestion(Question):
    """Subscribe or cancel; understood from the words or from what the customer has."""

    def __init__(self) -> None:
        super().__init__("wish", "vas.ask_wish")

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        return (Option("add", "开通"), Option("remove", "取消"))

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        plain_answer = yes_or_no(Said(turn.text, "", 0.0)) is not None
        return None if plain_answer or _ASKS.search(turn.text) else wish_of(turn.text)


class ManageVas(Business):
    """TMF622 on value-added services. `all` in the task: every paid one is to go."""

    action_name = "vas_form"
    title = "增值业务"
    own_intents = frozenset({"manage_vas"})

    def __init__(self, services: Any) -> None:
        super().__init__(services)
        self.questions = (  # type: ignore[misc]
            WishQuestion(), ServiceQuestion(services),
            EntityQuestion("number", "vas.ask_number", "phone",
                           when=lambda s: s.data.get("service") == FORWARD and s.data.get("wish") == "add"),
        )  # fmt: skip

    async def begin(self, turn: Turn, state: TaskState) -> Outcome | None:
        phone, service, wish = str(state.data["phone"]), service_named(turn.text), wish_of(turn.text)
        has = await owned(self.services.operator, phone)
        spoken_of = (turn.slots.get("context") or {}).get("service")
        if service is None and wish == "remove" and spoken_of and not _ALL.search(turn.text):
            # 那给我退了, after a charge was explained by this service.
            service = next((p.offer_id for p in has if p.name == spoken_of), None)
        if wish == "remove" and service is None and _ALL.search(turn.text):
            state.data.update(wish="remove", all=True)
            paid = [p for p in has if p.monthly_fee_fen]
            return None if paid else await self._listed(turn, phone, has)
        if service is None and (wish is None or (_LIST.search(turn.text) and wish == "add")):
            return await self._listed(turn, phone, has)
        mine = next((p for p in has if p.offer_id == service), None)
        if mine is not None and wish == "add" and service == "vas.ringback" and _NEW_SONG.search(turn.text):
            return self.reply(turn, "vas.new_song", buttons=["转人工", "退订彩铃"])
        if mine is not None and wish is None:
            told = self.reply(turn, "vas.status", name=mine.name, fee=mine.monthly_fee_fen,
                              buttons=[f"退订{mine.name}", "增值业务"])
            told.slots["context"] = {"intent": "manage_vas", "service": mine.name}
            return told
        if service is None and wish == "remove" and "会员" in turn.text and not any("会员" in p.name for p in has):
            return self.reply(turn, "vas.has_not", name="会员类业务", paid=[p for p in has if p.monthly_fee_fen],
                              buttons=["增值业务", "查账单"])
        wish = wish or ("add" if service is not None else None)
        if wish == "add" and (stopped := await self.standing(turn, phone)):
            return stopped
        for name, value in (("wish", wish), ("service", service), ("number", turn.said.value("phone"))):
            if value is not None:
                state.data[name] = value
                state.trail.append(name)
        return await self._settled(turn, state, has)

    async def _listed(self, turn: Turn, phone: str, has: list[Product]) -> Outcome:
        everything = await self.services.operator.products.products(phone, ProductKind.VAS)
        paid = [p for p in has if p.monthly_fee_fen]
        return self.reply(
            turn, "vas.listed", whose=await whose(self, turn, phone), services=everything,
            total=sum(p.monthly_fee_fen for p in paid),
            buttons=[*(f"退订{p.name}" for p in paid[:2]), "查账单"] if paid else ["查账单", "查我的套餐"],
        )  # fmt: skip

    async def _settled(self, turn: Turn, state: TaskState, has: list[Product]) -> Outcome | None:
        """Nothing to do: they have it already, or do not have it."""
        service, wish = state.data.get("service"), state.data.get("wish")
        if wish == "remove" and not has:
            return self.reply(turn, "vas.nothing", buttons=["查账单", "查我的套餐"])
        if service is None or wish is None:
            return None
        offer = await self.services.operator.catalog.offer(service)
        mine = next((p for p in has if p.offer_id == service), None)
        if wish == "add" and mine and service != FORWARD:
            key = "vas.has_numbers" if service in ("vas.family_number", "vas.family_net") else "vas.has"
            buttons = ["转人工"] if key == "vas.has_numbers" else ["增值业务", "查账单"]
            return self.reply(turn, key, name=offer.name, fee=mine.monthly_fee_fen, buttons=buttons)
        if wish == "remove" and not mine:
            ended = [p for p in await self.services.operator.products.products(state.data["phone"], ProductKind.VAS)
                     if p.offer_id == service]
            key = "vas.ending" if ended else "vas.has_not_forward" if service == FORWARD else "vas.has_not"
            return self.reply(turn, key, name=offer.name, ends=ended[0].ends if ended else None,
                              paid=[p for p in has if p.monthly_fee_fen], buttons=["增值业务", "查账单"])
        return None

    async def _next(self, turn: Turn, state: TaskState, lead: str = "") -> Outcome:
        has = await owned(self.services.operator, str(state.data["phone"]))
        if not state.data.get("all") and (nothing := await self._settled(turn, state, has)):
            return self._done(turn, nothing)
        return await super()._next(turn, state, lead)

    # ------------------------------------------------------------------ doing it

    def summary(self, state: TaskState) -> str:
        number = f"，转到{state.data['number']}" if state.data.get("number") else ""
        return f"{self.title}：{state.data.get('wish')} {state.data.get('service', '全部收费业务')}{number}"

    async def readback(self, turn: Turn, state: TaskState) -> Reply:
        phone = await self.line(turn, state)
        name = await whose(self, turn, phone)
        if state.data.get("all"):
            paid = await self._paid(phone)
            state.data["paid"] = [[p.offer_id, p.name] for p in paid]
            return self.say(turn, "vas.confirm_all", whose=name, services=paid, count=len(paid),
                            total=sum(p.monthly_fee_fen for p in paid), buttons=self.confirm_buttons(turn))
        wish, service = state.data["wish"], state.data["service"]
        quote = await self.services.operator.orders.quote(phone, service, OrderAction(wish))
        has_already = service == FORWARD and wish == OrderAction.ADD
        if not has_already:
            await self.allow(phone, quote)
        has = await self.services.operator.products.products(phone, ProductKind.VAS)
        fee = next((p.monthly_fee_fen for p in has if p.offer_id == service), 0)
        offer = await self.services.operator.catalog.offer(service)
        key = "vas.confirm_forward" if service == FORWARD and wish == "add" else f"vas.confirm_{wish}"
        return self.say(turn, key, whose=name, q=quote, offer=offer, fee=fee, number=state.data.get("number"),
                        buttons=self.confirm_buttons(turn))

    async def carry_out(self, turn: Turn, state: TaskState) -> Outcome:
        phone, orders = await self.line(turn, state), self.services.operator.orders
        if state.data.get("all"):
            return await self._remove_all(turn, state, phone)
        wish, service = OrderAction(state.data["wish"]), state.data["service"]
        if service == FORWARD and wish == OrderAction.ADD:
            has = await owned(self.services.operator, phone)
            if not any(p.offer_id == FORWARD for p in has):
                await self.once(lambda: orders.order(phone, FORWARD, wish, state.key))
            return self.reply(turn, "vas.done_forward", number=state.data["number"], buttons=["增值业务"])
        order = await self.once(lambda: orders.order(phone, service, wish, state.key))
        key = "vas.done_unforward" if service == FORWARD else f"vas.done_{wish}"
        return self.reply(turn, key, order=order, buttons=["增值业务", "查账单"], data={"order_id": order.order_id})

    async def _remove_all(self, turn: Turn, state: TaskState, phone: str) -> Outcome:
        """One after the other; where one fails the rest is still done and both are told."""
        orders = self.services.operator.orders
        done: list[str] = []
        kept: list[str] = []
        for offer_id, name in state.data["paid"]:
            try:
                await self.once(lambda offer_id=offer_id: orders.order(  # type: ignore[misc]
                    phone, offer_id, OrderAction.REMOVE, f"{state.key}:{offer_id}"))
                done.append(name)
            except NotEligible:
                kept.append(name)
            except SystemUnavailable:
                if not done:
                    raise
                kept.append(name)
        return self.reply(turn, "vas.done_all", done=done, kept=kept, buttons=["查账单", "转人工"] if kept else ["查账单"])

    async def _paid(self, phone: str) -> list[Product]:
        return [p for p in await owned(self.services.operator, phone) if p.monthly_fee_fen]


async def owned(operator: Any, phone: str) -> list[Product]:
    """Services that go on: those cancelled to the end of the month are left out."""
    return [p for p in await operator.products.products(phone, ProductKind.VAS) if p.ends is None]


def service_named(text: str) -> str | None:
    """The one service a sentence is about; None where it names none or several."""
    found = named(positive(text), NAMES) or named(text, NAMES)
    if "vas.video_ringback" in found:
        found = [i for i in found if i != "vas.ringback"]
    if "vas.sms_pack100" in found:
        found = [i for i in found if i != "vas.sms_pack30"]
    if "vas.caller_id" in found and "vas.missed_call" in found:
        found.remove("vas.missed_call")
    if "vas.block_pro" in found and "vas.block" in found:
        found.remove("vas.block")
    return found[0] if len(found) == 1 else None


def wish_of(text: str) -> str | None:
    """`add` or `remove`; cancelling words win, for `要取消` holds both."""
    text = _NEITHER.sub("", text)
    for heard in (positive(text), text):
        if _REMOVE.search(heard):
            return "remove"
        if _ADD.search(heard):
            return "add"
    return None
