"""Tables of staff, all named `staff_*`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import DDL, Connection, ForeignKey, String, Text, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, mapped_column

from common.store import Moment


class Base(DeclarativeBase):
    """Base of the staff tables."""

    type_annotation_map = {dt.datetime: Moment()}  # noqa: RUF012


class AccountRow(Base):
    """One person. `name` is what they type, `shown` what others see."""

    __tablename__ = "staff_account"

    account_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    shown: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(16))
    password: Mapped[str] = mapped_column(String(200))  #: argon2, with its parameters and salt
    demo: Mapped[bool] = mapped_column(default=False)  #: still has the demo's password
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]
    password_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime | None]


class SessionRow(Base):
    """One signed-in browser. The token itself is never kept, only its SHA-256."""

    __tablename__ = "staff_session"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("staff_account.account_id"), index=True)
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]


class TriesRow(Base):
    """Failed tries under one key: `account:...` or `address:...`, both hashed."""

    __tablename__ = "staff_tries"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[dt.datetime]
    closed_until: Mapped[dt.datetime | None]


class AuditRow(Base):
    """One thing done. `who` and `thing` are names of accounts, entries and versions; never of customers."""

    __tablename__ = "staff_audit"

    audit_id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(String(40), index=True)
    what: Mapped[str] = mapped_column(String(40))
    thing: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(Text)


@event.listens_for(AuditRow, "before_update")
@event.listens_for(AuditRow, "before_delete")
def _keep_audit(_: Mapper[Any], __: Connection, ___: AuditRow) -> None:
    raise RuntimeError("the audit of staff is append-only")


# The database refuses too, whatever program asks.
for _verb in ("UPDATE", "DELETE"):
    event.listen(
        AuditRow.__table__, "after_create",
        DDL(f"CREATE TRIGGER IF NOT EXISTS staff_audit_no_{_verb.lower()} BEFORE {_verb} ON staff_audit "
            "BEGIN SELECT RAISE(ABORT, 'staff_audit is append-only'); END").execute_if(dialect="sqlite"),
    )  # fmt: skip
    event.listen(
        AuditRow.__table__, "after_create",
        DDL(f"CREATE RULE staff_audit_no_{_verb.lower()} AS ON {_verb} TO staff_audit DO INSTEAD NOTHING")
        .execute_if(dialect="postgresql"),
    )  # fmt: skip
