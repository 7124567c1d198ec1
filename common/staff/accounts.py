"""Accounts: who may sign in, and as what."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import partial

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from common.clock import Clock
from common.ids import IdMaker
from common.staff import throttle
from common.staff.audit import AuditTrail
from common.staff.errors import AccountInvalid, AccountUnknown, LastAdmin, SignInLocked, SignInRefused
from common.staff.models import AccountRow, SessionRow
from common.staff.passwords import DEMO_PASSWORD, Passwords, check_password, normal
from common.staff.roles import Role
from common.store import Store

_NAME = re.compile(r"[\w.@-]{2,32}")


@dataclass(frozen=True)
class Account:
    """One person. `name` signs in and stands in the audit trail; `shown` is what colleagues see."""

    account_id: str
    name: str
    shown: str
    role: Role
    disabled: bool
    demo: bool
    created_at: dt.datetime
    seen_at: dt.datetime | None


class Accounts:
    """The table `staff_account`. `by` in every change is the account name of who does it (`cli` for the command)."""

    def __init__(self, store: Store, clock: Clock, ids: IdMaker, passwords: Passwords, audit: AuditTrail,
                 *, demo: bool = False) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._passwords = passwords
        self._audit = audit
        # A proxy may show the outside a gateway that listens to its own machine only.
        self._demo = demo

    # -- reading --------------------------------------------------------------------------------------------

    async def all(self) -> list[Account]:
        """Every account by name, the disabled ones last."""
        order = select(AccountRow).order_by(AccountRow.disabled, AccountRow.name)
        return await self._store.read(lambda s: [account_of(row) for row in s.scalars(order)])

    async def find(self, name: str) -> Account:
        """Raises AccountUnknown."""
        return await self._store.read(lambda s: account_of(_row(s, name)))

    def any_demo_now(self) -> bool:
        """Whether an account that may sign in still has the demo's password. Blocks."""
        chosen = select(func.count()).where(AccountRow.demo, AccountRow.disabled.is_(False))
        return bool(self._store.read_now(lambda s: s.scalar(chosen)))

    # -- changes --------------------------------------------------------------------------------------------

    async def add(self, name: str, password: str, role: Role, by: str, shown: str = "") -> Account:
        """A new account. Raises AccountInvalid and PasswordWeak."""
        name, shown = checked_name(name), checked_shown(shown or name)
        check_password(password, name, shown)
        encoded = await self._passwords.hash(password)
        try:
            return await self._store.write(partial(self._insert, name, shown, role, encoded, by, False))
        except IntegrityError:
            raise AccountInvalid(message_zh=f"账号 {name} 已经有了，请换一个。") from None

    async def set_role(self, name: str, role: Role, by: str) -> None:
        """Another role; whoever is signed in has to do it again. Raises AccountUnknown and LastAdmin."""

        def work(session: Session) -> None:
            row = _row(session, name)
            if row.role == role:
                return
            _keep_an_admin(session, row)
            self._audit.add_in(session, by, "role_changed", row.name, f"{row.role} -> {role}")
            row.role = str(role)
            _end_sessions(session, row)

        await self._store.write(work)

    async def reset_password(self, name: str, password: str, by: str) -> None:
        """Another password, and every session of the account ends. Raises AccountUnknown and PasswordWeak."""
        account = await self.find(name)
        check_password(password, account.name, account.shown)
        encoded = await self._passwords.hash(password)

        def work(session: Session) -> None:
            row = _row(session, account.name)
            row.password, row.demo, row.password_at = encoded, False, self._clock.now()
            _end_sessions(session, row)
            throttle.forgive(session, {key: limit for key, limit in throttle.keys(row.name, "").items()
                                       if key.startswith("account:")})
            what = "password_changed" if by == row.name else "password_reset"
            self._audit.add_in(session, by, what, row.name)

        await self._store.write(work)

    async def disable(self, name: str, by: str, *, disabled: bool = True) -> None:
        """Close an account, or open it again. Raises AccountUnknown and LastAdmin."""

        def work(session: Session) -> None:
            row = _row(session, name)
            if row.disabled == disabled:
                return
            if disabled:
                _keep_an_admin(session, row)
                _end_sessions(session, row)
            row.disabled = disabled
            self._audit.add_in(session, by, "account_disabled" if disabled else "account_enabled", row.name)

        await self._store.write(work)

    # -- signing in -----------------------------------------------------------------------------------------

    async def check(self, name: str, password: str, address: str) -> Account:
        """The account of a name and its password. Raises SignInLocked and SignInRefused.

        `address` is where the try comes from; tries are counted by account and by address.
        """
        counters, now = throttle.keys(normal(name).strip(), address), self._clock.now()
        try:
            wait = await self._store.write(lambda s: throttle.take(s, counters, now))
        except IntegrityError:  # two first tries at the same moment, on PostgreSQL
            wait = await self._store.write(lambda s: throttle.take(s, counters, now))
        if wait > 0:
            raise SignInLocked(wait)
        row = await self._store.read(lambda s: _find(s, normal(name).strip()))
        shut = row is None or row.disabled or (row.demo and not self._demo)
        right = await self._passwords.fits(None if row is None or shut else row.password, password)
        if row is None or not right:
            if row is not None:
                await self._audit.add(row.name, "sign_in_failed", row.name)
            raise SignInRefused()
        fresh = await self._passwords.hash(password) if self._passwords.outdated(row.password) else None

        def welcome(session: Session) -> Account:
            throttle.forgive(session, counters)
            throttle.sweep(session, now)
            found = _find(session, row.name)
            # A password changed or an account closed while we hashed.
            if found is None or found.disabled or found.password != row.password:
                raise SignInRefused()
            found.seen_at = now
            if fresh:
                found.password = fresh
            return account_of(found)

        return await self._store.write(welcome)

    async def ensure_demo(self, people: tuple[tuple[str, Role], ...]) -> None:
        """The demo's accounts with the demo's password; those that are there already stay as they are."""
        have = {account.name for account in await self.all()}
        wanted = [person for person in people if person[0] not in have]
        encoded = await self._passwords.hash(DEMO_PASSWORD) if wanted else ""
        for name, role in wanted:
            await self._store.write(partial(self._insert, name, name, role, encoded, "demo", True))

    def _insert(self, name: str, shown: str, role: Role, encoded: str, by: str, demo: bool, session: Session) -> Account:
        if session.scalar(select(AccountRow.name).where(func.lower(AccountRow.name) == name.lower())):
            raise AccountInvalid(message_zh=f"账号 {name} 已经有了，请换一个。")
        now = self._clock.now()
        row = AccountRow(account_id=self._ids.new("S"), name=name, shown=shown, role=str(role), password=encoded,
                         demo=demo, disabled=False, created_at=now, password_at=now, seen_at=None)
        session.add(row)
        self._audit.add_in(session, by, "account_added", name, str(role))
        return account_of(row)


