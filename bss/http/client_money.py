"""Customers, balance, bills, usage and loyalty over HTTP."""

from __future__ import annotations

from bss import types as t
from bss.http import shapes, wire
from bss.http.link import Link


class HttpCustomers:
    """`CustomerManagement` over TMF629."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def find(self, phone: str) -> t.Customer:
        return await self._link.get(wire.CUSTOMER, shapes.CUSTOMER.load, phone=phone)


class HttpBalance:
    """`PrepayBalance` over TMF654."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def balance(self, phone: str) -> t.Balance:
        return await self._link.get(wire.BUCKET, shapes.BALANCE.load, phone=phone)

    async def top_up(self, phone: str, amount_fen: int, idempotency_key: str) -> t.TopUp:
        body = {"amount": shapes.MONEY.dump(amount_fen)}
        return await self._link.post(
            wire.TOP_UP, shapes.TOP_UP.load, body, phone=phone, key=idempotency_key
        )

    async def top_ups(self, phone: str, limit: int = 10) -> list[t.TopUp]:
        return await self._link.get(
            wire.TOP_UP, shapes.TOP_UP.load_all, phone=phone, params={"limit": str(limit)}
        )


class HttpBills:
    """`CustomerBill` over TMF678."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def bill(self, phone: str, month: str) -> t.Bill:
        return await self._link.get(
            f"{wire.BILL}/month", shapes.BILL.load, phone=phone, params={"billingPeriod": month}
        )

    async def bills(self, phone: str, limit: int = 6) -> list[t.Bill]:
        return await self._link.get(
            wire.BILL, shapes.BILL.load_all, phone=phone, params={"limit": str(limit)}
        )

    async def charges(self, phone: str, limit: int = 10) -> list[t.Charge]:
        return await self._link.get(
            wire.CHARGE, shapes.CHARGE.load_all, phone=phone, params={"limit": str(limit)}
        )


class HttpUsage:
    """`UsageConsumption` over TMF677."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def usage(self, phone: str) -> t.Usage:
        return await self._link.get(wire.USAGE, shapes.USAGE.load, phone=phone)


class HttpLoyalty:
    """`Loyalty` over TMF658."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def points(self, phone: str) -> t.Points:
        return await self._link.get(wire.LOYALTY, shapes.POINTS.load, phone=phone)

    async def rewards(self) -> list[t.Reward]:
        return await self._link.get(wire.REWARD, shapes.REWARD.load_all)

    async def redeem(self, phone: str, reward_id: str, idempotency_key: str) -> t.Redemption:
        body = {"reward": {"id": reward_id}}
        return await self._link.post(
            wire.BURN, shapes.REDEMPTION.load, body, phone=phone, key=idempotency_key
        )
