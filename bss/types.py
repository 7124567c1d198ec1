"""Values that cross the ports: customers, money, usage, products.

All are frozen. Money is an int in fen (`*_fen`, 1 元 = 100 fen), data an int in MB (`*_mb`,
1 GB = 1024 MB), datetimes are timezone-aware. Orders and points are in `bss.order_types`, lines,
faults, messages and rights in `bss.service_types`; both are re-exported here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bss.order_types import (
    Order,
    OrderAction,
    OrderState,
    Points,
    Quote,
    Redemption,
    Reward,
)
from bss.service_types import (
    Check,
    Coverage,
    Grant,
    LineTestResult,
    Message,
    MessageKind,
    Outage,
    PortCheck,
    RealName,
    RemoteResult,
    Scope,
    Verdict,
)

__all__ = [
    "Balance", "Bill", "BillItem", "Charge", "Check", "Coverage", "CurrentPlan", "Customer",
    "CustomerStatus", "Grant", "LineTestResult", "Message", "MessageKind", "Offer", "Order", "OrderAction",
    "OrderState", "Outage", "Points", "PortCheck", "Product", "ProductKind", "ProductStatus", "Quote",
    "RealName", "Redemption", "RemoteResult", "Reward", "Scope", "Segment", "TopUp", "TopUpState",
    "Usage", "UsagePack", "Verdict",
]  # fmt: skip


class Segment(StrEnum):
    """Who the customer is to the operator."""

    CONSUMER = "consumer"
    ENTERPRISE = "enterprise"


class CustomerStatus(StrEnum):
    """State of the number."""

    ACTIVE = "active"
    SUSPENDED_ARREARS = "suspended_arrears"
    SUSPENDED_ON_REQUEST = "suspended_on_request"
    LOST = "lost"
    CLOSED = "closed"


@dataclass(frozen=True)
class Customer:
    """A subscriber. `age` in years, None for a company's number; `area` is a 小区/片区 name."""

    phone: str
    name: str
    age: int | None
    segment: Segment
    elder: bool
    status: CustomerStatus
    area: str
    address: str
    account_manager: str | None = None
    company: str | None = None


@dataclass(frozen=True)
class Balance:
    """Money on the account. One of `balance_fen` and `owed_fen` is 0."""

    balance_fen: int
    owed_fen: int
    month_spent_fen: int
    as_of: dt.datetime


class TopUpState(StrEnum):
    """`pending`: paid, but not yet on the account."""

    ARRIVED = "arrived"
    PENDING = "pending"


@dataclass(frozen=True)
class TopUp:
    """One payment onto the account; `balance_fen` is the balance after it (before, while pending)."""

    top_up_id: str
    amount_fen: int
    at: dt.datetime
    state: TopUpState
    channel_zh: str
    balance_fen: int
    owed_fen: int = 0
    resumed: bool = False  #: this payment ended a suspension for arrears


@dataclass(frozen=True)
class BillItem:
    """One line of a bill."""

    name: str
    amount_fen: int
    note: str = ""


@dataclass(frozen=True)
class Bill:
    """A month's bill; `month` is `YYYY-MM`; the items sum to `total_fen`."""

    month: str
    total_fen: int
    items: tuple[BillItem, ...]
    due: dt.date
    paid: bool


@dataclass(frozen=True)
class Charge:
    """One deduction of the last days."""

    at: dt.datetime
    name: str
    amount_fen: int
    note: str = ""


@dataclass(frozen=True)
class UsagePack:
    """One allowance: `kind` is data (MB), voice (minutes) or sms (messages)."""

    name: str
    kind: str
    used: int
    total: int
    expires: dt.date


@dataclass(frozen=True)
class Usage:
    """Allowances of this month. Totals include what was carried over and what was bought."""

    data_used_mb: int
    data_total_mb: int
    data_carried_mb: int
    minutes_used: int
    minutes_total: int
    sms_used: int
    sms_total: int
    cycle_end: dt.date
    as_of: dt.datetime
    packs: tuple[UsagePack, ...] = ()

    @property
    def data_left_mb(self) -> int:
        return max(0, self.data_total_mb - self.data_used_mb)

    @property
    def minutes_left(self) -> int:
        return max(0, self.minutes_total - self.minutes_used)

    @property
    def sms_left(self) -> int:
        return max(0, self.sms_total - self.sms_used)


class ProductKind(StrEnum):
    """What a product or an offer is."""

    PLAN = "plan"
    ADDON = "addon"
    VAS = "vas"
    BROADBAND = "broadband"
    IPTV = "iptv"
    LEASED = "leased"
    LANDLINE = "landline"


class ProductStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    PENDING = "pending"
    TERMINATED = "terminated"


@dataclass(frozen=True)
class Product:
    """Something the customer has. `offer_id` is its catalogue id; `ends` is the contract's or pack's end.

    `attributes` are strings: broadband has `speed_mbps` and `account`, leased lines `circuit`.
    """

    product_id: str
    offer_id: str
    name: str
    kind: ProductKind
    status: ProductStatus
    monthly_fee_fen: int
    since: dt.date
    ends: dt.date | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CurrentPlan:
    """The plan in force, and the one ordered for next month if any."""

    plan_id: str
    name: str
    monthly_fee_fen: int
    since: dt.date
    contract_end: dt.date | None = None
    next_plan_id: str | None = None
    next_plan_name: str | None = None
    next_from: dt.date | None = None


@dataclass(frozen=True)
class Offer:
    """A catalogue entry that can be ordered. `price_fen` is once, `monthly_fee_fen` each month."""

    offer_id: str
    kind: ProductKind
    name: str
    monthly_fee_fen: int = 0
    price_fen: int = 0
    data_mb: int = 0
    minutes: int = 0
    sms: int = 0
    broadband_mbps: int = 0
    contract_months: int = 0
    days: int = 0  #: life of an add-on; 0 means to the end of the month
    target: str = ""
    summary: str = ""
    notes: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
