"""Customers, balance and bills of the demo operator."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from bss import types as t
from bss.demo.models import BillRow, ChargeRow, Subscriber, TopUpRow
from bss.demo.world import World
from bss.errors import NotEligible, NotFound

TOP_UP_MIN_FEN = 100
TOP_UP_MAX_FEN = 500_000


class DemoCustomers:
    """`CustomerManagement`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def find(self, phone: str) -> t.Customer:
        return await self._world.look(phone, lambda _, who: customer(who))


class DemoBalance:
    """`PrepayBalance`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def balance(self, phone: str) -> t.Balance:
        now = self._world.clock.now()
        return await self._world.look(
            phone,
            lambda _, who: t.Balance(
                max(0, who.account_fen), max(0, -who.account_fen), who.month_spent_fen, as_of=now
            ),
        )

    async def top_up(self, phone: str, amount_fen: int, idempotency_key: str) -> t.TopUp:
        if not TOP_UP_MIN_FEN <= amount_fen <= TOP_UP_MAX_FEN:
            raise NotEligible("每次充值金额在1元到5000元之间。")

        def work(session: Session, who: Subscriber) -> t.TopUp:
            resumed = self._world.credit(who, amount_fen)
            row = TopUpRow(
                top_up_id=self._world.ids.new("TU"), phone=phone, amount_fen=amount_fen,
                at=self._world.clock.now(), state=t.TopUpState.ARRIVED.value, channel_zh="客服充值",
                account_fen=who.account_fen, resumed=resumed,
            )  # fmt: skip
            session.add(row)
            return _top_up(row)

        request = {"amount_fen": amount_fen}
        return await self._world.once("top_up", phone, idempotency_key, request, t.TopUp, work)

    async def top_ups(self, phone: str, limit: int = 10) -> list[t.TopUp]:
        query = select(TopUpRow).where(TopUpRow.phone == phone)
        query = query.order_by(TopUpRow.at.desc(), TopUpRow.id.desc()).limit(limit)
        return await self._world.look(phone, lambda s, _: [_top_up(r) for r in s.scalars(query)])


class DemoBills:
    """`CustomerBill`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def bill(self, phone: str, month: str) -> t.Bill:
        def work(session: Session, _: Subscriber) -> t.Bill:
            row = session.get(BillRow, (phone, month))
            if row is None:
                raise NotFound("no bill of that month", message_zh="没有查到这个月的账单。")
            return _bill(row)

        return await self._world.look(phone, work)

    async def bills(self, phone: str, limit: int = 6) -> list[t.Bill]:
        query = select(BillRow).where(BillRow.phone == phone).order_by(BillRow.month.desc()).limit(limit)
        return await self._world.look(phone, lambda s, _: [_bill(r) for r in s.scalars(query)])

    async def charges(self, phone: str, limit: int = 10) -> list[t.Charge]:
        query = (
            select(ChargeRow)
            .where(ChargeRow.phone == phone)
            .order_by(ChargeRow.at.desc(), ChargeRow.id.desc())
            .limit(limit)
        )
        return await self._world.look(
            phone, lambda s, _: [t.Charge(r.at, r.name, r.amount_fen, r.note) for r in s.scalars(query)]
        )


def customer(who: Subscriber) -> t.Customer:
    return t.Customer(
        who.phone, who.name, who.age, t.Segment(who.segment), who.elder, t.CustomerStatus(who.status),
        who.area, who.address, who.account_manager, who.company,
    )  # fmt: skip


def _top_up(row: TopUpRow) -> t.TopUp:
    return t.TopUp(
        row.top_up_id, row.amount_fen, row.at, t.TopUpState(row.state), row.channel_zh,
        max(0, row.account_fen), max(0, -row.account_fen), bool(row.resumed),
    )  # fmt: skip


def _bill(row: BillRow) -> t.Bill:
    items = tuple(t.BillItem(str(name), int(fen), str(note)) for name, fen, note in row.items)
    due: dt.date = row.due
    return t.Bill(row.month, row.total_fen, items, due, row.paid)
