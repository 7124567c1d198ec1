"""What a seeded customer brings along: allowances, lines, VAS, six months of bills, charges, payments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from bss import types as t
from bss.catalogue.loader import Catalogue
from bss.demo.models import BillRow, ChargeRow, LineState, Pack, Subscriber, Subscription, TopUpRow
from bss.demo.world import World, end_of_month, month_back
from common.clock import CHINA

MONTHS = 6


@dataclass(frozen=True)
class OwnedProduct:
    """A product beside the plan: catalogue id, fee in fen (None: the catalogue's), contract end in months."""

    offer_id: str
    fee_fen: int | None = None
    ends_in_months: int | None = None
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """A customer to be seeded. `account_fen` below 0 is owed; `faults` maps a check to its code."""

    phone: str
    name: str
    age: int | None
    plan_id: str
    account_fen: int
    area: str
    data_left_mb: int
    minutes_left: int
    points: int
    status: t.CustomerStatus = t.CustomerStatus.ACTIVE
    segment: t.Segment = t.Segment.CONSUMER
    company: str | None = None
    account_manager: str | None = None
    contract_months_left: int | None = None
    months_here: int = 30
    products: tuple[OwnedProduct, ...] = ()
    faults: dict[t.Check, str] = field(default_factory=dict)
    #: extra bill items by months back (1 is last month): (name, fen, note)
    extras: dict[int, list[tuple[str, int, str]]] = field(default_factory=dict)
    pending_top_up_fen: int = 0
    roaming: bool = False
    real_name: bool = True
    house: str = "3幢2单元501室"
    last_bill_paid: bool = True


def add_person(session: Session, world: World, person: Person, password_hash: str) -> None:
    """Put one customer and everything of theirs into the session."""
    catalogue, now = world.catalogue, world.clock.now()
    today = now.date()
    plan = catalogue.offer(person.plan_id)
    assert plan is not None, person.plan_id
    lines = [_priced(catalogue, p) for p in person.products]
    # Prepaid: the plan's fee and all monthly fees are taken on the first of the month.
    monthly = [(plan.name, plan.monthly_fee_fen, "套餐月费")]
    monthly += [(_name(catalogue, p), int(p.fee_fen or 0), "月费") for p in lines if p.fee_fen]
    since = month_back(today, person.months_here)
    contract_end = None
    if person.contract_months_left is not None:
        contract_end = end_of_month(month_back(today, -person.contract_months_left))
    session.add(
        Subscriber(
            phone=person.phone, name=person.name, age=person.age, segment=person.segment.value,
            elder=person.age is not None and person.age >= catalogue.policy("policy.elder_age"),
            status=person.status.value, area=person.area, address=f"云港市{person.area}{person.house}",
            account_manager=person.account_manager, company=person.company,
            account_fen=person.account_fen, month_spent_fen=sum(fen for _, fen, _ in monthly),
            plan_id=person.plan_id, plan_since=since, contract_end=contract_end, next_plan_id=None,
            next_plan_from=None, points=person.points, points_expiring=person.points // 8,
            points_expire_on=dt.date(today.year, 12, 31), level_zh=_level(person.points),
            roaming=person.roaming, joined=since, real_name_on=since if person.real_name else None,
            id_card_masked=f"330106********{person.phone[-4:]}", password_hash=password_hash,
        )
    )  # fmt: skip
    session.flush()
    _packs(session, person, plan, today)
    for number, line in enumerate(lines, start=1):
        _subscription(session, person, line, number, catalogue, today)
    _bills(session, person, monthly, today)
    first = dt.datetime.combine(today.replace(day=1), dt.time(0, 10), CHINA)
    session.add_all(
        ChargeRow(phone=person.phone, at=min(first, now), name=name, amount_fen=fen, note=note)
        for name, fen, note in monthly
        if fen
    )
    _top_ups(session, person, now)
    session.add_all(
        LineState(phone=person.phone, check=check.value, code=code, evidence={})
        for check, code in person.faults.items()
    )


def _packs(session: Session, person: Person, plan: t.Offer, today: dt.date) -> None:
    lefts = (person.data_left_mb, person.minutes_left, plan.sms)
    totals = (plan.data_mb, plan.minutes, plan.sms)
    for kind, total, left in zip(("data", "voice", "sms"), totals, lefts, strict=True):
        if total:
            used = total - min(left, total)
            session.add(
                Pack(phone=person.phone, name=plan.name, kind=kind, used=used, total=total,
                     expires=end_of_month(today), monthly=True)
            )  # fmt: skip


def _subscription(
    session: Session, person: Person, line: OwnedProduct, number: int, catalogue: Catalogue, today: dt.date
) -> None:
    offer = catalogue.offer(line.offer_id)
    assert offer is not None, line.offer_id
    attributes = dict(line.attributes)
    if offer.broadband_mbps:
        attributes["speed_mbps"] = str(offer.broadband_mbps)
    if offer.kind is t.ProductKind.BROADBAND:
        attributes["account"] = f"yt{person.phone[-8:]}"
    if offer.kind is t.ProductKind.LEASED:
        attributes["circuit"] = f"YTZX{person.phone[-6:]}"
    ends = None
    if line.ends_in_months is not None:
        ends = end_of_month(month_back(today, -line.ends_in_months))
    session.add(
        Subscription(
            product_id=f"P{person.phone}-{number}", phone=person.phone, offer_id=offer.offer_id,
            name=offer.name, kind=offer.kind.value, status=t.ProductStatus.ACTIVE.value,
            monthly_fee_fen=line.fee_fen or 0, since=month_back(today, min(person.months_here, 14)),
            ends=ends, attributes=attributes,
        )
    )  # fmt: skip


def _bills(
    session: Session, person: Person, monthly: Sequence[tuple[str, int, str]], today: dt.date
) -> None:
    """One bill for each of the last months: the monthly fees and what was used beyond them."""
    for back in range(1, min(MONTHS, person.months_here) + 1):
        first = month_back(today, back)
        items: list[Any] = [[n, fen, note] for n, fen, note in (*monthly, *person.extras.get(back, []))]
        paid = back > 1 or person.last_bill_paid
        session.add(
            BillRow(
                phone=person.phone, month=f"{first:%Y-%m}", total_fen=sum(i[1] for i in items), items=items,
                due=month_back(today, back - 1).replace(day=25), paid=paid,
            )
        )  # fmt: skip


def _top_ups(session: Session, person: Person, now: dt.datetime) -> None:
    for back, fen in ((12, 10_000), (44, 10_000)):
        session.add(
            TopUpRow(
                top_up_id=f"TU{person.phone}-{back}", phone=person.phone, amount_fen=fen,
                at=now - dt.timedelta(days=back), state=t.TopUpState.ARRIVED.value, channel_zh="手机支付",
                account_fen=max(person.account_fen, 0) + fen,
            )
        )  # fmt: skip
    if person.pending_top_up_fen:
        session.add(
            TopUpRow(
                top_up_id=f"TU{person.phone}-0", phone=person.phone, amount_fen=person.pending_top_up_fen,
                at=now - dt.timedelta(minutes=40), state=t.TopUpState.PENDING.value, channel_zh="手机支付",
                account_fen=person.account_fen,
            )
        )  # fmt: skip


def _priced(catalogue: Catalogue, line: OwnedProduct) -> OwnedProduct:
    offer = catalogue.offer(line.offer_id)
    assert offer is not None, line.offer_id
    return line if line.fee_fen is not None else replace(line, fee_fen=offer.monthly_fee_fen)


def _name(catalogue: Catalogue, line: OwnedProduct) -> str:
    return catalogue.get(line.offer_id).name


def _level(points: int) -> str:
    return "金卡" if points >= 5000 else "银卡" if points >= 2000 else "普通"
