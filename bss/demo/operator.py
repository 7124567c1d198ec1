"""The demo operator 易通: all ports on one database, seeded with the customers of DESIGN.md."""

from __future__ import annotations

import asyncio

from sqlalchemy import delete, select

from bss import types as t
from bss.catalogue.loader import Catalogue, default_catalogue
from bss.demo.faults import Faults, guard
from bss.demo.line import DemoAddresses, DemoProblems, DemoRemote, DemoServiceTest
from bss.demo.loyalty import DemoLoyalty
from bss.demo.models import Base, LineState, OutageRow, Subscriber
from bss.demo.money import DemoBalance, DemoBills, DemoCustomers
from bss.demo.orders import DemoOrders
from bss.demo.people import DemoDelegations, DemoIdentity, DemoMessages
from bss.demo.products import DemoCatalog, DemoProducts, DemoUsage
from bss.demo.seed import seed
from bss.demo.world import World
from bss.ports import Operator
from bss.service_types import FAULT_CODES
from common.clock import Clock, SystemClock
from common.ids import IdMaker, RandomIds
from common.store import Store


class DemoOperator:
    """Owns the database; `operator` is what the rest of Yida uses.

    `url` is a SQLAlchemy URL (`Settings.operator_database`), `timeout` in seconds, `generated` the
    number of made-up customers beside the six.

        demo = DemoOperator(settings.operator_database)
        await demo.start()            # seeds an empty database; reset=True puts everything back
        balance = await demo.operator.balance.balance("13800000001")
    """

    def __init__(
        self, url: str, *, clock: Clock | None = None, ids: IdMaker | None = None,
        catalogue: Catalogue | None = None, timeout: float = 2.0, generated: int = 200,
    ) -> None:  # fmt: skip
        self.faults = Faults()
        self._generated = generated
        self._store = Store(url, Base.metadata)
        self._world = World(
            self._store, clock or SystemClock(), ids or RandomIds(), catalogue or default_catalogue()
        )
        tests = DemoServiceTest(self._world)
        self._messages = DemoMessages(self._world)
        self.unguarded = Operator(
            customers=DemoCustomers(self._world),
            balance=DemoBalance(self._world),
            bills=DemoBills(self._world),
            usage=DemoUsage(self._world),
            products=DemoProducts(self._world),
            catalog=DemoCatalog(self._world),
            orders=DemoOrders(self._world),
            loyalty=DemoLoyalty(self._world),
            line_test=tests,
            problems=DemoProblems(self._world),
            remote=DemoRemote(self._world, tests),
            addresses=DemoAddresses(self._world),
            messages=self._messages,
            delegations=DemoDelegations(self._world),
            identity=DemoIdentity(self._world),
            close=self.close,
        )
        self.operator = guard(self.unguarded, self.faults, timeout)

    async def start(self, *, reset: bool = False) -> None:
        """Make the tables; seed when empty, or always with `reset`."""
        await asyncio.to_thread(self._store.create)
        await self._store.write(
            lambda s: seed(s, self._world, self._generated)
            if reset or s.scalar(select(Subscriber.phone).limit(1)) is None
            else None
        )

    async def reset(self) -> None:
        """Put everything back as at the first start, relative to the clock now; mend all faults."""
        self.faults.clear()
        await self._store.write(lambda s: seed(s, self._world, self._generated))

    async def messages(self, phone: str) -> list[t.Message]:
        """What was sent to a phone, newest first: the list behind `/demo/messages`."""
        return await self._messages.sent(phone)

    async def phones(self) -> list[str]:
        """All phones, closed numbers left out."""
        query = select(Subscriber.phone).where(Subscriber.status != t.CustomerStatus.CLOSED.value)
        return await self._store.read(lambda s: list(s.scalars(query.order_by(Subscriber.phone))))

    async def repair_line(self, phone: str) -> None:
        """What a repair visit does: every stored fault of the line is gone."""
        statement = delete(LineState).where(LineState.phone == phone)
        await self._store.write(lambda s: s.execute(statement))

    async def set_line(self, phone: str, check: t.Check, code: str) -> None:
        """Break a line on purpose: `code` is one of `FAULT_CODES[check]`."""
        if code not in FAULT_CODES[check]:
            raise ValueError(f"{check} has no code {code}")
        row = LineState(phone=phone, check=check.value, code=code, evidence={})
        await self._store.write(lambda s: s.merge(row) and None)

    async def end_outages(self, area: str) -> None:
        """What the network centre does: the area is back."""
        statement = delete(OutageRow).where(OutageRow.area == area)
        await self._store.write(lambda s: s.execute(statement))

    async def close(self) -> None:
        self._store.close()
