"""Questions the knowledge base did not settle, kept masked for editors."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from common.clock import Clock
from common.masking import mask_text
from common.trace import current_trace_id
from knowledge_base.search import SearchResult
from nlu.text.numerals import find_numbers

#: Nothing found; choices shown, none taken; answered, the customer said it did not help; ended with a person.
Reason = Literal["none", "not_chosen", "not_helpful", "handed_over"]
MAX_QUESTION = 200

_metadata = sa.MetaData()
_misses = sa.Table(
    "kb_misses",
    _metadata,
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
    """One question not settled. `question` is masked; `nearest` is the entry that came closest."""

    at: dt.datetime
    reason: Reason
    question: str
    channel: str | None
    region: str | None
    nearest: str | None
    probability: float | None
    version: str | None


class Misses:
    """The table `kb_misses` of the service database. Methods block; call them from a thread in async code."""

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        _metadata.create_all(engine)

    def add(
        self,
        question: str,
        reason: Reason,
        result: SearchResult | None = None,
        channel: str | None = None,
        region: str | None = None,
    ) -> None:
        """Keep one question, masked and cut to 200 characters."""
        hit = result.hits[0] if result and result.hits else None
        with self._engine.begin() as connection:
            connection.execute(
                _misses.insert().values(
                    at=self._clock.now(),
                    reason=reason,
                    question=mask_question(question)[:MAX_QUESTION],
                    channel=channel,
                    region=region,
                    nearest=hit.entry_id if hit else None,
                    probability=hit.probability if hit else None,
                    version=result.version if result else None,
                    trace=current_trace_id(),
                )
            )

    def recent(self, limit: int = 100, reason: Reason | None = None) -> list[Miss]:
        """The latest first."""
        query = sa.select(_misses).order_by(_misses.c.id.desc()).limit(limit)
        if reason:
            query = query.where(_misses.c.reason == reason)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [
            Miss(
                row.at,
                row.reason,
                row.question,
                row.channel,
                row.region,
                row.nearest,
                row.probability,
                row.version,
            )
            for row in rows
        ]

    def forget_before(self, moment: dt.datetime) -> int:
        """Delete what is older; returns how many."""
        with self._engine.begin() as connection:
            return connection.execute(_misses.delete().where(_misses.c.at < moment)).rowcount


def mask_question(text: str) -> str:
    """`mask_text`, and numbers of six digits or more said in words (幺三八 ...) as well."""
    masked = mask_text(text)
    for span in reversed(find_numbers(masked)):
        if len(span.digits) >= 6:
            masked = masked[: span.start] + "#" * len(span.digits) + masked[span.end :]
    return masked
