"""The operator's systems as ports, named after TM Forum Open APIs.

Everything about one customer is addressed by `phone` (11 digits, or a fixed line's number); a phone
that is not the operator's raises `NotACustomer`. Any method may raise `SystemUnavailable` or its
children. What changes something takes `idempotency_key`: the same key for the same phone and operation
gives the same result and does nothing twice; with other arguments it raises `Conflict`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bss import types as t


class CustomerManagement(Protocol):
    """TMF629 Customer Management."""

    async def find(self, phone: str) -> t.Customer: ...


class PrepayBalance(Protocol):
    """TMF654 Prepay Balance Management."""

    async def balance(self, phone: str) -> t.Balance: ...

    async def top_up(self, phone: str, amount_fen: int, idempotency_key: str) -> t.TopUp:
        """Put `amount_fen` (100 to 500000) on the account; ends a suspension for arrears once
        nothing is owed."""
        ...

    async def top_ups(self, phone: str, limit: int = 10) -> list[t.TopUp]:
        """Recent payments, newest first, those that have not arrived among them."""
        ...


class CustomerBill(Protocol):
    """TMF678 Customer Bill Management."""

    async def bill(self, phone: str, month: str) -> t.Bill:
        """The bill of `month` (`YYYY-MM`). Raises `NotFound`."""
        ...

    async def bills(self, phone: str, limit: int = 6) -> list[t.Bill]:
        """Newest first."""
        ...

    async def charges(self, phone: str, limit: int = 10) -> list[t.Charge]:
        """Recent deductions, newest first."""
        ...


class UsageConsumption(Protocol):
    """TMF677 Usage Consumption."""

    async def usage(self, phone: str) -> t.Usage: ...


class ProductInventory(Protocol):
    """TMF637 Product Inventory."""

    async def current_plan(self, phone: str) -> t.CurrentPlan: ...

    async def products(self, phone: str, kind: t.ProductKind | None = None) -> list[t.Product]:
        """What the customer has besides the plan: add-ons, VAS, broadband, IPTV, leased line, landline."""
        ...


class ProductCatalog(Protocol):
    """TMF620 Product Catalog Management."""

    async def offers(self, kind: t.ProductKind, target: str = "") -> list[t.Offer]:
        """Offers on sale of one kind, cheapest first; `target` keeps those for a group
        (elder, student ...)."""
        ...

    async def offer(self, offer_id: str) -> t.Offer:
        """One offer by catalogue id, `plan.5g129`. Raises `NotFound`."""
        ...


class ProductOrdering(Protocol):
    """TMF622 Product Ordering. Business rules raise `NotEligible` or its children."""

    async def quote(self, phone: str, product_id: str, action: t.OrderAction) -> t.Quote:
        """What `order` would do and cost; changes nothing and does not raise `NotEligible`."""
        ...

    async def order(
        self, phone: str, product_id: str, action: t.OrderAction, idempotency_key: str
    ) -> t.Order:
        """Add, remove or change; `product_id` is a catalogue id. A plan changes on the first
        of next month."""
        ...

    async def orders(self, phone: str, limit: int = 10) -> list[t.Order]: ...

    async def suspend(self, phone: str, idempotency_key: str) -> t.Order:
        """停机保号."""
        ...

    async def resume(self, phone: str, idempotency_key: str) -> t.Order:
        """End a suspension asked for by the customer."""
        ...

    async def report_lost(self, phone: str, idempotency_key: str) -> t.Order: ...

    async def cancel_lost(self, phone: str, idempotency_key: str) -> t.Order: ...

    async def replace_sim(self, phone: str, idempotency_key: str) -> t.Order:
        """A new SIM card by post; charges `fee.sim_replacement`."""
        ...

    async def roaming(self, phone: str) -> bool:
        """Whether international roaming is on."""
        ...

    async def set_roaming(self, phone: str, on: bool, idempotency_key: str) -> t.Order: ...

    async def port_check(self, phone: str) -> t.PortCheck:
        """May the number be taken to another operator?"""
        ...


class Loyalty(Protocol):
    """TMF658 Loyalty Management."""

    async def points(self, phone: str) -> t.Points: ...

    async def rewards(self) -> list[t.Reward]:
        """What points buy, cheapest first."""
        ...

    async def redeem(self, phone: str, reward_id: str, idempotency_key: str) -> t.Redemption:
        """Raises `InsufficientPoints`, `OutOfStock`, `NotFound`."""
        ...


class ServiceTest(Protocol):
    """TMF653 Service Test Management."""

    async def run(self, phone: str, check: t.Check) -> t.LineTestResult:
        """Run one check now. Verdict `unknown` with code `no_line` where the customer has no such
        line, `unreachable` where the line is down and the check cannot be made."""
        ...


LineTest = ServiceTest


class ServiceProblem(Protocol):
    """TMF656 Service Problem Management: known outages."""

    async def outage(self, phone: str) -> t.Outage | None:
        """The outage that touches this customer, if any."""
        ...

    async def outage_in(self, area: str) -> t.Outage | None: ...


class ResourceOrder(Protocol):
    """TMF652 Resource Order: actions on the line from afar."""

    async def reset_port(self, phone: str, idempotency_key: str) -> t.RemoteResult:
        """Reset the access port: cures session offline or flapping, slow speed."""
        ...

    async def refresh_auth(self, phone: str, idempotency_key: str) -> t.RemoteResult:
        """Push the account data again: cures auth_failed, iptv_auth_failed."""
        ...

    async def reboot_modem(self, phone: str, idempotency_key: str) -> t.RemoteResult:
        """Restart the optical modem: cures wifi_off, iptv_offline, voice_unregistered."""
        ...

    async def refresh_mobile(self, phone: str, idempotency_key: str) -> t.RemoteResult:
        """Register the number on the network again: cures no_registration, data_off, volte_off."""
        ...


class GeographicAddress(Protocol):
    """TMF673 Geographic Address with TMF645 Service Qualification."""

    async def coverage(self, address: str) -> t.Coverage: ...


class Messages(Protocol):
    """TMF681 Communication Management: text messages to customers."""

    async def send(self, phone: str, text: str, kind: t.MessageKind, idempotency_key: str) -> t.Message: ...


class Delegation(Protocol):
    """TMF672 User Roles and Permissions: a relative acts for a customer."""

    async def granted_by(self, owner_phone: str) -> list[t.Grant]:
        """Who may act for `owner_phone`."""
        ...

    async def granted_to(self, agent_phone: str) -> list[t.Grant]:
        """For whom `agent_phone` may act."""
        ...

    async def allowed(self, agent_phone: str, owner_phone: str, scope: t.Scope) -> bool:
        """True too where both are the same phone; False for strangers and unknown numbers."""
        ...

    async def grant(
        self, owner_phone: str, agent_phone: str, relation_zh: str, scopes: Sequence[t.Scope],
        idempotency_key: str, until: dt.datetime | None = None,
    ) -> t.Grant:  # fmt: skip
        """Replaces an earlier grant between the two."""
        ...

    async def revoke(self, owner_phone: str, agent_phone: str, idempotency_key: str) -> bool:
        """True if there was a grant to revoke."""
        ...


class PersonalIdentity(Protocol):
    """TMF720 Digital Identity: real-name state and the service password."""

    async def real_name(self, phone: str) -> t.RealName: ...

    async def verify_password(self, phone: str, password: str) -> bool:
        """Five wrong ones within an hour raise `TooManyAttempts` until an hour has passed."""
        ...

    async def reset_password(self, phone: str, new_password: str, idempotency_key: str) -> None:
        """Six digits, not all alike, not running, not the end of the phone number, else `NotEligible`.

        The caller has proven who the customer is.
        """
        ...


async def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Operator:
    """All systems of one operator. Made by `bss.demo.DemoOperator` or `bss.http.client.connect`."""

    customers: CustomerManagement
    balance: PrepayBalance
    bills: CustomerBill
    usage: UsageConsumption
    products: ProductInventory
    catalog: ProductCatalog
    orders: ProductOrdering
    loyalty: Loyalty
    line_test: ServiceTest
    problems: ServiceProblem
    remote: ResourceOrder
    addresses: GeographicAddress
    messages: Messages
    delegations: Delegation
    identity: PersonalIdentity
    close: Callable[[], Awaitable[None]] = _nothing

    @staticmethod
    def port_names() -> tuple[str, ...]:
        """Names of the port attributes, `close` left out."""
        return tuple(name for name in Operator.__dataclass_fields__ if name != "close")
