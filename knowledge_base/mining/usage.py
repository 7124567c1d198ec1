"""What became of each entry: hit counts, how often it helped, and entries nobody ever needed."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from common.store import Store
from knowledge_base.mining.recorder import EVENTS
from knowledge_base.mining.tables import UsageRow
from knowledge_base.misses import Miss
from nlu.text.normalize import question_key

#: Of the normal distribution: 95 % of intervals hold the true share.
_Z = 1.959964


@dataclass(frozen=True)
class Share:
    """A share in 0..1 with its 95 % Wilson interval; `of` is how many it was taken from."""

    value: float
    low: float
    high: float
    of: int


@dataclass(frozen=True)
class EntryUsage:
    """Counts of one entry over a period. `last` is the latest day anything happened to it."""

    entry_id: str
    served: int
    offered: int
    chosen: int
    helpful: int
    not_helpful: int
    last: dt.date | None

    @property
    def helpfulness(self) -> Share | None:
        """Share of those who said so that it helped, None where nobody said anything."""
        return wilson(self.helpful, self.helpful + self.not_helpful)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; shares to four places."""
        share = self.helpfulness
        rounded = {name: round(value, 4) for name, value in asdict(share).items()} if share else None
        return {**asdict(self), "helpfulness": rounded}


def wilson(successes: int, trials: int) -> Share | None:
    """A share with its 95 % Wilson interval, None of no trials."""
    if trials <= 0:
        return None
    share = successes / trials
    centre = share + _Z * _Z / (2 * trials)
    spread = _Z * math.sqrt(share * (1 - share) / trials + _Z * _Z / (4 * trials * trials))
    scale = 1 + _Z * _Z / trials
    return Share(share, max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale), trials)


class Usage:
    """Questions to `kb_usage`. Methods block; call them from a thread in async code."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def by_entry(self, since: dt.date | None = None, until: dt.date | None = None) -> list[EntryUsage]:
        """Entries that anything happened to (days `since` up to and with `until`), the most answered first."""
        sums = [func.sum(getattr(UsageRow, name)).label(name) for name in EVENTS]
        query = select(UsageRow.entry_id, *sums, func.max(UsageRow.day).label("last")).group_by(UsageRow.entry_id)
        if since is not None:
            query = query.where(UsageRow.day >= since)
        if until is not None:
            query = query.where(UsageRow.day <= until)

        def work(session: Session) -> list[EntryUsage]:
            return [
                EntryUsage(row.entry_id, last=row.last, **{name: int(getattr(row, name)) for name in EVENTS})
                for row in session.execute(query)
            ]

        return sorted(self._store.read_now(work), key=lambda u: (-u.served, -u.offered, u.entry_id))

    def hits(self) -> dict[str, int]:
        """How often each entry answered, ever; what the list of entries shows."""
        return {used.entry_id: used.served for used in self.by_entry()}

    def never_used(self, entry_ids: Iterable[str], since: dt.date | None = None) -> list[str]:
        """Those of these entries that were neither answered nor offered from that day on, in their order."""
        used = {u.entry_id for u in self.by_entry(since) if u.served or u.offered}
        return [entry_id for entry_id in entry_ids if entry_id not in used]


@dataclass(frozen=True)
class TopMiss:
    """One question missed `times` times; `reasons` counts its fates."""

    question: str
    times: int
    reasons: dict[str, int]
    nearest: str | None


def top_misses(misses: Sequence[Miss], limit: int = 20) -> list[TopMiss]:
    """The questions missed most, the same but for marks and case taken together."""
    found: dict[str, list[Miss]] = {}
    for miss in misses:
        found.setdefault(question_key(miss.question), []).append(miss)
    tops = []
    for same in found.values():
        reasons = dict(Counter(str(miss.reason) for miss in same))
        tops.append(TopMiss(same[-1].question, asked(same), reasons, same[-1].nearest))
    return sorted(tops, key=lambda top: (-top.times, top.question))[:limit]


def asked(misses: Sequence[Miss]) -> int:
    """How often it was asked: misses of one trace are one asking with two fates."""
    return len({m.trace for m in misses if m.trace != "-"}) + sum(m.trace == "-" for m in misses)
