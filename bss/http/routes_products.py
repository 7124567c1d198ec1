"""Server routes: usage, products, catalogue, orders."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bss import types as t
from bss.http import shapes, wire
from bss.http.asked import Asked, get, post, read
from bss.http.shape import TEXT, one_of
from bss.ports import Operator

Action = t.OrderAction


def routes(operator: Operator) -> list[web.RouteDef]:
    return [*_products(operator), *_orders(operator)]


def _products(operator: Operator) -> list[web.RouteDef]:
    async def usage(ask: Asked) -> Any:
        return shapes.USAGE.dump(await operator.usage.usage(ask.phone))

    async def plan(ask: Asked) -> Any:
        return shapes.PLAN.dump(await operator.products.current_plan(ask.phone))

    async def products(ask: Asked) -> Any:
        category = ask.param("productCategory", "")
        kind = read(t.ProductKind, category, "productCategory") if category else None
        return shapes.PRODUCT.dump_all(await operator.products.products(ask.phone, kind))

    async def offers(ask: Asked) -> Any:
        kind = read(t.ProductKind, ask.param("category"), "category")
        return shapes.OFFER.dump_all(await operator.catalog.offers(kind, ask.param("marketSegment", "")))

    async def offer(ask: Asked) -> Any:
        return shapes.OFFER.dump(await operator.catalog.offer(ask.param("id")))

    async def roaming(ask: Asked) -> Any:
        return {"enabled": await operator.orders.roaming(ask.phone)}

    return [
        get(wire.USAGE, usage),
        get(wire.PLAN, plan),
        get(wire.PRODUCT, products),
        get(f"{wire.PRODUCT}/roaming", roaming),
        get(wire.OFFERING, offers),
        get(f"{wire.OFFERING}/one", offer),
    ]


def _orders(operator: Operator) -> list[web.RouteDef]:
    port = operator.orders

    async def quote(ask: Asked) -> Any:
        product_id = ask.field("productOffering.id", TEXT)
        action = ask.field("action", one_of(Action))
        return shapes.QUOTE.dump(await port.quote(ask.phone, product_id, action))

    async def place(ask: Asked) -> Any:
        action = ask.field("productOrderItem.action", one_of(Action))
        product_id = ask.field("productOrderItem.productOffering.id", TEXT)
        phone, key = ask.phone, ask.key
        services = {
            Action.SUSPEND: port.suspend,
            Action.RESUME: port.resume,
            Action.REPORT_LOST: port.report_lost,
            Action.CANCEL_LOST: port.cancel_lost,
            Action.REPLACE_SIM: port.replace_sim,
        }
        if action in services:
            made = await services[action](phone, key)
        elif action in (Action.ROAMING_ON, Action.ROAMING_OFF):
            made = await port.set_roaming(phone, action is Action.ROAMING_ON, key)
        else:
            made = await port.order(phone, product_id, action, key)
        return shapes.ORDER.dump(made)

    async def orders(ask: Asked) -> Any:
        return shapes.ORDER.dump_all(await port.orders(ask.phone, ask.limit))

    async def port_check(ask: Asked) -> Any:
        return shapes.PORT_CHECK.dump(await port.port_check(ask.phone))

    return [
        post(wire.QUALIFICATION, quote),
        post(wire.ORDER, place, 201),
        get(wire.ORDER, orders),
        get(wire.PORTABILITY, port_check),
    ]
