"""The shapes of catalogue entries. Prices are in 元, data in GB, as editors write them."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bss import types as t

MB_PER_GB = 1024


def to_fen(yuan: int | float) -> int:
    """元 to 分, exactly: 6.6 gives 660."""
    return int((Decimal(str(yuan)) * 100).to_integral_value())


class Entry(BaseModel):
    """What every entry has. `id` is `<kind>.<key>`, set by the loader."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = ""
    name: str = Field(min_length=1)
    notes: tuple[str, ...] = ()


class PlanEntry(Entry):
    """A mobile plan; `min_age` and `max_age` in years limit who may have it."""

    monthly_fee: int | float = Field(ge=0)
    data_gb: int | float = Field(ge=0)
    minutes: int = Field(ge=0)
    sms: int = Field(0, ge=0)
    broadband_mbps: int = Field(0, ge=0)
    iptv: bool = False
    contract_months: int = Field(0, ge=0)
    target: str
    summary: str = ""
    min_age: int | None = None
    max_age: int | None = None
    on_sale: bool = True

    def offer(self) -> t.Offer:
        extra = {"iptv": self.iptv, "min_age": self.min_age, "max_age": self.max_age}
        return t.Offer(
            self.id, t.ProductKind.PLAN, self.name, monthly_fee_fen=to_fen(self.monthly_fee),
            data_mb=round(self.data_gb * MB_PER_GB), minutes=self.minutes, sms=self.sms,
            broadband_mbps=self.broadband_mbps, contract_months=self.contract_months, target=self.target,
            summary=self.summary, notes=self.notes, extra=extra,
        )  # fmt: skip


class AddonEntry(Entry):
    """A pack bought once; `directed`: for named apps only, so it is no part of general data."""

    price: int | float = Field(ge=0)
    days: int = Field(0, ge=0)
    data_gb: int | float = Field(0, ge=0)
    minutes: int = Field(0, ge=0)
    sms: int = Field(0, ge=0)
    region: str = ""
    directed: bool = False
    target: str
    min_age: int | None = None
    on_sale: bool = True

    def offer(self) -> t.Offer:
        return t.Offer(
            self.id, t.ProductKind.ADDON, self.name, price_fen=to_fen(self.price), days=self.days,
            data_mb=round(self.data_gb * MB_PER_GB), minutes=self.minutes, sms=self.sms, target=self.target,
            notes=self.notes,
            extra={"region": self.region, "directed": self.directed, "min_age": self.min_age},
        )  # fmt: skip


class VasEntry(Entry):
    """A value-added service."""

    monthly_fee: int | float = Field(ge=0)
    sms: int = Field(0, ge=0)
    target: str = ""
    on_sale: bool = True

    def offer(self) -> t.Offer:
        return t.Offer(
            self.id, t.ProductKind.VAS, self.name, monthly_fee_fen=to_fen(self.monthly_fee), sms=self.sms,
            target=self.target, notes=self.notes,
        )  # fmt: skip


class LineEntry(Entry):
    """A fixed line. Its id starts with its type: `broadband.300`."""

    type: Literal["broadband", "iptv", "landline", "leased"]
    monthly_fee: int | float = Field(ge=0)
    mbps: int = Field(0, ge=0)
    contract_months: int = Field(0, ge=0)
    target: str
    on_sale: bool = True

    def offer(self) -> t.Offer:
        return t.Offer(
            self.id, t.ProductKind(self.type), self.name, monthly_fee_fen=to_fen(self.monthly_fee),
            broadband_mbps=self.mbps, contract_months=self.contract_months, target=self.target,
            notes=self.notes,
        )  # fmt: skip


class FeeEntry(Entry):
    """A price or a rate in 元 for each `unit`."""

    amount: int | float = Field(ge=0)
    unit: str


class RewardEntry(Entry):
    """What points buy; `stock` None means plenty."""

    points: int = Field(gt=0)
    balance: int | float = Field(0, ge=0)
    offer: str = ""
    stock: int | None = None

    def reward(self) -> t.Reward:
        return t.Reward(
            self.id, self.name, self.points, balance_fen=to_fen(self.balance), offer_id=self.offer,
            in_stock=self.stock is None or self.stock > 0, note="；".join(self.notes),
        )  # fmt: skip


class PolicyEntry(Entry):
    """A time limit or another number of a rule, with its `unit`."""

    value: int | float
    unit: str


ENTRY_TYPES: dict[str, type[Entry]] = {
    "plan": PlanEntry,
    "addon": AddonEntry,
    "vas": VasEntry,
    "line": LineEntry,
    "fee": FeeEntry,
    "reward": RewardEntry,
    "policy": PolicyEntry,
}
