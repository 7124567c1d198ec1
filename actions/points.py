"""Loyalty points: how many there are, and what they are exchanged for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from actions.business import Business
from actions.framework.action import YidaAction
from actions.framework.outcome import Outcome
from actions.framework.question import Option, Question, choose
from actions.framework.replies import Reply
from actions.framework.stack import TaskState
from actions.framework.turn import Turn
from actions.hearing import named, positive
from actions.whose import whose
from bss.types import Reward
from common.errors import InvalidInput
from nlu.text.numerals import find_numbers

_DELIVERY = re.compile(
    r"没收到|没到|没有到|没寄|没给?我?送|还没.{0,3}(到|发|寄)"
    r"|[什几][么时].{0,4}(到|寄|送)|发货|影子|寄到|没见着|兑换码|卡号|卡密|地址.{0,4}(错|改)|填错"
)
_GIVE_AWAY = re.compile(r"转给|转让|捐|转到.{0,6}号|转出|给我?(媳妇|老婆|老公|朋友|儿子|女儿|妈|爸).{0,4}(转|用)")
_RIGHTS = re.compile(r"权益|贵宾|生日礼|礼包|大礼|洗车|会员日|星级|汽车|红包|加油券|购物卡")
_TAKE_BACK = re.compile(r"取消.{0,8}兑|兑换不要|退分|换错了|不想换了")
#: What is no exchange, and the reply that says so.
_ELSEWHERE = ((_DELIVERY, "points.delivery"), (_TAKE_BACK, "points.no_return"), (_GIVE_AWAY, "points.give_away"),
              (_RIGHTS, "points.rights"))  # fmt: skip
_ALL = re.compile(r"全[部都]|都换|都给我|统统|花掉|换完")
_KINDS = {"balance": ("话费", "画费", "话肥", "话会", "电话费", "抵", "hf"), "data": ("流量", "流亮", "个g", "上网"),
          "voice": ("分钟", "通话", "语音"), "umbrella": ("伞",), "powerbank": ("充电宝", "移动电源"), "earphone": ("耳机",)}  # fmt: skip


class QueryPoints(YidaAction):
    """TMF658: points, level, what lapses and when; what they would buy now."""

    action_name = "action_query_points"
    needs_customer = True

    async def handle(self, turn: Turn) -> Outcome:
        phone = await self.subject_phone(turn)
        assert phone is not None
        loyalty = self.services.operator.loyalty
        points = await loyalty.points(phone)
        rewards = await loyalty.rewards()
        affordable = [r for r in rewards if r.in_stock and r.points <= points.points]
        dearest = max((r for r in affordable if r.balance_fen), key=lambda r: r.points, default=None)
        least = min((r.points for r in rewards if r.in_stock), default=0)
        outcome = self.reply(
            turn, "points.balance", whose=await whose(self, turn, phone), p=points,
            best=dearest.name if dearest else (affordable[-1].name if affordable else ""),
            missing=max(0, least - points.points), buttons=["积分兑换", "查话费"] if affordable else ["查话费"],
            data={"points": points.points},
        )  # fmt: skip
        outcome.slots["context"] = {"intent": "query_points"}
        if affordable:
            outcome.slots["offer"] = {"yes": "redeem_points_form"}
        return outcome


class RewardQuestion(Question):
    """One of the rewards the points suffice for, by name, kind and size."""

    def __init__(self, services: Any) -> None:
        super().__init__("reward", "points.ask_reward")
        self._loyalty = services.operator.loyalty

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        return [Option(r.reward_id, r.name) for r in await self.offered(state)]

    async def offered(self, state: TaskState) -> list[Reward]:
        """What can be had now, 话费 first; of one kind, where one was asked for."""
        points = (await self._loyalty.points(state.data["phone"])).points
        rewards = [r for r in await self._loyalty.rewards() if r.in_stock and r.points <= points]
        rewards = sorted(rewards, key=lambda r: (not r.balance_fen, -r.points))
        return [r for r in rewards if r.reward_id in (state.data.get("shortlist") or ())] or rewards

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        if shown := choose(turn.text, await self.options(turn, state), numbers=state.asked is not None):
            return shown
        points = (await self._loyalty.points(state.data["phone"])).points
        fitting = _named(turn, await self._loyalty.rewards())
        if len(fitting) == 1:
            return _affordable(fitting[0], points)
        if not fitting:
            return None
        within = [r for r in fitting if r.in_stock and r.points <= points]
        if not within:
            return _affordable(min(fitting, key=lambda r: r.points), points)
        if _ALL.search(turn.text) or len(within) == 1:
            return max(within, key=lambda r: r.points).reward_id
        if [r.reward_id for r in within] != state.data.get("shortlist"):
            state.data.update(shortlist=[r.reward_id for r in within], narrowed=True)
            raise InvalidInput("several", message_zh="")
        return None


class RedeemPoints(Business):
    """Choose, read back what is spent and left, exchange."""

    action_name = "redeem_points_form"
    title = "积分兑换"
    own_intents = frozenset({"redeem_points"})

    def __init__(self, services: Any) -> None:
        super().__init__(services)
        self._reward = RewardQuestion(services)
        self.questions = (self._reward,)  # type: ignore[misc]

    async def prefill(self, turn: Turn, state: TaskState) -> Outcome | None:
        wanted = positive(turn.text)
        for pattern, key in _ELSEWHERE:
            if pattern.search(wanted):
                return self.reply(turn, key, buttons=["转人工", "积分兑换"])
        return await super().prefill(turn, state)

    async def begin(self, turn: Turn, state: TaskState) -> Outcome | None:
        loyalty = self.services.operator.loyalty
        points = (await loyalty.points(state.data["phone"])).points
        least = min((r.points for r in await loyalty.rewards() if r.in_stock), default=0)
        if points < least:
            return self.reply(turn, "points.too_few", points=points, missing=least - points, buttons=["查积分", "查话费"])
        return await super().begin(turn, state)

    async def on_question(self, turn: Turn, state: TaskState, question: Question, *, lead: str = "") -> Outcome:
        state.data.pop("narrowed", None)
        points = (await self.services.operator.loyalty.points(state.data["phone"])).points
        rewards = (await self._reward.offered(state))[: 3 if turn.elder else 6]
        reply = self.say(turn, "points.ask_reward", points=points, rewards=rewards, buttons=[r.name for r in rewards])
        return self._listen(turn, state, question.name, reply, lead)

    async def _not_understood(self, turn: Turn, state: TaskState, question: Question | None, why: str = "") -> Outcome:
        if question is not None and state.data.get("narrowed"):
            return await self.on_question(turn, state, question)
        return await super()._not_understood(turn, state, question, why)

    def summary(self, state: TaskState) -> str:
        return f"{self.title}：{state.data.get('reward')}"

    async def readback(self, turn: Turn, state: TaskState) -> Reply:
        phone = await self.line(turn, state)
        loyalty = self.services.operator.loyalty
        reward = next(r for r in await loyalty.rewards() if r.reward_id == state.data["reward"])
        left = (await loyalty.points(phone)).points - reward.points
        posted = not reward.balance_fen and not reward.offer_id
        address = (await self.services.operator.customers.find(phone)).address if posted else ""
        return self.say(turn, "points.confirm", r=reward, left=left, address=address,
                        whose=await whose(self, turn, phone), buttons=self.confirm_buttons(turn))

    async def carry_out(self, turn: Turn, state: TaskState) -> Outcome:
        phone = await self.line(turn, state)
        done = await self.once(
            lambda: self.services.operator.loyalty.redeem(phone, state.data["reward"], state.key)
        )  # fmt: skip
        return self.reply(turn, "points.done", d=done, buttons=["查积分", "查话费"],
                          data={"redemption_id": done.redemption_id})


def _affordable(reward: Reward, points: int) -> str:
    if not reward.in_stock:
        raise InvalidInput("out of stock", message_zh=f"{reward.name}暂时缺货，换一个吧。")
    if reward.points > points:
        raise InvalidInput("too dear", message_zh=f"{reward.name}要的积分不够，看看够换的。")
    return reward.reward_id


def _named(turn: Turn, rewards: Sequence[Reward]) -> list[Reward]:
    """Rewards a sentence names: the kind, then the size in 元, GB, minutes or points."""
    wanted = positive(turn.text)
    kinds = named(wanted, _KINDS)
    kind = kinds[0] if kinds else None
    found = [r for r in rewards if kind and kind in r.reward_id]
    yuan = [round(float(a) * 100) for a in turn.said.values("amount")]
    bare = [s for s in find_numbers(wanted) if s.unit in ("", "元", "分")]
    if kind == "balance" or (kind is None and yuan):
        sizes = yuan or [int(s.value * 100) for s in bare if s.unit == ""]
        exact = [r for r in rewards if r.balance_fen and r.balance_fen in sizes[-1:]]
        if sizes and not exact:
            raise InvalidInput("no such size", message_zh="没有这个面额的话费，看看这些。")
        return exact or found
    if kind == "data" and (volume := turn.said.value("data_volume")):
        return [r for r in found if r.name.startswith(f"{int(volume) // 1024}GB")] or found
    return found
