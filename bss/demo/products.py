"""Usage, product inventory and catalogue of the demo operator."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bss import types as t
from bss.demo.models import Pack, Subscriber, Subscription
from bss.demo.world import World, end_of_month
from bss.errors import NotFound


class DemoUsage:
    """`UsageConsumption`: the sum of the packs that have not expired."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def usage(self, phone: str) -> t.Usage:
        now = self._world.clock.now()

        def work(session: Session, who: Subscriber) -> t.Usage:
            packs = live_packs(session, who, self._world)

            def add(kind: str, field: str) -> int:
                return sum(getattr(p, field) for p in packs if p.kind == kind)

            return t.Usage(
                data_used_mb=add("data", "used"),
                data_total_mb=add("data", "total"),
                data_carried_mb=sum(p.total for p in packs if p.kind == "data" and p.carried),
                minutes_used=add("voice", "used"),
                minutes_total=add("voice", "total"),
                sms_used=add("sms", "used"),
                sms_total=add("sms", "total"),
                cycle_end=end_of_month(now.date()),
                as_of=now,
                packs=tuple(t.UsagePack(p.name, p.kind, p.used, p.total, p.expires) for p in packs),
            )

        return await self._world.look(phone, work)


class DemoProducts:
    """`ProductInventory`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def current_plan(self, phone: str) -> t.CurrentPlan:
        return await self._world.look(phone, lambda _, who: self._plan(who))

    async def products(self, phone: str, kind: t.ProductKind | None = None) -> list[t.Product]:
        today = self._world.today()
        return await self._world.look(
            phone, lambda s, who: [product(row) for row in live_products(s, who.phone, today, kind)]
        )

    def _plan(self, who: Subscriber) -> t.CurrentPlan:
        plan = self._world.catalogue.offer(who.plan_id)
        ahead = self._world.catalogue.offer(who.next_plan_id) if who.next_plan_id else None
        if plan is None:
            raise NotFound(f"plan {who.plan_id} is not in the catalogue")
        return t.CurrentPlan(
            plan.offer_id, plan.name, plan.monthly_fee_fen, who.plan_since, who.contract_end,
            ahead.offer_id if ahead else None, ahead.name if ahead else None, who.next_plan_from,
        )  # fmt: skip


class DemoCatalog:
    """`ProductCatalog`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def offers(self, kind: t.ProductKind, target: str = "") -> list[t.Offer]:
        return self._world.catalogue.offers(kind, target)

    async def offer(self, offer_id: str) -> t.Offer:
        found = self._world.catalogue.offer(offer_id)
        if found is None:
            raise NotFound("no such offer", message_zh="没有这个产品，请换一个试试。")
        return found


def live_packs(session: Session, who: Subscriber, world: World) -> list[Pack]:
    """Packs that have not expired, the plan's first. Once the seeded month is over, the plan's packs are
    those of the plan now in force, unused."""
    today = world.today()
    query = select(Pack).where(Pack.phone == who.phone).order_by(Pack.monthly.desc(), Pack.id)
    packs = list(session.scalars(query))
    live = [p for p in packs if p.expires >= today]
    plan = world.catalogue.offer(who.plan_id)
    if plan is None or not any(p.monthly and p.expires < today for p in packs):
        return live
    allowances = (("data", plan.data_mb), ("voice", plan.minutes), ("sms", plan.sms))
    fresh = [
        Pack(phone=who.phone, name=plan.name, kind=kind, used=0, total=total,
             expires=end_of_month(today), carried=False, monthly=True)
        for kind, total in allowances if total
    ]  # fmt: skip
    return fresh + live


def live_products(
    session: Session, phone: str, today: dt.date, kind: t.ProductKind | None = None
) -> list[Subscription]:
    """What has not ended. A contract's end (broadband) does not end the product, a pack's does."""
    timed = (t.ProductKind.ADDON.value, t.ProductKind.VAS.value)
    query = (
        select(Subscription)
        .where(Subscription.phone == phone, Subscription.status != t.ProductStatus.TERMINATED.value)
        .where(or_(Subscription.ends.is_(None), Subscription.ends >= today, Subscription.kind.not_in(timed)))
        .order_by(Subscription.since, Subscription.product_id)
    )
    if kind is not None:
        query = query.where(Subscription.kind == kind.value)
    found = list(session.scalars(query))
    return [p for p in found if not (p.attributes.get("closing") and p.ends and p.ends < today)]


def product(row: Subscription) -> t.Product:
    attributes = {key: str(value) for key, value in row.attributes.items()}
    return t.Product(
        row.product_id, row.offer_id, row.name, t.ProductKind(row.kind), t.ProductStatus(row.status),
        row.monthly_fee_fen, row.since, row.ends, attributes,
    )  # fmt: skip


def add_packs(session: Session, phone: str, offer: t.Offer, today: dt.date) -> dt.date:
    """Give the allowances of a bought offer; the day they end."""
    expires = today + dt.timedelta(days=offer.days - 1) if offer.days else end_of_month(today)
    suffix = "_directed" if offer.extra.get("directed") else "_roaming" if offer.extra.get("region") else ""
    for kind, total in (("data", offer.data_mb), ("voice", offer.minutes), ("sms", offer.sms)):
        if total:
            session.add(
                Pack(phone=phone, name=offer.name, kind=kind + suffix, used=0, total=total, expires=expires)
            )
    return expires