def account_of(row: AccountRow) -> Account:
    """What others may know of a row."""
    return Account(row.account_id, row.name, row.shown, Role(row.role), row.disabled, row.demo, row.created_at, row.seen_at)


def checked_name(name: str) -> str:
    """A name to sign in with: 2 to 32 letters, Chinese characters, digits or . @ - _. Raises AccountInvalid."""
    given = unicodedata.normalize("NFKC", name).strip()
    if not _NAME.fullmatch(given):
        raise AccountInvalid(message_zh="账号名用 2 到 32 个汉字、字母、数字或 . @ - _，不能有空格。")
    if given.isdigit() and len(given) >= 7:
        raise AccountInvalid(message_zh="账号名不要用手机号，审计记录里会写它。")
    return given


def checked_shown(shown: str) -> str:
    """What colleagues see: 1 to 20 printable characters. Raises AccountInvalid."""
    given = shown.strip()
    if not 1 <= len(given) <= 32 or not given.isprintable():
        raise AccountInvalid(message_zh="显示的名字用 1 到 32 个字。")
    return given


def _find(session: Session, name: str) -> AccountRow | None:
    return session.scalar(select(AccountRow).where(func.lower(AccountRow.name) == name.lower()))


def _row(session: Session, name: str) -> AccountRow:
    row = _find(session, name)
    if row is None:
        raise AccountUnknown(message_zh=f"没有账号 {name}。")
    return row


def _keep_an_admin(session: Session, row: AccountRow) -> None:
    if row.role != Role.ADMIN or row.disabled:
        return
    admins = session.scalars(select(AccountRow.account_id).where(
        AccountRow.role == str(Role.ADMIN), AccountRow.disabled.is_(False)).with_for_update()).all()
    if len(admins) <= 1:
        raise LastAdmin()


def _end_sessions(session: Session, row: AccountRow) -> None:
    session.execute(delete(SessionRow).where(SessionRow.account_id == row.account_id))
