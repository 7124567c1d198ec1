"""Staff as others use it: accounts, sessions and the audit trail of one database."""

from __future__ import annotations

import datetime as dt

from common.clock import Clock, SystemClock
from common.ids import IdMaker, RandomIds
from common.staff.accounts import Account, Accounts
from common.staff.audit import AuditTrail
from common.staff.models import Base
from common.staff.passwords import Passwords
from common.staff.roles import Role
from common.staff.sessions import StaffSessions
from common.store import Store

#: People of the demo; all have `passwords.DEMO_PASSWORD`.
DEMO_PEOPLE: tuple[tuple[str, Role], ...] = (
    ("李编辑", Role.EDITOR), ("王审核", Role.REVIEWER), ("admin", Role.ADMIN),
)  # fmt: skip


class Staff:
    """Example::

        staff = Staff(settings.database)
        account, token = await staff.sign_in("李编辑", password, "192.0.2.7")
        signed = await staff.sessions.find(token)          # SignedIn, None once it has ended
        await staff.audit.add(account.name, "approved", "bill-cycle")

    `demo`: whether accounts that still have the demo's password may sign in.
    """

    def __init__(
        self,
        url: str,
        clock: Clock | None = None,
        ids: IdMaker | None = None,
        passwords: Passwords | None = None,
        idle: dt.timedelta = dt.timedelta(hours=1),
        longest: dt.timedelta = dt.timedelta(hours=12),
        *,
        demo: bool = False,
    ) -> None:
        clock = clock or SystemClock()
        self._store = Store(url, Base.metadata)
        self._store.create()
        self.audit = AuditTrail(self._store, clock)
        self.accounts = Accounts(self._store, clock, ids or RandomIds(), passwords or Passwords(), self.audit, demo=demo)
        self.sessions = StaffSessions(self._store, clock, idle, longest)

    async def sign_in(self, name: str, password: str, address: str) -> tuple[Account, str]:
        """The account and a fresh token. Raises SignInLocked and SignInRefused."""
        account = await self.accounts.check(name, password, address)
        token = await self.sessions.open(account)
        await self.audit.add(account.name, "sign_in", account.name)
        return account, token

    async def sign_out(self, token: str) -> None:
        """End one browser's session."""
        signed = await self.sessions.find(token)
        await self.sessions.end(token)
        if signed:
            await self.audit.add(signed.account.name, "sign_out", signed.account.name)

    def close(self) -> None:
        """Close the database."""
        self._store.close()
