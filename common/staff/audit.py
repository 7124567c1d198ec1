"""What staff did, in the order they did it. Nothing here is changed or deleted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from common.clock import Clock
from common.masking import mask_text
from common.staff.models import AuditRow
from common.store import Store

#: What each kind of line says, for pages and the command line.
DEEDS: dict[str, str] = {
    "sign_in": "登录",
    "sign_in_failed": "登录失败",
    "sign_out": "退出",
    "account_added": "新建账号",
    "role_changed": "改角色",
    "password_reset": "重设密码",
    "password_changed": "改自己的密码",
    "account_disabled": "停用账号",
    "account_enabled": "恢复账号",
    "draft_saved": "保存草稿",
    "draft_discarded": "丢弃草稿",
    "submitted": "提交审核",
    "approved": "审核通过并发布",
    "rejected": "退回",
    "withdrawn": "撤回审核",
    "restored": "退回旧版本",
    "imported": "导入",
    "mined": "处理未答问题",
    "exported": "导出",
    "deleted": "删除条目",
}
_LONGEST_DETAIL = 500


@dataclass(frozen=True)
class Deed:
    """One line of the trail. `who` is an account name, `thing` what it was done to."""

    at: dt.datetime
    who: str
    what: str
    thing: str
    detail: str

    @property
    def what_zh(self) -> str:
        return DEEDS.get(self.what, self.what)


class AuditTrail:
    """The table `staff_audit`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def add_in(self, session: Session, who: str, what: str, thing: str = "", detail: str = "") -> None:
        """Write one line as part of a transaction. Numbers that could be a customer's are masked."""
        session.add(AuditRow(at=self._clock.now(), who=who[:40], what=what, thing=mask_text(thing)[:120],
                             detail=mask_text(detail)[:_LONGEST_DETAIL]))

    async def add(self, who: str, what: str, thing: str = "", detail: str = "") -> None:
        """Write one line."""
        await self._store.write(lambda session: self.add_in(session, who, what, thing, detail))

    async def recent(self, limit: int = 100, offset: int = 0, who: str = "", thing: str = "") -> tuple[list[Deed], int]:
        """The latest lines first, and how many there are; of one account or one thing where given."""
        chosen = select(AuditRow)
        if who:
            chosen = chosen.where(AuditRow.who == who)
        if thing:
            chosen = chosen.where(AuditRow.thing == thing)

        def work(session: Session) -> tuple[list[Deed], int]:
            total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
            rows = session.scalars(chosen.order_by(AuditRow.audit_id.desc()).limit(limit).offset(offset))
            return [Deed(r.at, r.who, r.what, r.thing, r.detail) for r in rows], total

        return await self._store.read(work)
