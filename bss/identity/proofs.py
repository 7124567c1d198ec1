"""What each conversation has proven, for half an hour."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bss.identity.models import ProofRow
from common.clock import Clock
from common.store import Store

PROOF_LIFE = dt.timedelta(minutes=30)


class Proofs:
    """Proofs by conversation. A new proof replaces the old one."""

    def __init__(self, db: Store, clock: Clock, life: dt.timedelta = PROOF_LIFE) -> None:
        self._db, self._clock, self._life = db, clock, life

    async def prove(self, conversation_id: str, phone: str) -> None:
        """Remember that this conversation is `phone`'s (after a code or a service password)."""
        await self._db.write(lambda s: self.add(s, conversation_id, phone))

    async def proven_phone(self, conversation_id: str) -> str | None:
        """The phone this conversation has proven, None if none or too long ago."""

        def work(session: Session) -> str | None:
            row = session.get(ProofRow, conversation_id)
            return row.phone if row is not None and row.expires_at > self._clock.now() else None

        return await self._db.read(work)

    async def revoke(self, conversation_id: str) -> None:
        """Forget what this conversation has proven."""
        gone = delete(ProofRow).where(ProofRow.conversation_id == conversation_id)
        await self._db.write(lambda s: s.execute(gone))

    def holds(self, session: Session, conversation_id: str, phone: str) -> bool:
        """Whether this conversation has proven this phone, within the caller's transaction."""
        row = session.get(ProofRow, conversation_id)
        return row is not None and row.phone == phone and row.expires_at > self._clock.now()

    def add(self, session: Session, conversation_id: str, phone: str) -> None:
        """`prove` within the caller's transaction."""
        expires = self._clock.now() + self._life
        session.merge(ProofRow(conversation_id=conversation_id, phone=phone, expires_at=expires))
