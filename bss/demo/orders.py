"""Orders of the demo operator: what is asked is assessed (`bss.demo.rules`), then carried out once."""

from __future__ import annotations

import datetime as dt

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from bss import types as t
from bss.demo.models import Record, Subscriber, Subscription
from bss.demo.products import add_packs, live_products
from bss.demo.rules import Rules
from bss.demo.world import World, end_of_month
from common.errors import InvalidInput

Action = t.OrderAction
_ORDER: TypeAdapter[t.Order] = TypeAdapter(t.Order)
_STATUS_AFTER = {
    Action.SUSPEND: t.CustomerStatus.SUSPENDED_ON_REQUEST,
    Action.RESUME: t.CustomerStatus.ACTIVE,
    Action.REPORT_LOST: t.CustomerStatus.LOST,
}


class DemoOrders:
    """`ProductOrdering`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rules = Rules(world)

    async def quote(self, phone: str, product_id: str, action: t.OrderAction) -> t.Quote:
        return await self._world.look(
            phone, lambda s, who: self._rules.assess(s, who, product_id, Action(action))[0]
        )

    async def order(
        self, phone: str, product_id: str, action: t.OrderAction, idempotency_key: str
    ) -> t.Order:
        if action not in (Action.ADD, Action.REMOVE, Action.CHANGE):
            raise InvalidInput("order() adds, removes or changes a product")
        return await self._place(phone, product_id, Action(action), idempotency_key)

    async def orders(self, phone: str, limit: int = 10) -> list[t.Order]:
        query = (
            select(Record)
            .where(Record.phone == phone, Record.kind == "order")
            .order_by(Record.at.desc(), Record.id.desc())
            .limit(limit)
        )
        return await self._world.look(
            phone, lambda s, _: [_ORDER.validate_json(r.body) for r in s.scalars(query)]
        )

    async def suspend(self, phone: str, idempotency_key: str) -> t.Order:
        return await self._place(phone, "", Action.SUSPEND, idempotency_key)

    async def resume(self, phone: str, idempotency_key: str) -> t.Order:
        return await self._place(phone, "", Action.RESUME, idempotency_key)

    async def report_lost(self, phone: str, idempotency_key: str) -> t.Order:
        return await self._place(phone, "", Action.REPORT_LOST, idempotency_key)

    async def cancel_lost(self, phone: str, idempotency_key: str) -> t.Order:
        return await self._place(phone, "", Action.CANCEL_LOST, idempotency_key)

    async def replace_sim(self, phone: str, idempotency_key: str) -> t.Order:
        return await self._place(phone, "", Action.REPLACE_SIM, idempotency_key)

    async def roaming(self, phone: str) -> bool:
        return await self._world.look(phone, lambda _, who: who.roaming)

    async def set_roaming(self, phone: str, on: bool, idempotency_key: str) -> t.Order:
        return await self._place(phone, "", Action.ROAMING_ON if on else Action.ROAMING_OFF, idempotency_key)

    async def port_check(self, phone: str) -> t.PortCheck:
        return await self._world.look(phone, self._rules.port_check)

    async def _place(self, phone: str, product_id: str, action: Action, key: str) -> t.Order:
        def work(session: Session, who: Subscriber) -> t.Order:
            quote, refusal = self._rules.assess(session, who, product_id, action)
            if refusal is not None:
                raise refusal
            state = self._carry_out(session, who, quote)
            self._world.charge(session, who, quote.name, quote.charged_fen)
            order = t.Order(
                self._world.ids.new("OR"), action, quote.product_id, quote.name, state,
                quote.effective_date, self._world.clock.now(), quote.charged_fen, quote.monthly_fee_fen,
                quote.note_zh,
            )  # fmt: skip
            self._world.record(session, "order", order.order_id, phone, quote.product_id, order)
            return order

        request = {"product_id": product_id, "action": action.value}
        return await self._world.once("order", phone, key, request, t.Order, work)

    def _carry_out(self, session: Session, who: Subscriber, quote: t.Quote) -> t.OrderState:
        """Change the customer's rows as quoted; the state the order is in afterwards."""
        action, today = quote.action, self._world.today()
        if action in _STATUS_AFTER:
            who.status = _STATUS_AFTER[action].value
        elif action is Action.CANCEL_LOST:
            owing = who.account_fen < 0
            who.status = (
                t.CustomerStatus.SUSPENDED_ARREARS if owing else t.CustomerStatus.ACTIVE
            ).value  # fmt: skip
        elif action in (Action.ROAMING_ON, Action.ROAMING_OFF):
            who.roaming = action is Action.ROAMING_ON
        elif action is Action.REPLACE_SIM:
            return t.OrderState.IN_PROGRESS
        elif action is Action.CHANGE:
            who.next_plan_id, who.next_plan_from = quote.product_id, quote.effective_date
            return t.OrderState.ACKNOWLEDGED
        elif action is Action.ADD:
            return self._add(session, who, quote, today)
        else:
            return self._remove(session, who, quote, today)
        return t.OrderState.COMPLETED

    def _add(self, session: Session, who: Subscriber, quote: t.Quote, today: dt.date) -> t.OrderState:
        offer = self._world.catalogue.offer(quote.product_id)
        assert offer is not None  # assessed
        for row in live_products(session, who.phone, today, offer.kind):
            if row.offer_id == offer.offer_id and offer.kind is t.ProductKind.VAS:
                row.ends = None  # it had been cancelled to the end of the month
                return t.OrderState.COMPLETED
        fixed = offer.kind not in (t.ProductKind.ADDON, t.ProductKind.VAS)
        ends = add_packs(session, who.phone, offer, today)
        attributes = {"speed_mbps": str(offer.broadband_mbps)} if offer.broadband_mbps else {}
        status = t.ProductStatus.PENDING if fixed else t.ProductStatus.ACTIVE
        session.add(
            Subscription(
                product_id=self._world.ids.new("PR"), phone=who.phone, offer_id=offer.offer_id,
                name=offer.name, kind=offer.kind.value, status=status.value, since=quote.effective_date,
                monthly_fee_fen=offer.monthly_fee_fen, attributes=attributes,
                ends=ends if offer.kind is t.ProductKind.ADDON else None,
            )
        )  # fmt: skip
        return t.OrderState.IN_PROGRESS if fixed else t.OrderState.COMPLETED

    def _remove(self, session: Session, who: Subscriber, quote: t.Quote, today: dt.date) -> t.OrderState:
        for row in live_products(session, who.phone, today):
            if row.offer_id == quote.product_id:
                row.ends = end_of_month(today)
                if row.kind != t.ProductKind.VAS:
                    row.attributes = {**row.attributes, "closing": "yes"}
        return t.OrderState.ACKNOWLEDGED
