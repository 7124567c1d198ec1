"""Products, catalogue and orders over HTTP."""

from __future__ import annotations

from bss import types as t
from bss.http import shapes, wire
from bss.http.link import Link


class HttpProducts:
    """`ProductInventory` over TMF637."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def current_plan(self, phone: str) -> t.CurrentPlan:
        return await self._link.get(wire.PLAN, shapes.PLAN.load, phone=phone)

    async def products(self, phone: str, kind: t.ProductKind | None = None) -> list[t.Product]:
        params = {"productCategory": kind.value} if kind else None
        return await self._link.get(wire.PRODUCT, shapes.PRODUCT.load_all, phone=phone, params=params)


class HttpCatalog:
    """`ProductCatalog` over TMF620."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def offers(self, kind: t.ProductKind, target: str = "") -> list[t.Offer]:
        params = {"category": kind.value, "marketSegment": target}
        return await self._link.get(wire.OFFERING, shapes.OFFER.load_all, params=params)

    async def offer(self, offer_id: str) -> t.Offer:
        return await self._link.get(f"{wire.OFFERING}/one", shapes.OFFER.load, params={"id": offer_id})


class HttpOrders:
    """`ProductOrdering` over TMF622, with TMF679 for quotes."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def quote(self, phone: str, product_id: str, action: t.OrderAction) -> t.Quote:
        body = {"productOffering": {"id": product_id}, "action": str(action)}
        return await self._link.post(wire.QUALIFICATION, shapes.QUOTE.load, body, phone=phone)

    async def order(
        self, phone: str, product_id: str, action: t.OrderAction, idempotency_key: str
    ) -> t.Order:
        return await self._place(phone, product_id, action, idempotency_key)

    async def orders(self, phone: str, limit: int = 10) -> list[t.Order]:
        return await self._link.get(
            wire.ORDER, shapes.ORDER.load_all, phone=phone, params={"limit": str(limit)}
        )

    async def suspend(self, phone: str, idempotency_key: str) -> t.Order:
        return await self._place(phone, "", t.OrderAction.SUSPEND, idempotency_key)

    async def resume(self, phone: str, idempotency_key: str) -> t.Order:
        return await self._place(phone, "", t.OrderAction.RESUME, idempotency_key)

    async def report_lost(self, phone: str, idempotency_key: str) -> t.Order:
        return await self._place(phone, "", t.OrderAction.REPORT_LOST, idempotency_key)

    async def cancel_lost(self, phone: str, idempotency_key: str) -> t.Order:
        return await self._place(phone, "", t.OrderAction.CANCEL_LOST, idempotency_key)

    async def replace_sim(self, phone: str, idempotency_key: str) -> t.Order:
        return await self._place(phone, "", t.OrderAction.REPLACE_SIM, idempotency_key)

    async def roaming(self, phone: str) -> bool:
        def load(data: dict[str, bool]) -> bool:
            return bool(shapes.FLAG.load(data["enabled"]))

        return await self._link.get(f"{wire.PRODUCT}/roaming", load, phone=phone)

    async def set_roaming(self, phone: str, on: bool, idempotency_key: str) -> t.Order:
        action = t.OrderAction.ROAMING_ON if on else t.OrderAction.ROAMING_OFF
        return await self._place(phone, "", action, idempotency_key)

    async def port_check(self, phone: str) -> t.PortCheck:
        return await self._link.get(wire.PORTABILITY, shapes.PORT_CHECK.load, phone=phone)

    async def _place(self, phone: str, product_id: str, action: t.OrderAction, key: str) -> t.Order:
        body = {"productOrderItem": {"action": str(action), "productOffering": {"id": product_id}}}
        return await self._link.post(wire.ORDER, shapes.ORDER.load, body, phone=phone, key=key)
