"""One function for every kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voice_gateway.synthesis.clauses import STOP
from voice_gateway.synthesis.spoken import groups, measures, moments, money, names, versions
from voice_gateway.synthesis.spoken.kinds import GROUP, Reading, SpokenKind

_LONGEST = 200
_READ: Mapping[SpokenKind, Callable[[str, Reading], str]] = {
    SpokenKind.AMOUNT: money.amount,
    SpokenKind.PHONE: groups.phone,
    SpokenKind.TICKET_ID: groups.ticket_id,
    SpokenKind.ID_NUMBER: groups.id_number,
    SpokenKind.CODE: groups.code,
    SpokenKind.DIGITS: groups.one_by_one,
    SpokenKind.NUMBER: measures.plain,
    SpokenKind.COUNT: measures.count,
    SpokenKind.DATA_VOLUME: measures.data_volume,
    SpokenKind.BANDWIDTH: measures.bandwidth,
    SpokenKind.DATE: moments.date,
    SpokenKind.TIME: moments.time,
    SpokenKind.CLOCK: moments.clock,
    SpokenKind.MONTH: moments.month,
    SpokenKind.DURATION: moments.duration,
    SpokenKind.PERCENT: measures.percent,
    SpokenKind.RANGE: measures.span,
    SpokenKind.RATIO: measures.ratio,
    SpokenKind.ORDINAL: measures.ordinal,
    SpokenKind.PLAN_NAME: names.plan_name,
    SpokenKind.LETTERS: names.letters,
    SpokenKind.VERSION: versions.version,
}


def render(kind: SpokenKind | str, content: str, reading: Reading = Reading.MANDARIN, gap: str = STOP) -> str:
    """`content` in words. Never raises: an unknown kind, and content that is not of its kind, come back as they are.

    `gap` stands between the groups of a long number: 、 is a short stop inside a clause, ， makes each group a clause.
    """
    content = content.strip()
    try:
        read = _READ[SpokenKind(kind)]
        return read(content, reading).replace(GROUP, gap) if len(content) <= _LONGEST else content
    except ValueError:
        return content
