"""How callers want to be spoken to, and what they thought of their calls. Numbers are kept as keyed sums only."""

from __future__ import annotations

import hashlib
import hmac

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from common.clock import Clock
from common.store import Moment, Store
from voice_gateway.profiles import Remembered


class Base(DeclarativeBase):
    pass


class MannerRow(Base):
    """One customer's manner of being spoken to."""

    __tablename__ = "caller_manner"
    caller: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    profile: Mapped[str] = mapped_column(sa.String(20), default="")
    dialect: Mapped[str] = mapped_column(sa.String(20), default="")
    louder: Mapped[bool] = mapped_column(default=False)
    at = mapped_column(Moment, nullable=False)


class RatingRow(Base):
    """The survey of one call: 1 satisfied, 2 so-so, 3 not."""

    __tablename__ = "call_rating"
    call_id: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    score: Mapped[int] = mapped_column(sa.Integer)
    at = mapped_column(Moment, nullable=False)


class CallMemory:
    """On the service database; `secret` keys the sums."""

    def __init__(self, url: str, secret: str, clock: Clock) -> None:
        self._store, self._secret, self._clock = Store(url, Base.metadata), secret.encode(), clock
        self._store.create()

    async def manner(self, number: str) -> Remembered | None:
        """None for a stranger."""

        def work(session: Session) -> Remembered | None:
            row = session.get(MannerRow, self._sum(number))
            return Remembered(row.profile, row.dialect, row.louder) if row else None

        return await self._store.read(work)

    async def remember(self, number: str, remembered: Remembered) -> None:
        """In place of what was remembered before."""
        row = MannerRow(caller=self._sum(number), profile=remembered.profile, dialect=remembered.dialect,
                        louder=remembered.louder, at=self._clock.now())  # fmt: skip
        await self._store.write(lambda session: session.merge(row))

    async def rate(self, call_id: str, score: int) -> None:
        """The last answer of a call counts."""
        row = RatingRow(call_id=call_id[:80], score=score, at=self._clock.now())
        await self._store.write(lambda session: session.merge(row))

    async def ratings(self) -> dict[int, int]:
        """How many calls had each score."""

        def work(session: Session) -> dict[int, int]:
            found = session.execute(sa.select(RatingRow.score, sa.func.count()).group_by(RatingRow.score))
            return {int(score): int(count) for score, count in found}

        return await self._store.read(work)

    async def forget_all(self) -> None:
        """The demo is put back."""

        def work(session: Session) -> None:
            session.execute(sa.delete(MannerRow))
            session.execute(sa.delete(RatingRow))

        await self._store.write(work)

    def close(self) -> None:
        """Let the database go."""
        self._store.close()

    def _sum(self, number: str) -> str:
        return hmac.new(self._secret, number.encode(), hashlib.sha256).hexdigest()
