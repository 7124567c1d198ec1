"""Counts of tickets over a time, in one query."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from common.clock import CHINA
from common.errors import InvalidInput
from service_desk.models import TicketRow


@dataclass(frozen=True)
class Report:
    """Tickets created in [start, end). `sla`: met, missed (finished late), running, overdue (open and
    late), none (suspended or cancelled)."""

    start: dt.datetime
    end: dt.datetime
    total: int
    by_state: Mapping[str, int]
    by_category: Mapping[str, int]
    by_kind: Mapping[str, int]
    sla: Mapping[str, int]

    @property
    def sla_met_share(self) -> float | None:
        """Met of all that are decided, 0 to 1; None where none is."""
        decided = self.sla.get("met", 0) + self.sla.get("missed", 0) + self.sla.get("overdue", 0)
        return self.sla.get("met", 0) / decided if decided else None


def counts(session: Session, start: dt.datetime, end: dt.datetime, now: dt.datetime) -> Report:
    """The report as things stand at `now`."""
    row = TicketRow
    standing = case(
        ((row.state == "cancelled") | row.due_at.is_(None), "none"),
        (row.resolved_at.is_not(None) & (row.resolved_at <= row.due_at), "met"),
        (row.resolved_at.is_not(None), "missed"),
        (row.due_at < now, "overdue"),
        else_="running",
    )
    groups = (row.state, row.category, row.kind, standing)
    query = (
        select(*groups, func.count())
        .where(row.created_at >= start, row.created_at < end)
        .group_by(row.state, row.category, row.kind, standing)
    )
    tallies: tuple[Counter[str], ...] = tuple(Counter() for _ in groups)
    total = 0
    for *values, n in session.execute(query):
        total += n
        for tally, value in zip(tallies, values, strict=True):
            tally[value] += n
    states, categories, kinds, sla = (dict(sorted(tally.items())) for tally in tallies)
    return Report(start, end, total, states, categories, kinds, sla)


def span(text: str) -> tuple[dt.datetime, dt.datetime]:
    """`2026-11-23` or `2026-11` as [start, end). Raises `InvalidInput`."""
    try:
        if len(text) == len("2026-11"):
            first = dt.date.fromisoformat(text + "-01")
            days = calendar.monthrange(first.year, first.month)[1]
        else:
            first, days = dt.date.fromisoformat(text), 1
    except ValueError as error:
        raise InvalidInput(
            "not a day or a month", message_zh="日期写成 2026-11-23，月份写成 2026-11。"
        ) from error
    start = dt.datetime.combine(first, dt.time(), CHINA)
    return start, start + dt.timedelta(days=days)
