"""Tables of identity in the service database, all named `id_*`."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from common.store import Moment


class Base(DeclarativeBase):
    """Root of the identity tables."""

    type_annotation_map = {dt.datetime: Moment}  # noqa: RUF012


class PhoneRow(Base):
    """One row a phone, there to be locked."""

    __tablename__ = "id_phone"

    phone: Mapped[str] = mapped_column(String(20), primary_key=True)


class CodeRow(Base):
    """A code that was sent, as a keyed hash. Only the newest of a phone counts."""

    __tablename__ = "id_code"
    __table_args__ = (Index("id_code_by_phone", "phone", "sent_at"),)

    code_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    phone: Mapped[str] = mapped_column(String(20))
    code_hash: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used: Mapped[bool] = mapped_column(default=False)


class ProofRow(Base):
    """A conversation has proven to be this phone's."""

    __tablename__ = "id_proof"

    conversation_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    phone: Mapped[str] = mapped_column(String(20))
    expires_at: Mapped[dt.datetime]
