"""Failed tries, counted by account and by address, with a growing pause.

A try is counted before the password is looked at and taken back when it was right, so that a thousand tries at
the same moment get no further than a thousand one after the other.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from common.staff.models import TriesRow


@dataclass(frozen=True)
class Limit:
    """`free` tries without a pause; then `first` seconds, doubling up to `longest`. Forgotten after `forget` seconds."""

    free: int
    first: float = 30.0
    longest: float = 900.0
    forget: float = 3600.0


ACCOUNT = Limit(free=5)
#: Many editors may sit behind one address.
ADDRESS = Limit(free=30)


def keys(name: str, address: str) -> dict[str, Limit]:
    """The two counters of a try. What somebody types as a name may be a password: only its hash is kept."""
    return {"account:" + _hash(name.casefold()): ACCOUNT, "address:" + _hash(address): ADDRESS}


def take(session: Session, counters: dict[str, Limit], now: dt.datetime) -> float:
    """Count one try. Seconds to wait, 0 where the try may be looked at."""
    rows = {row.key: row for row in session.scalars(
        select(TriesRow).where(TriesRow.key.in_(counters)).order_by(TriesRow.key).with_for_update())}
    wait = max(((row.closed_until - now).total_seconds() for row in rows.values() if row.closed_until), default=0.0)
    if wait > 0:
        return wait
    for key, limit in counters.items():
        row = rows.get(key)
        if row is None:
            row = TriesRow(key=key, count=0, last_at=now, closed_until=None)
            session.add(row)
        elif (now - row.last_at).total_seconds() > limit.forget:
            row.count = 0
        row.count, row.last_at = row.count + 1, now
        over = row.count - limit.free
        pause = min(limit.longest, limit.first * 2.0 ** min(over, 20)) if over >= 0 else 0.0
        row.closed_until = now + dt.timedelta(seconds=pause) if pause else None
    return 0.0


def forgive(session: Session, counters: dict[str, Limit]) -> None:
    """The try was right: the account starts afresh, the address gets this one try back."""
    for row in session.scalars(select(TriesRow).where(TriesRow.key.in_(counters)).with_for_update()):
        if row.key.startswith("account:"):
            session.delete(row)
        else:
            row.count, row.closed_until = max(0, row.count - 1), None


def sweep(session: Session, now: dt.datetime) -> None:
    """Delete counters nobody waits for."""
    session.execute(delete(TriesRow).where(TriesRow.last_at < now - dt.timedelta(days=1)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
