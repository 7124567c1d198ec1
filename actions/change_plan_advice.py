"""Which plan suits somebody, from what they really use. Pure: no port is called here."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bss.types import Offer, Usage

#: Groups anybody may be offered; the others only to their own.
_ANYBODY = frozenset({"个人"})
_BY_AGE = frozenset({"老年人", "青年"})
#: A plan this much short of the need still fits: nobody hits the same figure twice.
_SLACK = 0.95
#: Before this day a month says little about its rest, so the figure is not stretched further than to here.
_EARLY = 5


@dataclass(frozen=True)
class Need:
    """What a whole month takes, projected from the part that has passed. MB and minutes."""

    data_mb: int
    minutes: int


@dataclass(frozen=True)
class Advice:
    """One plan to offer. `why`: cheaper, fits, larger or named. Missing amounts are per month, 0 where it is enough."""

    offer: Offer
    why: str
    saves_fen: int
    short_mb: int
    short_minutes: int


def need(usage: Usage, said_mb: int | None = None, said_minutes: int | None = None) -> Need:
    """Need of a full month: as the customer says, else projected."""
    today = usage.as_of.date()
    days = calendar.monthrange(today.year, today.month)[1]
    stretch = days / max(today.day, _EARLY)
    return Need(said_mb or round(usage.data_used_mb * stretch), said_minutes or round(usage.minutes_used * stretch))


def suitable(offers: Iterable[Offer], age: int | None, *, contract: bool = False) -> list[Offer]:
    """Plans this customer may be advised, cheapest first: no contract unless wanted, no group but their own."""
    found = [
        o for o in offers
        if (o.target in _ANYBODY or (o.target in _BY_AGE and age is not None))
        and (contract or not o.contract_months) and o.data_mb and _age_fits(o, age)
    ]  # fmt: skip
    return sorted(found, key=lambda o: (o.monthly_fee_fen, -o.data_mb))


def three(current: Offer, plans: Sequence[Offer], wanted: Need) -> list[Advice]:
    """A cheaper one, one that fits, a larger one, as far as they differ from the plan in force."""
    others = [p for p in plans if p.offer_id != current.offer_id]
    fitting = next((p for p in sorted([*others, current], key=_fee) if _covers(p, wanted)), None)
    base = fitting or current
    cheaper = [p for p in others if _fee(p) < min(_fee(base), _fee(current))]
    larger = [p for p in others if _fee(p) > max(_fee(base), _fee(current)) and p.data_mb > base.data_mb]
    picked = [(cheaper[-1], "cheaper")] if cheaper else []
    if fitting is not None and fitting.offer_id != current.offer_id:
        picked.append((fitting, "fits"))
    picked += [(larger[0], "larger")] if larger else []
    return [about(p, current, wanted, why) for p, why in picked]


def cheaper(current: Offer, plans: Sequence[Offer], wanted: Need, *, cheapest: bool = False) -> list[Advice]:
    """Up to three plans below the one in force, nearest first (the cheapest first where that is wanted)."""
    below = [p for p in plans if _fee(p) < _fee(current)]
    below = below if cheapest else below[::-1]
    return [about(p, current, wanted, "cheaper") for p in below[:3]]


def larger(current: Offer, plans: Sequence[Offer], wanted: Need) -> list[Advice]:
    """Up to three plans with more in them than the one in force, cheapest first."""
    above = [p for p in plans if p.data_mb > current.data_mb or (p.minutes > current.minutes and _fee(p) > _fee(current))]
    return [about(p, current, wanted, "larger") for p in above if p.offer_id != current.offer_id][:3]


def fits(current: Offer, wanted: Need) -> bool:
    """Whether the plan in force covers the need."""
    return _covers(current, wanted)


def as_values(advice: Iterable[Advice]) -> list[dict[str, Any]]:
    """For templates."""
    return [{"name": a.offer.name, "fee": a.offer.monthly_fee_fen, "mb": a.offer.data_mb, "minutes": a.offer.minutes,
             "why": a.why, "saves": a.saves_fen, "short_mb": a.short_mb, "short_minutes": a.short_minutes,
             "months": a.offer.contract_months} for a in advice]  # fmt: skip


def about(plan: Offer, current: Offer, wanted: Need, why: str = "named") -> Advice:
    """What choosing `plan` would mean."""
    short_mb = 0 if _enough(plan.data_mb, wanted.data_mb) else wanted.data_mb - plan.data_mb
    short_minutes = 0 if _enough(plan.minutes, wanted.minutes) else wanted.minutes - plan.minutes
    return Advice(plan, why, _fee(current) - _fee(plan), short_mb, short_minutes)


def _covers(plan: Offer, wanted: Need) -> bool:
    return _enough(plan.data_mb, wanted.data_mb) and _enough(plan.minutes, wanted.minutes)


def _enough(given: int, wanted: int) -> bool:
    return given >= wanted * _SLACK


def _fee(plan: Offer) -> int:
    return plan.monthly_fee_fen


def _age_fits(offer: Offer, age: int | None) -> bool:
    low, high = offer.extra.get("min_age"), offer.extra.get("max_age")
    return (not low or (age is not None and age >= low)) and (not high or (age is not None and age <= high))
