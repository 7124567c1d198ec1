"""Values about orders and loyalty points. Import them from `bss.types`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class OrderAction(StrEnum):
    ADD = "add"
    REMOVE = "remove"
    CHANGE = "change"
    SUSPEND = "suspend"
    RESUME = "resume"
    REPORT_LOST = "report_lost"
    CANCEL_LOST = "cancel_lost"
    REPLACE_SIM = "replace_sim"
    ROAMING_ON = "roaming_on"
    ROAMING_OFF = "roaming_off"


class OrderState(StrEnum):
    """`acknowledged`: takes effect at `effective_date`; `in_progress`: people are working on it."""

    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


@dataclass(frozen=True)
class Order:
    """What was ordered. `charged_fen` was taken from the balance now; `note_zh` may be read out."""

    order_id: str
    action: OrderAction
    product_id: str
    name: str
    state: OrderState
    effective_date: dt.date
    created_at: dt.datetime
    charged_fen: int = 0
    monthly_fee_fen: int = 0
    note_zh: str = ""


@dataclass(frozen=True)
class Quote:
    """What an order would do, to be read back before it is placed. Changes nothing.

    `eligible` False: `reason_zh` says why. `penalty_fen`: for leaving a contract early.
    """

    product_id: str
    action: OrderAction
    name: str
    eligible: bool
    reason_zh: str
    charged_fen: int
    monthly_fee_fen: int
    penalty_fen: int
    effective_date: dt.date
    note_zh: str = ""


@dataclass(frozen=True)
class Points:
    """Loyalty points; `expiring` of them lapse on `expires_on`."""

    points: int
    expiring: int
    expires_on: dt.date
    level_zh: str


@dataclass(frozen=True)
class Reward:
    """What points buy. `balance_fen` is credited, or `offer_id` granted, or a thing is posted."""

    reward_id: str
    name: str
    points: int
    balance_fen: int = 0
    offer_id: str = ""
    in_stock: bool = True
    note: str = ""


@dataclass(frozen=True)
class Redemption:
    """One use of points."""

    redemption_id: str
    reward_id: str
    name: str
    points_spent: int
    points_left: int
    at: dt.datetime
    note_zh: str = ""
