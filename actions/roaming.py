"""International roaming on and off, with a pack for where the customer goes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from actions.business import Business
from actions.framework.outcome import Outcome
from actions.framework.question import ChoiceQuestion, Option, Question, choose
from actions.framework.replies import Reply
from actions.framework.stack import TaskState
from actions.framework.turn import Said, Turn
from actions.framework.yesno import yes_or_no
from actions.hearing import hears, positive
from actions.roaming_places import region_of
from actions.whose import whose
from bss.errors import NotEligible, SystemUnavailable
from bss.types import Offer, OrderAction, ProductKind

_OFF = re.compile(r"关|取消|停|撤|歇|摘|掐|不用了|回国了|回来[啦了咯]|回来好|返咗|注销|去掉|不要")
_STRONG_ON = re.compile(r"打开|开起|重新|加上|要能用|先挂着|延长|别取消|不取消|莫取消")
_ON = re.compile(r"开|办|要用|能用|用得|通上|激活|弄|整|放出|接.{0,3}电话|权限|设|启|联系")
_STATUS = re.compile(r"开[了通]?没|有没有开|是不是开|开了伐|查[查下一].{0,8}开|看看.{0,12}(开了|忘了关)|是否|状态|有冇开|开通了吗|开着(?:没|吗|的吗|呢吗)")
_IF_NOT = re.compile(r"没开就开|不能就|呒没开就开|没有就开|要是没开")
_THERE = re.compile(r"(我|人|现在|刚)在.{0,6}(外|机场|香港|国)|人[在喺]|到了|刚下飞机|落地|已经在|马上|今天|登机|上飞机")
_DATA_ONLY = re.compile(r"只留通话|(上网|数据|流量).{0,5}(关|掐|别开|不开)|(关|掐|断)[了掉闭]?.{0,3}(境外|国外)?(上网|数据|流量)|偷跑")
_NO_DATA = re.compile(r"不上网|只(要|能)?接|能接电话就行|别上网|不用流量")
#: 开漫游，包就不要了: only the pack is refused.
_NO_PACK = re.compile(r"(?:流量|漫游|日)?包.{0,3}(?:不要|不用|不订|不买|先不)了?|(?:不要|不用|不订|不买|别订|别买).{0,4}包")
NONE = "none"
_LIVES = {1: ("日包", "一天", "按天"), 7: ("7天", "七天", "周包", "一周"), 30: ("30天", "三十天", "一个月")}


class PackQuestion(Question):
    """A roaming pack of the region, or none."""

    def __init__(self, services: Any) -> None:
        super().__init__("pack", "roaming.ask_pack", when=lambda s: s.data.get("wish") == "on" and s.data.get("where") != NONE)
        self._catalog = services.operator.catalog

    async def offers(self, state: TaskState) -> list[Offer]:
        """Data packs of the region, cheapest first."""
        found = await self._catalog.offers(ProductKind.ADDON, "漫游")
        return [o for o in found if o.extra.get("region") == state.data.get("where") and o.data_mb]

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        packs = [Option(o.offer_id, o.name, _LIVES.get(o.days, ())) for o in (await self.offers(state))[:3]]
        return [*packs, Option(NONE, "先不订", ("不订", "不要包", "不用包", "只开漫游", "先不要"))]

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        if state.data.get("wish") != "on":
            return None
        asked = state.asked == self.name
        if state.asked is None and "包" not in turn.text:
            return None
        if chosen := choose(turn.text, await self.options(turn, state)):
            return chosen
        return NONE if asked and yes_or_no(Said(turn.text, "", 0.0)) is False else None


class WhereQuestion(ChoiceQuestion):
    """Where to, by place or region."""

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        every = await super().options(turn, state)
        return [every[0], every[1], every[-1]] if turn.elder else every

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        if state.data.get("wish") != "on":
            return None
        chosen = region_of(turn.text) or await super().parse(turn, state)
        return None if chosen == NONE and state.asked != self.name else chosen


class WishQuestion(Question):
    """On or off."""

    def __init__(self) -> None:
        super().__init__("wish", "roaming.ask_wish")

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        return (Option("on", "开通国际漫游"), Option("off", "关闭国际漫游"))

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        return None if yes_or_no(Said(turn.text, "", 0.0)) is not None else wish_of(turn.text)


class ManageRoaming(Business):
    """TMF622: `wish` on or off, `where` a region of the catalogue, `pack` a catalogue id or none."""

    action_name = "roaming_form"
    title = "国际漫游"
    own_intents = frozenset({"manage_roaming"})

    def __init__(self, services: Any) -> None:
        super().__init__(services)
        places = (Option("港澳台", "港澳台"), Option("亚洲", "亚洲", ("日韩", "东南亚")),
                  Option("欧美澳", "欧美澳", ("欧洲", "北美")), Option("全球", "其他地方"),
                  Option(NONE, "只开漫游", ("先不说", "不一定", "不知道", "先开", "没定")))  # fmt: skip
        self._pack = PackQuestion(services)
        where = WhereQuestion("where", "roaming.ask_where", places, when=lambda s: s.data.get("wish") == "on")
        self.questions = (WishQuestion(), where, self._pack)  # type: ignore[misc]

    async def begin(self, turn: Turn, state: TaskState) -> Outcome | None:
        phone = str(state.data["phone"])
        is_on = await self.services.operator.orders.roaming(phone)
        if _STATUS.search(turn.text) and not (_IF_NOT.search(turn.text) and not is_on):
            offer = "关闭国际漫游" if is_on else "开通国际漫游"
            return self.reply(turn, "roaming.status", whose=await whose(self, turn, phone), on=is_on,
                              buttons=[offer, "转人工"])
        if _DATA_ONLY.search(turn.text):
            return self.reply(turn, "roaming.data_only", on=is_on,
                              buttons=["关闭国际漫游" if is_on else "开通国际漫游", "转人工"])
        wish = wish_of(turn.text)
        if wish == "on" and _NO_PACK.search(turn.text):
            state.data["pack"] = NONE
        if wish == "off" and not is_on:
            return self.reply(turn, "roaming.is_off", whose=await whose(self, turn, phone), buttons=["开通国际漫游", "查账单"])
        if wish == "on" and (stopped := await self.standing(turn, phone)):
            return stopped
        state.data.update(is_on=is_on, there=bool(_THERE.search(turn.text)))
        if _NO_DATA.search(turn.text):
            state.data["where"] = NONE
        if is_on and wish == "on" and (_NO_DATA.search(turn.text)):
            return self.reply(turn, "roaming.is_on", whose=await whose(self, turn, phone), buttons=["关闭国际漫游"])
        return await super().begin(turn, state)

    async def on_question(self, turn: Turn, state: TaskState, question: Question, *, lead: str = "") -> Outcome:
        options = list(await question.options(turn, state))
        if question.name == "where":
            reply = self.say(turn, "roaming.ask_where", is_on=bool(state.data.get("is_on")),
                             buttons=[o.button for o in options])
            return self._listen(turn, state, question.name, reply, lead)
        if question.name != "pack":
            return await super().on_question(turn, state, question, lead=lead)
        packs = (await self._pack.offers(state))[:3]
        reply = self.say(turn, "roaming.ask_pack", packs=packs, where=state.data["where"], there=bool(state.data.get("there")),
                         is_on=bool(state.data.get("is_on")), buttons=[*(p.name for p in packs), "先不订"])
        return self._listen(turn, state, question.name, reply, lead)

    async def _next(self, turn: Turn, state: TaskState, lead: str = "") -> Outcome:
        """On already and no pack wanted: nothing is left to do. Off already: the same."""
        wish, is_on = state.data.get("wish"), bool(state.data.get("is_on"))
        no_pack = state.data.get("where") == NONE or state.data.get("pack") == NONE
        if (wish == "on" and is_on and no_pack) or (wish == "off" and not is_on):
            phone = str(state.data["phone"])
            return self._done(turn, self.reply(turn, "roaming.is_on" if is_on else "roaming.is_off",
                                               whose=await whose(self, turn, phone), buttons=["查话费"]))
        return await super()._next(turn, state, lead)

    # ------------------------------------------------------------------ doing it

    def without(self, state: TaskState) -> list[str]:
        return ["先不订"] if self._pack_of(state) else []

    def summary(self, state: TaskState) -> str:
        return f"{self.title}：{state.data.get('wish')}，{state.data.get('where', '')}，{state.data.get('pack', '')}"

    async def readback(self, turn: Turn, state: TaskState) -> Reply:
        operator, phone = self.services.operator, await self.line(turn, state)
        turn_on, is_on = state.data["wish"] == "on", await operator.orders.roaming(phone)
        action = OrderAction.ROAMING_ON if turn_on else OrderAction.ROAMING_OFF
        quote = await operator.orders.quote(phone, "", action)
        if is_on != turn_on:
            await self.allow(phone, quote)
        pack, balance = self._pack_of(state), None
        if pack:
            asked = await operator.orders.quote(phone, pack, OrderAction.ADD)
            await self.allow(phone, asked)
            balance = (await operator.balance.balance(phone)).balance_fen - asked.charged_fen
        offer = await operator.catalog.offer(pack) if pack else None
        return self.say(turn, "roaming.confirm_on" if turn_on else "roaming.confirm_off", q=quote, offer=offer,
                        is_on=is_on, left=balance, whose=await whose(self, turn, phone),
                        there=bool(state.data.get("there")), buttons=self.confirm_buttons(turn))

    async def carry_out(self, turn: Turn, state: TaskState) -> Outcome:
        operator, phone = self.services.operator, await self.line(turn, state)
        turn_on, pack = state.data["wish"] == "on", self._pack_of(state)
        done: list[str] = []
        if bool(state.data.get("is_on")) != turn_on:
            await self._switch(phone, turn_on, state.key)
            done.append("on")
        if not turn_on:
            return self.reply(turn, "roaming.done_off", buttons=["查话费"])
        failed, order = "", None
        if pack:
            try:
                order = await self.once(lambda: operator.orders.order(phone, pack, OrderAction.ADD, f"{state.key}:pack"))
            except (NotEligible, SystemUnavailable) as error:
                if not done:
                    raise
                failed = error.message_zh if isinstance(error, NotEligible) else "系统没有回话，请过几分钟查一下再订。"
        return self.reply(turn, "roaming.done_on", switched=bool(done), order=order, failed=failed,
                          buttons=["转人工"] if failed else ["查话费"])

    async def _switch(self, phone: str, turn_on: bool, key: str) -> None:
        """On or off; that somebody else did it meanwhile is no refusal."""
        orders = self.services.operator.orders
        try:
            await self.once(lambda: orders.set_roaming(phone, turn_on, key))
        except NotEligible:
            if await orders.roaming(phone) != turn_on:
                raise

    def _pack_of(self, state: TaskState) -> str | None:
        pack = state.data.get("pack")
        return None if pack in (None, NONE) or state.data.get("wish") != "on" else str(pack)


def wish_of(text: str) -> str | None:
    """`on`, `off`, None. What is ruled out does not count: `不关，我是要开漫游`."""
    if _ON.search(rest := _NO_PACK.sub("", text)):
        text = rest
    for heard in (positive(text), text):
        if _OFF.search(re.sub(r"关(口|闸|系)|过关|[不别]关|忘了?关", "", heard)):
            return None if _STRONG_ON.search(heard) else "off"
        if _ON.search(heard) or region_of(heard) or hears(heard, ("出国", "出境", "国外", "出果")):
            return "on"
    return None
