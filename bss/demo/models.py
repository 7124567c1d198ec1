"""Tables of the demo operator. Money in fen, data in MB, as in `bss.types`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from common.store import Moment


class Base(DeclarativeBase):
    """Root of the operator's tables, all named `op_*`."""

    type_annotation_map = {dt.datetime: Moment, dt.date: Date, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


def _phone() -> ForeignKey:
    return ForeignKey("op_subscriber.phone", ondelete="CASCADE")


class Subscriber(Base):
    """A number. `account_fen` is signed: below 0 the customer owes."""

    __tablename__ = "op_subscriber"

    phone: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    age: Mapped[int | None]
    segment: Mapped[str] = mapped_column(String(12))
    elder: Mapped[bool]
    status: Mapped[str] = mapped_column(String(24))
    area: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(120))
    account_manager: Mapped[str | None] = mapped_column(String(40))
    company: Mapped[str | None] = mapped_column(String(60))
    account_fen: Mapped[int]
    month_spent_fen: Mapped[int]
    plan_id: Mapped[str] = mapped_column(String(40))
    plan_since: Mapped[dt.date]
    contract_end: Mapped[dt.date | None]
    next_plan_id: Mapped[str | None] = mapped_column(String(40))
    next_plan_from: Mapped[dt.date | None]
    points: Mapped[int]
    points_expiring: Mapped[int]
    points_expire_on: Mapped[dt.date]
    level_zh: Mapped[str] = mapped_column(String(20))
    roaming: Mapped[bool]
    joined: Mapped[dt.date]
    real_name_on: Mapped[dt.date | None]
    id_card_masked: Mapped[str] = mapped_column(String(18))
    password_hash: Mapped[str] = mapped_column(String(200))
    password_failures: Mapped[int] = mapped_column(default=0)
    password_failed_at: Mapped[dt.datetime | None]


class Subscription(Base):
    """A product beside the plan."""

    __tablename__ = "op_subscription"

    product_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    phone: Mapped[str] = mapped_column(_phone(), index=True)
    offer_id: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(12))
    monthly_fee_fen: Mapped[int]
    since: Mapped[dt.date]
    ends: Mapped[dt.date | None]
    attributes: Mapped[dict[str, Any]]


class Pack(Base):
    """An allowance. `kind`: data, voice, sms count; `*_directed` and `*_roaming` are kept apart.

    `monthly` ones belong to the plan: past `expires` they stand for a new month, unused.
    """

    __tablename__ = "op_pack"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    phone: Mapped[str] = mapped_column(_phone(), index=True)
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    used: Mapped[int]
    total: Mapped[int]
    expires: Mapped[dt.date]
    carried: Mapped[bool] = mapped_column(default=False)
    monthly: Mapped[bool] = mapped_column(default=False)


class BillRow(Base):
    """A month's bill; `items` is a list of [name, amount_fen, note]."""

    __tablename__ = "op_bill"

    phone: Mapped[str] = mapped_column(_phone(), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    total_fen: Mapped[int]
    items: Mapped[list[Any]]
    due: Mapped[dt.date]
    paid: Mapped[bool]


class ChargeRow(Base):
    __tablename__ = "op_charge"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    phone: Mapped[str] = mapped_column(_phone(), index=True)
    at: Mapped[dt.datetime]
    name: Mapped[str] = mapped_column(String(60))
    amount_fen: Mapped[int]
    note: Mapped[str] = mapped_column(String(120), default="")


class TopUpRow(Base):
    __tablename__ = "op_top_up"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    top_up_id: Mapped[str] = mapped_column(String(60), unique=True)
    phone: Mapped[str] = mapped_column(_phone(), index=True)
    amount_fen: Mapped[int]
    at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(String(12))
    channel_zh: Mapped[str] = mapped_column(String(20))
    account_fen: Mapped[int]
    resumed: Mapped[bool] = mapped_column(default=False)


class Record(Base):
    """Records kept as the JSON of their value: orders, redemptions, remote actions."""

    __tablename__ = "op_record"
    __table_args__ = (Index("op_record_by_phone", "phone", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    record_id: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    phone: Mapped[str] = mapped_column(_phone())
    at: Mapped[dt.datetime]
    subject: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(Text)


class LineState(Base):
    """A stored fault of one check; without a row the check is fine."""

    __tablename__ = "op_line_state"

    phone: Mapped[str] = mapped_column(_phone(), primary_key=True)
    check: Mapped[str] = mapped_column("check_name", String(12), primary_key=True)
    code: Mapped[str] = mapped_column(String(24))
    evidence: Mapped[dict[str, Any]]


class OutageRow(Base):
    __tablename__ = "op_outage"

    outage_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    area: Mapped[str] = mapped_column(String(40), index=True)
    services: Mapped[list[Any]]
    cause_zh: Mapped[str] = mapped_column(String(120))
    since: Mapped[dt.datetime]
    expected_back: Mapped[dt.datetime]


class MessageRow(Base):
    __tablename__ = "op_message"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    message_id: Mapped[str] = mapped_column(String(60), unique=True)
    phone: Mapped[str] = mapped_column(_phone(), index=True)
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(12))
    at: Mapped[dt.datetime]


class GrantRow(Base):
    __tablename__ = "op_grant"

    grant_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    owner_phone: Mapped[str] = mapped_column(_phone(), index=True)
    agent_phone: Mapped[str] = mapped_column(_phone(), index=True)
    relation_zh: Mapped[str] = mapped_column(String(20))
    scopes: Mapped[list[Any]]
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]


class Done(Base):
    """What an idempotency key did. `request` is a digest, `result` the JSON of the value returned."""

    __tablename__ = "op_done"

    operation: Mapped[str] = mapped_column(String(30), primary_key=True)
    phone: Mapped[str] = mapped_column(_phone(), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    request: Mapped[str] = mapped_column(String(64))
    result: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime]
