"""One-time codes by text message.

Six digits, good for five minutes, three tries and one use; one a minute and five a day for a phone.
Kept as HMAC-SHA256 under a secret that is not in the database: six digits alone are soon guessed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from bss.errors import (
    CodeExpired,
    CodeQuotaSpent,
    CodeTooSoon,
    CodeTriesSpent,
    CodeWrong,
    IdentityError,
    NotACustomer,
    SystemTimeout,
)
from bss.identity.models import Base, CodeRow, PhoneRow, ProofRow
from bss.identity.proofs import Proofs
from bss.ports import Messages
from bss.types import MessageKind
from common.clock import Clock
from common.ids import IdMaker, RandomIds
from common.store import Store

CODE_LIFE = dt.timedelta(minutes=5)
PAUSE = dt.timedelta(seconds=60)
PER_DAY = 5
TRIES = 3
_KEPT = dt.timedelta(days=2)


@dataclass(frozen=True)
class CodeSent:
    """A code is on its way."""

    sent_at: dt.datetime
    expires_at: dt.datetime
    left_today: int


def six_digits() -> str:
    """A random code, `000000` to `999999`."""
    return f"{secrets.randbelow(1_000_000):06d}"


def _is_number(phone: str) -> bool:
    return phone.isascii() and phone.isdigit() and len(phone) <= 20


class OneTimeCodes:
    """Sends codes, checks them and remembers what they proved.

    `db` holds the tables of `bss.identity.models`; `secret` is any private string that stays the same
    over restarts (`Settings.session_key`); `make_code` makes the six digits.
    """

    def __init__(
        self, db: Store, messages: Messages, clock: Clock, *, secret: str, ids: IdMaker | None = None,
        make_code: Callable[[], str] = six_digits,
    ) -> None:  # fmt: skip
        self._db, self._messages, self._clock = db, messages, clock
        self._secret = secret.encode()
        self._ids = ids or RandomIds()
        self._make_code = make_code
        self.proofs = Proofs(db, clock)

    async def request(self, phone: str) -> CodeSent:
        """Send a code. Raises `CodeTooSoon`, `CodeQuotaSpent`, `NotACustomer`, `SystemUnavailable`.

        Only the newest code of a phone is good. A code that could not be sent does not count.
        """
        if not _is_number(phone):
            raise NotACustomer
        code_id, code = self._ids.new("OTC"), self._make_code()
        sent = await self._db.write(lambda s: self._reserve(s, phone, code_id, code))
        minutes = int(CODE_LIFE.total_seconds() // 60)
        message = f"【易通】您的验证码是{code}，{minutes}分钟内有效。请勿告诉他人，工作人员不会向您索要。"
        try:
            await self._messages.send(phone, message, MessageKind.CODE, code_id)
        except SystemTimeout:
            raise  # it may have been sent: the code stays good, and counts
        except Exception:
            await self._db.write(lambda s: s.execute(delete(CodeRow).where(CodeRow.code_id == code_id)))
            raise
        return sent

    async def verify(self, phone: str, code: str, conversation_id: str) -> None:
        """Check a code; on success the conversation has proven the phone for 30 minutes.

        Raises `CodeWrong` (with `tries_left`), `CodeTriesSpent`, `CodeExpired`.
        """
        if not _is_number(phone):
            raise CodeExpired
        digits = "".join(code.split())
        error = await self._db.write(lambda s: self._check(s, phone, digits, conversation_id))
        if error is not None:
            raise error

    async def proven_phone(self, conversation_id: str) -> str | None:
        """The phone this conversation has proven, if any."""
        return await self.proofs.proven_phone(conversation_id)

    async def revoke(self, conversation_id: str) -> None:
        """Forget what this conversation has proven."""
        await self.proofs.revoke(conversation_id)

    async def clear(self) -> None:
        """Forget all codes and proofs (a reset of the demo)."""
        for table in (CodeRow, ProofRow, PhoneRow):
            await self._db.write(lambda s, table=table: s.execute(delete(table)))  # type: ignore[misc]

    def close(self) -> None:
        self._db.close()

    def _reserve(self, session: Session, phone: str, code_id: str, code: str) -> CodeSent:
        """Check the limits and write the code down, alone with this phone."""
        now = self._clock.now()
        self._lock(session, phone)
        session.execute(delete(CodeRow).where(CodeRow.sent_at < now - _KEPT))
        session.execute(delete(ProofRow).where(ProofRow.expires_at < now))
        last = self._newest(session, phone)
        if last is not None and now - last.sent_at < PAUSE:
            raise CodeTooSoon(max(1, round((PAUSE - (now - last.sent_at)).total_seconds())))
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        today = select(func.count()).where(CodeRow.phone == phone, CodeRow.sent_at >= midnight)
        sent_today = session.scalar(today) or 0
        if sent_today >= PER_DAY:
            raise CodeQuotaSpent
        expires = now + CODE_LIFE
        session.add(
            CodeRow(code_id=code_id, phone=phone, code_hash=self._hash(code_id, code), sent_at=now,
                    expires_at=expires)
        )  # fmt: skip
        return CodeSent(now, expires, PER_DAY - sent_today - 1)

    def _check(
        self, session: Session, phone: str, code: str, conversation_id: str
    ) -> IdentityError | None:
        """The error to raise, returned so that the spent try is kept."""
        self._lock(session, phone)
        row = self._newest(session, phone)
        given = self._hash(row.code_id if row else "", code)
        right = hmac.compare_digest(given, row.code_hash if row else given[::-1])
        if row is not None and row.used and right and self.proofs.holds(session, conversation_id, phone):
            return None  # the same message once more: its answer was lost, its proof stands
        if row is None or row.used or row.expires_at <= self._clock.now():
            return CodeExpired()
        if row.tries >= TRIES:
            return CodeTriesSpent()
        if not right:
            row.tries += 1
            return CodeWrong(TRIES - row.tries) if row.tries < TRIES else CodeTriesSpent()
        row.used = True
        self.proofs.add(session, conversation_id, phone)
        return None

    def _lock(self, session: Session, phone: str) -> None:
        """Be alone with this phone until the transaction ends, on PostgreSQL too."""
        session.execute(text("INSERT INTO id_phone (phone) VALUES (:p) ON CONFLICT DO NOTHING"), {"p": phone})
        session.execute(select(PhoneRow).where(PhoneRow.phone == phone).with_for_update())

    def _newest(self, session: Session, phone: str) -> CodeRow | None:
        query = select(CodeRow).where(CodeRow.phone == phone).order_by(CodeRow.sent_at.desc()).limit(1)
        return session.scalar(query)

    def _hash(self, code_id: str, code: str) -> str:
        return hmac.new(self._secret, f"{code_id}:{code}".encode(), hashlib.sha256).hexdigest()


def open_identity(
    url: str, messages: Messages, clock: Clock, *, secret: str, ids: IdMaker | None = None
) -> OneTimeCodes:
    """Identity on the service database at `url` (`Settings.database`), its tables made."""
    db = Store(url, Base.metadata)
    db.create()
    return OneTimeCodes(db, messages, clock, secret=secret, ids=ids)
