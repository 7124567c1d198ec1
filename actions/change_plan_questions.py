"""The questions of changing a plan: which plan, which pack, what to take back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actions import change_plan_words as words
from actions.framework.question import Option, Question, choose
from actions.framework.stack import TaskState
from actions.framework.turn import Turn
from bss.types import Offer, OrderAction, ProductKind, Quote
from common.errors import InvalidInput

_ROAMING = "漫游"


class GoalQuestion(Question):
    """A question that only one goal asks; its name is the goal's."""

    def __init__(self, name: str, services: Any) -> None:
        super().__init__(name, f"change_plan.ask_{name}", when=lambda state: state.data.get("goal") == name)
        self.operator = services.operator

    def narrow(self, state: TaskState, **wish: Any) -> None:
        """Change what is offered; the question is asked again with that."""
        state.data.update(wish, narrowed=True)
        raise InvalidInput("narrowed", message_zh="")

    async def chosen(self, state: TaskState, offer_id: str, action: OrderAction) -> str:
        """The choice, if the operator allows it. Raises InvalidInput with its reason."""
        quote = await self.operator.orders.quote(state.data["phone"], offer_id, action)
        if not quote.eligible and not await self._only_money(state, quote):
            raise InvalidInput("not eligible", message_zh=quote.reason_zh)
        return offer_id

    async def _only_money(self, state: TaskState, quote: Quote) -> bool:
        balance = await self.operator.balance.balance(state.data["phone"])
        return bool(quote.charged_fen > balance.balance_fen)


class PlanQuestion(GoalQuestion):
    """A plan by name, fee, place in the list, or a wish such as 便宜点."""

    def __init__(self, services: Any) -> None:
        super().__init__("plan", services)

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        offers = await self.operator.catalog.offers(ProductKind.PLAN)
        by_id = {o.offer_id: o for o in offers}
        return [Option(i, by_id[i].name) for i in state.data.get("options") or [] if i in by_id]

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        if state.data.get("goal") != self.name:
            return None
        if choice := choose(turn.text, await self.options(turn, state)):
            return await self.chosen(state, choice, OrderAction.CHANGE)
        offers = await self.operator.catalog.offers(ProductKind.PLAN)
        asked = state.asked == self.name
        named, no_such_fee = words.plans_named(turn.said, offers, bare=asked)
        fees = words.fees_in(turn.text, bare=asked)
        shown = [o for o in offers if o.offer_id in (state.data.get("options") or ())]
        shown = [o for o in shown if o in named or (fees and o.monthly_fee_fen == fees[-1])]
        named = shown if len(shown) == 1 else named
        if len(named) > 1:
            named = await self._suiting(state, named)
        direction = words.direction_of(turn.text)
        if len(named) == 1 and not (direction and await self._has(state, named[0])):
            return await self.chosen(state, named[0].offer_id, OrderAction.CHANGE)
        if no_such_fee:
            raise InvalidInput("no plan at that fee", message_zh="没有这个价位的套餐，您看看这几个。")
        if len(named) > 1:
            self.narrow(state, shortlist=[o.offer_id for o in named], direction=None)
        contract = words.allows_contract(turn.text)
        if direction:
            self.narrow(state, shortlist=None, direction=direction, contract=contract)
        if any(habits := words.habits(turn.said)) and list(habits) != list(state.data.get("habits") or ()):
            self.narrow(state, shortlist=None, direction=None, habits=habits)
        if contract and not state.data.get("contract"):
            self.narrow(state, shortlist=None, contract=True)
        return None

    async def _has(self, state: TaskState, offer: Offer) -> bool:
        """`我那个129的太贵`: the plan in force is no wish."""
        plan = await self.operator.products.current_plan(state.data["phone"])
        return bool(plan.plan_id == offer.offer_id)

    async def _suiting(self, state: TaskState, offers: list[Offer]) -> list[Offer]:
        """Of several that fit the words, those this customer may have; all where none is left."""
        phone = state.data["phone"]
        quotes = [await self.operator.orders.quote(phone, o.offer_id, OrderAction.CHANGE) for o in offers]
        return [o for o, q in zip(offers, quotes, strict=True) if q.eligible] or offers[:1]


class AddonQuestion(GoalQuestion):
    """A pack by kind, size, price or life."""

    def __init__(self, services: Any) -> None:
        super().__init__("addon", services)

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        offers = await eligible_addons(self.operator, state.data["phone"])
        names = state.data.get("shortlist")
        shown = [o for o in offers if o.offer_id in names] if names else _usual(offers, state.data.get("about", ""))
        return [Option(o.offer_id, o.name) for o in shown[:4]]

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        if state.data.get("goal") != self.name:
            return None
        if shown := choose(turn.text, await self.options(turn, state)):
            return await self.chosen(state, shown, OrderAction.ADD)
        offers = await eligible_addons(self.operator, state.data["phone"])
        named, other_size = words.addons_named(turn.said, offers)
        listed = [o for o in named if o.offer_id in (state.data.get("shortlist") or ())]
        named = listed if len(listed) == 1 else named
        if len(named) == 1 and not other_size:
            return await self.chosen(state, named[0].offer_id, OrderAction.ADD)
        if other_size:
            state.data["shortlist"] = [o.offer_id for o in named]
            raise InvalidInput("no such pack", message_zh="没有正好这样的，最接近的是这几个。")
        if 0 < len(named) < len(_plain(offers)) and [o.offer_id for o in named] != state.data.get("shortlist"):
            self.narrow(state, shortlist=[o.offer_id for o in named])
        return None


class DropQuestion(GoalQuestion):
    """Which pack to take back, of those that can be."""

    def __init__(self, services: Any) -> None:
        super().__init__("drop", services)

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        packs = await self.operator.products.products(state.data["phone"], ProductKind.ADDON)
        return [Option(p.offer_id, p.name) for p in packs]

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        if state.data.get("goal") != self.name:
            return None
        options = await self.options(turn, state)
        chosen = choose(turn.text, options) or (options[0].value if len(options) == 1 else None)
        return await self.chosen(state, chosen, OrderAction.REMOVE) if chosen else None


async def eligible_addons(operator: Any, phone: str) -> list[Offer]:
    """Packs for use at home that this customer may have, cheapest first."""
    age = (await operator.customers.find(phone)).age
    offers: list[Offer] = await operator.catalog.offers(ProductKind.ADDON)
    low = [(o, o.extra.get("min_age")) for o in offers if o.target != _ROAMING]
    return [o for o, least in low if not least or (age is not None and age >= least)]


def _plain(offers: Sequence[Offer]) -> list[Offer]:
    """Data for every use at every hour, of a month."""
    return [o for o in offers if o.data_mb and not o.days and o.name.startswith("流量月包")]


def _usual(offers: Sequence[Offer], about: str) -> list[Offer]:
    return [o for o in offers if o.minutes] if about == "语音" else _plain(offers) or [o for o in offers if o.data_mb]
