"""Questions the knowledge base did not settle, kept masked for editors."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from common.clock import CHINA, Clock
from common.masking import mask_text
from common.trace import current_trace_id
from knowledge_base.search import SearchResult
from nlu.text.numerals import find_numbers

#: Nothing found; choices shown, none taken; answered, the customer said it did not help; ended with a person;
#: answered while another entry was nearly as likely.
Reason = Literal["none", "not_chosen", "not_helpful", "handed_over", "low_margin"]
REASON_NAMES: dict[str, str] = {
    "none": "没找到答案", "not_chosen": "给了选项没人选", "not_helpful": "客户说没帮上忙", "handed_over": "最后转了人工",
    "low_margin": "答了但没把握",
}  # fmt: skip
MAX_QUESTION = 200

METADATA = sa.MetaData()
MISSES = sa.Table(
    "kb_misses",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("reason", sa.String(16), nullable=False),
    sa.Column("question", sa.String(MAX_QUESTION), nullable=False),
    sa.Column("channel", sa.String(16)),
    sa.Column("region", sa.String(20)),
    sa.Column("nearest", sa.String(64)),
    sa.Column("probability", sa.Float),
    sa.Column("version", sa.String(12)),
    sa.Column("trace", sa.String(32)),
)


@dataclass(frozen=True)
class Miss:
    """One question not settled. `question` is masked; `nearest` is the entry that came closest.

    `trace` is that of the turn it was asked in: two misses of one trace are one asking with two fates.
    """

    at: dt.datetime
    reason: Reason
    question: str
    channel: str | None
    region: str | None
    nearest: str | None
    probability: float | None
    version: str | None
    trace: str = "-"


class Misses:
    """The table `kb_misses` of the service database. Methods block; call them from a thread in async code."""

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        METADATA.create_all(engine)

    def add(
        self,
        question: str,
        reason: Reason,
        result: SearchResult | None = None,
        channel: str | None = None,
        region: str | None = None,
    ) -> None:
        """Keep one question, masked and cut to 200 characters."""
        row = miss_row(self._clock.now(), question, reason, result, channel, region)
        with self._engine.begin() as connection:
            connection.execute(MISSES.insert().values(row))

    def recent(self, limit: int = 100, reason: Reason | None = None) -> list[Miss]:
        """The latest first."""
        query = sa.select(MISSES).order_by(MISSES.c.id.desc()).limit(limit)
        if reason:
            query = query.where(MISSES.c.reason == reason)
        return self._read(query)

    def between(self, since: dt.datetime, until: dt.datetime | None = None, limit: int = 20_000) -> list[Miss]:
        """Those of a period, the latest `limit` of them, the oldest first."""
        query = sa.select(MISSES).where(MISSES.c.at >= since.astimezone(CHINA))
        if until is not None:
            query = query.where(MISSES.c.at < until.astimezone(CHINA))
        return self._read(query.order_by(MISSES.c.id.desc()).limit(limit))[::-1]

    def forget_before(self, moment: dt.datetime) -> int:
        """Delete what is older; returns how many."""
        with self._engine.begin() as connection:
            return connection.execute(MISSES.delete().where(MISSES.c.at < moment.astimezone(CHINA))).rowcount

    def _read(self, query: sa.Select[Any]) -> list[Miss]:
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [
            Miss(
                # SQLite gives back what was kept, the wall clock of China.
                row.at if row.at.tzinfo else row.at.replace(tzinfo=CHINA),
                row.reason,
                row.question,
                row.channel,
                row.region,
                row.nearest,
                row.probability,
                row.version,
                row.trace or "-",
            )
            for row in rows
        ]


def miss_row(
    at: dt.datetime,
    question: str,
    reason: Reason,
    result: SearchResult | None = None,
    channel: str | None = None,
    region: str | None = None,
    trace: str | None = None,
) -> dict[str, Any]:
    """A row of the table: the question masked and cut. `trace` None: that of the turn being served."""
    hit = result.hits[0] if result and result.hits else None
    return {
        "at": at.astimezone(CHINA),
        "reason": reason,
        "question": mask_question(question)[:MAX_QUESTION],
        "channel": channel,
        "region": region,
        "nearest": hit.entry_id if hit else None,
        "probability": hit.probability if hit else None,
        "version": result.version if result else None,
        "trace": current_trace_id() if trace is None else trace,
    }


def mask_question(text: str) -> str:
    """`mask_text`, and numbers of six digits or more said in words (幺三八 ...) as well."""
    masked = mask_text(text)
    for span in reversed(find_numbers(masked)):
        if len(span.digits) >= 6:
            masked = masked[: span.start] + "#" * len(span.digits) + masked[span.end :]
    return masked
