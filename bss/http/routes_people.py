"""Server routes: customers, money, loyalty, messages, authorisations, identity."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bss import types as t
from bss.http import shapes, wire
from bss.http.asked import Asked, get, post
from bss.http.shape import FLAG, MOMENT, MONEY, TEXT, many, maybe, one_of
from bss.ports import Operator


def routes(operator: Operator) -> list[web.RouteDef]:
    return [*_money(operator), *_loyalty(operator), *_people(operator)]


def _money(operator: Operator) -> list[web.RouteDef]:
    async def customer(ask: Asked) -> Any:
        return shapes.CUSTOMER.dump(await operator.customers.find(ask.phone))

    async def bucket(ask: Asked) -> Any:
        return shapes.BALANCE.dump(await operator.balance.balance(ask.phone))

    async def top_up(ask: Asked) -> Any:
        amount = ask.field("amount", MONEY)
        return shapes.TOP_UP.dump(await operator.balance.top_up(ask.phone, amount, ask.key))

    async def top_ups(ask: Asked) -> Any:
        return shapes.TOP_UP.dump_all(await operator.balance.top_ups(ask.phone, ask.limit))

    async def bill(ask: Asked) -> Any:
        return shapes.BILL.dump(await operator.bills.bill(ask.phone, ask.param("billingPeriod")))

    async def bills(ask: Asked) -> Any:
        return shapes.BILL.dump_all(await operator.bills.bills(ask.phone, ask.limit))

    async def charges(ask: Asked) -> Any:
        return shapes.CHARGE.dump_all(await operator.bills.charges(ask.phone, ask.limit))

    return [
        get(wire.CUSTOMER, customer),
        get(wire.BUCKET, bucket),
        get(wire.TOP_UP, top_ups),
        post(wire.TOP_UP, top_up, 201),
        get(f"{wire.BILL}/month", bill),
        get(wire.BILL, bills),
        get(wire.CHARGE, charges),
    ]


def _loyalty(operator: Operator) -> list[web.RouteDef]:
    async def points(ask: Asked) -> Any:
        return shapes.POINTS.dump(await operator.loyalty.points(ask.phone))

    async def rewards(_: Asked) -> Any:
        return shapes.REWARD.dump_all(await operator.loyalty.rewards())

    async def redeem(ask: Asked) -> Any:
        reward = ask.field("reward.id", TEXT)
        return shapes.REDEMPTION.dump(await operator.loyalty.redeem(ask.phone, reward, ask.key))

    return [get(wire.LOYALTY, points), get(wire.REWARD, rewards), post(wire.BURN, redeem, 201)]


def _people(operator: Operator) -> list[web.RouteDef]:
    async def send(ask: Asked) -> Any:
        text, kind = ask.field("content", TEXT), ask.field("messageType", one_of(t.MessageKind))
        return shapes.MESSAGE.dump(await operator.messages.send(ask.phone, text, kind, ask.key))

    async def grants(ask: Asked) -> Any:
        port = operator.delegations
        find = port.granted_by if ask.param("role", "granter") == "granter" else port.granted_to
        return shapes.GRANT.dump_all(await find(ask.phone))

    async def grant(ask: Asked) -> Any:
        agent, relation = ask.field("user.id", TEXT), ask.field("relation", TEXT)
        scopes = ask.field("privilege", many(one_of(t.Scope)))
        until = ask.field("validFor.endDateTime", maybe(MOMENT))
        made = await operator.delegations.grant(ask.phone, agent, relation, scopes, ask.key, until)
        return shapes.GRANT.dump(made)

    async def revoke(ask: Asked) -> Any:
        agent = ask.field("user.id", TEXT)
        return {"revoked": FLAG.dump(await operator.delegations.revoke(ask.phone, agent, ask.key))}

    async def real_name(ask: Asked) -> Any:
        return shapes.REAL_NAME.dump(await operator.identity.real_name(ask.phone))

    async def check_password(ask: Asked) -> Any:
        password = ask.field("password", TEXT)
        return {"valid": await operator.identity.verify_password(ask.phone, password)}

    async def set_password(ask: Asked) -> Any:
        await operator.identity.reset_password(ask.phone, ask.field("password", TEXT), ask.key)
        return {"changed": True}

    return [
        post(wire.MESSAGE, send, 201),
        get(wire.PERMISSION, grants),
        post(wire.PERMISSION, grant, 201),
        post(f"{wire.PERMISSION}/revoke", revoke),
        get(wire.IDENTITY, real_name),
        post(wire.CREDENTIAL_CHECK, check_password),
        post(wire.CREDENTIAL, set_password),
    ]
