"""Signed-in browsers. A token has 256 random bits; the table knows its SHA-256 only."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from common.clock import Clock
from common.staff.accounts import Account, account_of
from common.staff.models import AccountRow, SessionRow
from common.store import Store

#: How often a session's last use is written down, seconds.
_TOUCH = 60.0


@dataclass(frozen=True)
class SignedIn:
    """Who is at this browser. `csrf` is the token that forms of this session carry."""

    account: Account
    csrf: str
    ends_at: dt.datetime


class StaffSessions:
    """The table `staff_session`. A session ends after `idle` without use, and `longest` after it began in any case."""

    def __init__(self, store: Store, clock: Clock, idle: dt.timedelta, longest: dt.timedelta) -> None:
        self._store = store
        self._clock = clock
        self._idle = idle
        self._longest = longest

    async def open(self, account: Account) -> str:
        """A token for the browser's cookie."""
        token, now = secrets.token_urlsafe(32), self._clock.now()

        def work(session: Session) -> None:
            session.execute(delete(SessionRow).where(or_(
                SessionRow.seen_at < now - self._idle, SessionRow.created_at < now - self._longest)))
            session.add(SessionRow(digest=_digest(token), account_id=account.account_id, created_at=now, seen_at=now))

        await self._store.write(work)
        return token

    async def find(self, token: str) -> SignedIn | None:
        """Who holds this token; None where it is not ours, has ended, or the account was closed."""
        if not 20 <= len(token) <= 100:
            return None
        now = self._clock.now()
        query = select(SessionRow, AccountRow).join(AccountRow, AccountRow.account_id == SessionRow.account_id)
        found = await self._store.read(lambda s: s.execute(query.where(SessionRow.digest == _digest(token))).first())
        if found is None:
            return None
        row, account = found
        ends_at = min(row.seen_at + self._idle, row.created_at + self._longest)
        if now >= ends_at or account.disabled:
            await self.end(token)
            return None
        if (now - row.seen_at).total_seconds() >= _TOUCH:
            await self._store.write(lambda s: self._touch(s, row.digest, now))
            ends_at = min(now + self._idle, row.created_at + self._longest)
        return SignedIn(account_of(account), form_token(token), ends_at)

    async def end(self, token: str) -> None:
        """Sign this browser out."""
        await self._store.write(lambda s: s.execute(delete(SessionRow).where(SessionRow.digest == _digest(token))))

    @staticmethod
    def _touch(session: Session, digest: str, now: dt.datetime) -> None:
        row = session.get(SessionRow, digest)
        if row is not None:
            row.seen_at = now


def form_token(token: str) -> str:
    """The token forms carry, made from the cookie's: who cannot read the cookie cannot make it."""
    return hmac.new(token.encode("utf-8", "replace"), b"yida staff form", hashlib.sha256).hexdigest()


def same(given: str, wanted: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode("utf-8", "replace"))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
