"""Made-up customers beside the six: the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bss import types as t
from bss.catalogue.loader import Catalogue
from bss.demo.history import OwnedProduct as Has
from bss.demo.history import Person

_SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
_GIVEN = ("建国", "秀兰", "志强", "桂英", "丽娜", "海燕", "俊杰", "雪梅", "浩然", "子涵", "欣怡", "国庆",
          "玉兰", "文博", "静", "磊", "敏", "勇", "艳", "军", "洋", "婷", "超", "梅")  # fmt: skip
_AREAS = ("翠湖新村", "桂花里", "城北工业园", "高新科技园", "大学城东区", "清河镇", "东风村", "老码头街")
_COMPANIES = ("顺达物流", "蓝海贸易", "启明教育", "安康药房", "恒信建材")
_PLANS = ("plan.5g59", "plan.5g89", "plan.5g129", "plan.5g169", "plan.5g199", "plan.5g299",
          "plan.family169", "plan.family199", "plan.family239", "plan.bigdata59",
          "plan.bigdata99")  # fmt: skip
_VAS = ("vas.ringback", "vas.caller_id", "vas.video_member", "vas.family_number", "vas.news",
        "vas.voicemail", "vas.cloud", "vas.block", "vas.missed_call")  # fmt: skip
_LINE_FAULTS: tuple[tuple[t.Check, str], ...] = (
    (t.Check.SESSION, "offline"), (t.Check.SESSION, "flapping"), (t.Check.OPTICAL, "los"),
    (t.Check.OPTICAL, "weak_light"), (t.Check.AUTH, "auth_failed"), (t.Check.SPEED, "slow"),
    (t.Check.WIFI, "wifi_weak"), (t.Check.WIFI, "wifi_off"), (t.Check.OPTICAL, "modem_offline"),
)  # fmt: skip
_MOBILE_FAULTS = ("no_registration", "data_off", "volte_off", "weak_cell")
_STATES = (
    (t.CustomerStatus.ACTIVE,) * 17
    + (t.CustomerStatus.SUSPENDED_ARREARS,) * 2
    + (t.CustomerStatus.SUSPENDED_ON_REQUEST, t.CustomerStatus.LOST)
)  # fmt: skip


def crowd(count: int, catalogue: Catalogue, seed: int = 20260302) -> Iterator[Person]:
    """`count` customers, phones 13900000001 onwards; each is told by its number alone."""
    for number in range(1, count + 1):
        yield _person(number, random.Random(seed * 1000 + number), catalogue)


def _person(number: int, dice: random.Random, catalogue: Catalogue) -> Person:
    age = dice.randint(*dice.choice(((16, 30), (28, 59), (28, 59), (60, 86))))
    status = dice.choice(_STATES)
    enterprise = 25 <= age < 60 and dice.random() < 0.12
    plan_id = "plan.biz159" if enterprise else _plan(age, dice)
    plan = catalogue.offer(plan_id)
    assert plan is not None
    owes = status is t.CustomerStatus.SUSPENDED_ARREARS
    products = tuple(_products(plan, enterprise, dice))
    faults: dict[t.Check, str] = {}
    if plan.broadband_mbps or any(p.offer_id.startswith("broadband") for p in products):
        if dice.random() < 0.3:
            check, code = dice.choice(_LINE_FAULTS)
            faults[check] = code
        if dice.random() < 0.08:
            faults[t.Check.IPTV] = dice.choice(("iptv_offline", "iptv_auth_failed"))
    elif dice.random() < 0.2:
        faults[t.Check.MOBILE] = dice.choice(_MOBILE_FAULTS)
    if enterprise and dice.random() < 0.4:
        faults[t.Check.LEASED] = dice.choice(("leased_loss", "leased_down"))
    bound = dice.randint(1, 20) if plan.contract_months and dice.random() < 0.7 else None
    return Person(
        f"1390000{number:04d}", dice.choice(_SURNAMES) + dice.choice(_GIVEN), age, plan_id,
        -dice.randint(100, 12000) if owes else dice.randint(0, 30000), dice.choice(_AREAS),
        data_left_mb=dice.randint(0, plan.data_mb), minutes_left=dice.randint(0, plan.minutes),
        points=dice.randint(0, 9000), status=status,
        segment=t.Segment.ENTERPRISE if enterprise else t.Segment.CONSUMER,
        company=dice.choice(_COMPANIES) if enterprise else None,
        account_manager=dice.choice(("周经理", "钱经理")) if enterprise else None,
        contract_months_left=bound, months_here=dice.choice((2, 5, 14, 26, 40, 75)), products=products,
        faults=faults, extras=_extras(dice), roaming=dice.random() < 0.1, real_name=dice.random() < 0.97,
        pending_top_up_fen=5000 if dice.random() < 0.04 else 0,
        house=f"{dice.randint(1, 20)}幢{dice.randint(1, 18)}0{dice.randint(1, 4)}室", last_bill_paid=not owes,
    )  # fmt: skip


def _plan(age: int, dice: random.Random) -> str:
    if age >= 60 and dice.random() < 0.7:
        return dice.choice(("plan.elder19", "plan.elder39"))
    if age <= 26 and dice.random() < 0.6:
        return dice.choice(("plan.campus29", "plan.youth39"))
    return dice.choice(_PLANS)


def _products(plan: t.Offer, enterprise: bool, dice: random.Random) -> Iterator[Has]:
    if plan.broadband_mbps:
        yield Has(f"broadband.{plan.broadband_mbps}", 0, None, {"remark": "家庭融合套餐包含"})
        yield Has("iptv.basic", 0, None, {"remark": "家庭融合套餐包含"})
    elif dice.random() < 0.4:
        yield Has(dice.choice(("broadband.100", "broadband.300", "broadband.500")), None, dice.randint(1, 11))
        if dice.random() < 0.5:
            yield Has("iptv.basic")
        if dice.random() < 0.2:
            yield Has("landline.basic")
    if enterprise:
        yield Has(dice.choice(("leased.100", "leased.500")), 0, dice.randint(1, 11))
    for vas in dice.sample(_VAS, dice.randint(0, 3)):
        yield Has(vas)


def _extras(dice: random.Random) -> dict[int, list[tuple[str, int, str]]]:
    out: dict[int, list[tuple[str, int, str]]] = {}
    for back in range(1, 7):
        if dice.random() < 0.3:
            minutes = dice.randint(2, 80)
            out[back] = [("套餐外国内通话", 15 * minutes, f"{minutes}分钟，每分钟0.15元")]
        elif dice.random() < 0.2:
            gb = dice.randint(1, 6)
            out[back] = [("套餐外流量", 500 * gb, f"{gb}GB，每GB 5元")]
    return out
