"""What all ports of the demo operator share: store, clock, ids, catalogue, and doing a thing once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from bss import types as t
from bss.catalogue.loader import Catalogue
from bss.demo.models import ChargeRow, Done, Record, Subscriber
from bss.errors import Conflict, NotACustomer
from common.clock import Clock
from common.errors import InvalidInput
from common.ids import IdMaker
from common.store import Store

T = TypeVar("T")


@dataclass(frozen=True)
class World:
    """Passed to every port of the demo operator."""

    store: Store
    clock: Clock
    ids: IdMaker
    catalogue: Catalogue

    def today(self) -> dt.date:
        return self.clock.now().date()

    def subscriber(self, session: Session, phone: str, *, lock: bool = False) -> Subscriber:
        """The number's row, with a plan that was due put in force. Raises `NotACustomer`."""
        query = select(Subscriber).where(Subscriber.phone == phone)
        found = session.scalar(query.with_for_update() if lock else query)
        if found is None or found.status == t.CustomerStatus.CLOSED:
            raise NotACustomer
        if found.next_plan_from is not None and found.next_plan_from <= self.today():
            found.plan_id, found.plan_since = str(found.next_plan_id), found.next_plan_from
            found.next_plan_id = found.next_plan_from = None
        return found

    async def look(self, phone: str, work: Callable[[Session, Subscriber], T]) -> T:
        """Read something of one customer."""
        return await self.store.read(lambda s: work(s, self.subscriber(s, phone)))

    async def once(
        self, operation: str, phone: str, key: str, request: dict[str, Any], kind: Any,
        work: Callable[[Session, Subscriber], T],
    ) -> T:  # fmt: skip
        """Change something of one customer under an idempotency key.

        `kind` is the result's type; the result is stored as JSON and given again for the same key. The
        customer's row is locked for the whole transaction, so two repeats cannot both find the key new.
        """
        if not 0 < len(key) <= 128:
            raise InvalidInput("an idempotency key has 1 to 128 characters")
        adapter: TypeAdapter[T] = TypeAdapter(kind)
        digest = hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()

        def run(session: Session) -> T:
            subscriber = self.subscriber(session, phone, lock=True)
            done = session.get(Done, (operation, phone, key))
            if done is not None:
                if done.request != digest:
                    raise Conflict
                return adapter.validate_json(done.result)
            result = work(session, subscriber)
            stored = adapter.dump_json(result).decode()
            session.add(
                Done(operation=operation, phone=phone, key=key, request=digest, result=stored,
                     at=self.clock.now())
            )  # fmt: skip
            return result

        return await self.store.write(run)

    def record(
        self, session: Session, kind: str, record_id: str, phone: str, subject: str, value: Any
    ) -> None:
        """Keep a value (an order, a redemption, a remote action) as JSON."""
        body = TypeAdapter(type(value)).dump_json(value).decode()
        at = self.clock.now()
        session.add(
            Record(record_id=record_id, kind=kind, phone=phone, at=at, subject=subject, body=body)
        )

    def charge(self, session: Session, who: Subscriber, name: str, fen: int, note: str = "") -> None:
        """Take `fen` from the account and list it among the charges."""
        if fen:
            who.account_fen -= fen
            who.month_spent_fen += fen
            session.add(
                ChargeRow(phone=who.phone, at=self.clock.now(), name=name, amount_fen=fen, note=note)
            )

    def credit(self, who: Subscriber, fen: int) -> bool:
        """Put `fen` on the account; True if that ended a suspension for arrears."""
        who.account_fen += fen
        if who.status == t.CustomerStatus.SUSPENDED_ARREARS and who.account_fen >= 0:
            who.status = t.CustomerStatus.ACTIVE.value
            return True
        return False


def first_of_next_month(day: dt.date) -> dt.date:
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def end_of_month(day: dt.date) -> dt.date:
    return first_of_next_month(day) - dt.timedelta(days=1)


def month_back(day: dt.date, months: int) -> dt.date:
    """The first of the month `months` before the month of `day`."""
    index = day.year * 12 + day.month - 1 - months
    return dt.date(index // 12, index % 12 + 1, 1)


def yuan(fen: int) -> str:
    """`2340` gives `23.40元`."""
    return f"{fen / 100:.2f}元"


def zh_date(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
