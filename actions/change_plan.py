"""Changing the plan, buying a pack, taking either back; advice from real usage where none is named."""

from __future__ import annotations

from typing import Any

from actions import change_plan_advice as advice
from actions import change_plan_words as words
from actions.business import Business
from actions.change_plan_questions import AddonQuestion, DropQuestion, PlanQuestion
from actions.framework.outcome import Outcome
from actions.framework.question import Question
from actions.framework.replies import Reply
from actions.framework.stack import TaskState
from actions.framework.turn import Turn
from actions.hearing import named
from actions.vas_names import NAMES
from actions.whose import whose
from bss.errors import SystemUnavailable
from bss.types import Offer, OrderAction, ProductKind

_ACTION = {"plan": OrderAction.CHANGE, "addon": OrderAction.ADD, "drop": OrderAction.REMOVE}


class ChangePlan(Business):
    """TMF622. `goal` is plan, addon or drop; the chosen catalogue id is kept under the goal's name."""

    action_name = "change_plan_form"
    title = "套餐和流量包"
    own_intents = frozenset({"change_plan"})

    def __init__(self, services: Any) -> None:
        super().__init__(services)
        self.questions = (PlanQuestion(services), AddonQuestion(services), DropQuestion(services))  # type: ignore[misc]

    async def begin(self, turn: Turn, state: TaskState) -> Outcome | None:
        phone = str(state.data["phone"])
        if stopped := await self.standing(turn, phone):
            return stopped
        context = turn.slots.get("context") or {}
        short = context.get("low") if turn.intent == "affirm" and context.get("intent") == "query_usage" else None
        goal = "addon" if short else words.goal_of(turn.text) or "plan"
        if goal == "plan" and words.goes_back(turn.text):
            ordered = (await self.services.operator.products.current_plan(phone)).next_plan_id
            goal = "drop" if ordered else goal
        if short == "voice":
            state.data["about"] = "语音"
        state.data["habits"] = words.habits(turn.said)
        elsewhere = self._elsewhere(turn, goal)
        return elsewhere or await self._take_up(turn, state, goal)

    def _elsewhere(self, turn: Turn, goal: str) -> Outcome | None:
        """Roaming packs and value-added services have tasks of their own."""
        if "漫游" in turn.text or "境外" in turn.text:
            return Outcome(followup="roaming_form")
        if goal != "addon" and named(turn.text, {key: names[:1] for key, names in NAMES.items()}) and "包" not in turn.text and "套餐" not in turn.text:
            return Outcome(followup="vas_form")
        return None

    async def _take_up(self, turn: Turn, state: TaskState, goal: str) -> Outcome | None:
        """Begin or switch to `goal`, taking what the sentence says."""
        for name in ("plan", "addon", "drop", "shortlist", "direction", "undo"):
            state.data.pop(name, None)
        state.trail = []
        state.data["goal"] = goal
        if goal == "drop" and (ended := await self._begin_drop(turn, state)):
            return ended
        return await super().begin(turn, state)

    async def _begin_drop(self, turn: Turn, state: TaskState) -> Outcome | None:
        """Take back an ordered change, or a pack; most packs cannot be returned, which is said with what remains."""
        operator, phone = self.services.operator, str(state.data["phone"])
        plan = await operator.products.current_plan(phone)
        if (words.undoes(turn.text) or words.goes_back(turn.text)) and "包" not in turn.text:
            if plan.next_plan_id is None:
                return self.reply(turn, "change_plan.nothing_ordered", plan=plan.name, buttons=["换套餐", "查我的套餐"])
            state.data.update(goal="plan", plan=plan.plan_id, undo=True)
            return None
        packs = await operator.products.products(phone, ProductKind.ADDON)
        if not packs:
            return self.reply(turn, "change_plan.no_packs", buttons=["增值业务", "查账单", "转人工"])
        quotes = [await operator.orders.quote(phone, p.offer_id, OrderAction.REMOVE) for p in packs]
        if any(q.eligible for q in quotes):
            return None
        shown = [{"name": p.name, "ends": p.ends} for p in packs]
        return self.reply(turn, "change_plan.kept", packs=shown, reason=quotes[0].reason_zh,
                          buttons=["增值业务", "查流量", "转人工"])

    # ------------------------------------------------------------------ questions

    async def _answer(self, turn: Turn, state: TaskState) -> Outcome:
        """Inside the task a customer may switch: `不是换套餐，是买流量包`."""
        other = None
        if state.data.get("goal") == "plan" and words.wants_pack(turn.text):
            other = "drop" if words.goal_of(turn.text) == "drop" else "addon"
        elif state.data.get("goal") == "addon" and words.wants_other_plan(turn.text):
            other = "plan"
        if other is None:
            return await super()._answer(turn, state)
        ended = await self._take_up(turn, state, other)
        return self._done(turn, ended) if ended is not None else await self._next(turn, state)

    async def on_question(self, turn: Turn, state: TaskState, question: Question, *, lead: str = "") -> Outcome:
        state.data.pop("narrowed", None)
        if question.name == "plan":
            return await self._offer_plans(turn, state, lead)
        options = list(await question.options(turn, state))
        offers = [await self.services.operator.catalog.offer(o.value) for o in options]
        shown = offers[:3] if turn.elder else offers
        reply = self.say(turn, question.prompt, offers=shown, buttons=[o.button for o in options[: len(shown)]])
        return self._listen(turn, state, question.name, reply, lead)

    async def _offer_plans(self, turn: Turn, state: TaskState, lead: str) -> Outcome:
        operator, phone = self.services.operator, str(state.data["phone"])
        plan = await operator.products.current_plan(phone)
        current = await operator.catalog.offer(plan.plan_id)
        customer = await operator.customers.find(phone)
        wanted = advice.need(await operator.usage.usage(phone), *(state.data.get("habits") or ()))
        offers = await operator.catalog.offers(ProductKind.PLAN)
        plans = advice.suitable(offers, customer.age, contract=bool(state.data.get("contract")))
        direction, reason = state.data.get("direction"), ""
        if names := state.data.get("shortlist"):
            picked = [advice.about(o, current, wanted) for o in offers if o.offer_id in names][:3]
        elif direction in ("down", "cheapest"):
            picked = advice.cheaper(current, plans, wanted, cheapest=direction == "cheapest")
        else:
            picked = (advice.larger if direction == "up" else advice.three)(current, plans, wanted)
        quotes = [await operator.orders.quote(phone, a.offer.offer_id, OrderAction.CHANGE) for a in picked]
        reason = next((q.reason_zh for q in quotes if not q.eligible), "")
        picked = [a for a, q in zip(picked, quotes, strict=True) if q.eligible]
        state.data["options"] = [a.offer.offer_id for a in picked]
        if not picked:
            why = lead or reason
            key = "change_plan.none_cheaper" if direction in ("down", "cheapest") else "change_plan.none"
            return self._done(turn, self.reply(turn, key, reason=why, plan=current.name, fee=current.monthly_fee_fen,
                                               buttons=["查我的套餐", "转人工"]))
        reply = self.say(
            turn, "change_plan.ask_plan", plan=current, need=wanted, options=advice.as_values(picked),
            direction=direction, named=bool(names), suits=not names and not direction and advice.fits(current, wanted),
            whose=await whose(self, turn, phone), reason=reason if reason and not lead else "",
            buttons=[a.offer.name for a in picked],
        )  # fmt: skip
        return self._listen(turn, state, "plan", reply, lead)

    async def _not_understood(self, turn: Turn, state: TaskState, question: Question | None, why: str = "") -> Outcome:
        """A vague wish (`便宜点的`) is no failure: it changes what is offered."""
        if question is not None and state.data.get("narrowed"):
            return await self.on_question(turn, state, question)
        return await super()._not_understood(turn, state, question, why)

    async def _ask_again(self, turn: Turn, state: TaskState, lead_id: str, lead: str = "") -> Outcome:
        if state.data.get("narrowed"):
            question = self._question(state.data["goal"])
            assert question is not None
            state.data.pop(question.name, None)
            return await self.on_question(turn, state, question)
        return await super()._ask_again(turn, state, lead_id, lead)

    # ------------------------------------------------------------------ doing it

    def summary(self, state: TaskState) -> str:
        return f"{self.title}：{state.data['goal']} {state.data.get(state.data['goal'], '')}"

    async def readback(self, turn: Turn, state: TaskState) -> Reply:
        operator, phone, goal = self.services.operator, await self.line(turn, state), state.data["goal"]
        quote = await operator.orders.quote(phone, state.data[goal], _ACTION[goal])
        await self.allow(phone, quote)
        values: dict[str, Any] = {"whose": await whose(self, turn, phone), "q": quote}
        if goal != "drop":
            values["offer"] = await operator.catalog.offer(quote.product_id)
        if goal == "plan":
            plan = await operator.products.current_plan(phone)
            products = await operator.products.products(phone)
            gifts = [p.name for p in products if any(w in p.attributes.get("remark", "") for w in ("赠送", "包含"))]
            before = await operator.catalog.offer(plan.plan_id)
            values.update(plan=plan, before=before, undo=bool(state.data.get("undo")), gifts=gifts)
        else:
            values["left"] = (await operator.balance.balance(phone)).balance_fen - quote.charged_fen
        return self.say(turn, f"change_plan.confirm_{goal}", buttons=self.confirm_buttons(turn), **values)

    async def carry_out(self, turn: Turn, state: TaskState) -> Outcome:
        operator, phone, goal = self.services.operator, await self.line(turn, state), state.data["goal"]
        order = await self.once(
            lambda: operator.orders.order(phone, state.data[goal], _ACTION[goal], state.key)
        )  # fmt: skip
        buttons = {"plan": ["查我的套餐"], "addon": ["查流量", "查话费"], "drop": ["查我的套餐"]}[goal]
        offer: Offer | None = None
        left = None
        if goal == "addon":
            offer = await operator.catalog.offer(order.product_id)
            try:
                left = (await operator.usage.usage(phone)).data_left_mb if offer.data_mb else None
            except SystemUnavailable:
                left = None
        return self.reply(turn, f"change_plan.done_{goal}", order=order, left=left, undo=bool(state.data.get("undo")),
                          buttons=buttons, data={"order_id": order.order_id})
