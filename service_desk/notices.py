"""Messages owed to customers: written with the change itself, sent afterwards, retried, never doubled.

A row is claimed before it is sent. Should the process die between sending and noting it, the row is sent
again with the same idempotency key, which the Messages port answers without a second message.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bss.types import Message, MessageKind
from common.clock import Clock
from common.errors import YidaError
from common.log import get_logger
from service_desk.models import NoticeRow
from service_desk.settings import DeskSettings
from service_desk.store import DeskStore

log = get_logger(__name__)
_CLAIM = dt.timedelta(seconds=60)
_BATCH = 50
#: Codes after which trying again is useless: not a customer of ours, malformed number.
_FINAL = frozenset({"not_a_customer", "invalid_input", "not_eligible"})


class Messages(Protocol):
    """The part of `bss.ports.Messages` the desk needs."""

    async def send(self, phone: str, text: str, kind: MessageKind, idempotency_key: str) -> Message: ...


class Outbox:
    """`messages` None: notices are only written down; another process sends them."""

    def __init__(
        self, store: DeskStore, messages: Messages | None, clock: Clock, settings: DeskSettings
    ) -> None:
        self._store = store
        self._messages = messages
        self._clock = clock
        self._settings = settings

    def owe(self, session: Session, ticket_id: str, phones: list[str], text: str, what: str) -> None:
        """Note a message in the caller's transaction, once for each number."""
        now = self._clock.now()
        count = select(func.count()).select_from(NoticeRow).where(NoticeRow.ticket_id == ticket_id)
        first = session.scalar(count) or 0
        for n, phone in enumerate(phones, start=first + 1):
            session.add(
                NoticeRow(
                    key=f"{ticket_id}:{n}:{what}",
                    ticket_id=ticket_id,
                    phone=phone,
                    text=text,
                    kind=MessageKind.TICKET,
                    state="pending",
                    attempts=0,
                    next_at=now,
                    created_at=now,
                    sent_at=None,
                    last_error="",
                )
            )
            session.flush()

    async def flush(self, ticket_id: str | None = None) -> int:
        """Send what is due (of one ticket); how many went out."""
        if self._messages is None:
            return 0
        sent = 0
        for key, phone, text in await self._store.write(lambda s: self._claim(s, ticket_id)):
            sent += await self._send(key, phone, text)
        return sent

    async def flush_soon(self, ticket_id: str) -> None:
        """`flush` one ticket's, but give up waiting after `notice_timeout`; `tick` sends what is left."""
        try:
            await asyncio.wait_for(self.flush(ticket_id), self._settings.notice_timeout)
        except TimeoutError:
            log.warning("notice late", extra={"ticket": ticket_id})

    def _claim(self, session: Session, ticket_id: str | None) -> list[tuple[str, str, str]]:
        now = self._clock.now()
        query = select(NoticeRow).where(NoticeRow.state == "pending", NoticeRow.next_at <= now)
        if ticket_id is not None:
            query = query.where(NoticeRow.ticket_id == ticket_id)
        rows = session.scalars(query.order_by(NoticeRow.created_at, NoticeRow.key).limit(_BATCH)).all()
        for row in rows:
            row.next_at = now + _CLAIM
        return [(row.key, row.phone, row.text) for row in rows]

    async def _send(self, key: str, phone: str, text: str) -> int:
        assert self._messages is not None
        error = ""
        try:
            await self._messages.send(phone, text, MessageKind.TICKET, f"desk:{key}")
        except YidaError as failure:
            error = failure.code
        except Exception as failure:  # a port may break in its own way; the notice is still owed
            error = type(failure).__name__
        if error:
            log.warning("notice not sent", extra={"notice": key, "error_code": error})
        await self._store.write(lambda s: self._settle(s, key, error))
        return 0 if error else 1

    def _settle(self, session: Session, key: str, error: str) -> None:
        row = session.get_one(NoticeRow, key)
        row.attempts += 1
        row.last_error = error[:40]
        now = self._clock.now()
        if not error:
            row.state, row.sent_at = "sent", now
        elif error in _FINAL:
            row.state = "refused"
        else:
            steps = self._settings.notice_retry
            row.next_at = now + dt.timedelta(minutes=steps[min(row.attempts, len(steps)) - 1])
