"""All entities of one text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from nlu.entities.dates import find_months, find_times
from nlu.entities.numbers import find_quantities, find_runs
from nlu.entities.types import Entity
from nlu.entities.words import find_addresses, find_plans, find_relations

#: Longest text that is searched, characters.
MAX_CHARS = 1000


def extract(text: str, now: dt.datetime | None = None) -> list[Entity]:
    """Entities in the order they stand. `now` resolves 上个月 and 明天 (default: this moment).

    Where two claim the same characters the earlier kind wins: a ticket id is no phone, a phone no amount.
    """
    now = now or dt.datetime.now()
    text = text[:MAX_CHARS]
    found: list[Entity] = []
    for finder in (find_runs(text), find_plans(text), find_addresses(text), find_times(text, now),
                   find_months(text, now.date()), find_quantities(text), find_relations(text)):
        found.extend(_not_taken(finder, found))
    return sorted(found, key=lambda e: e.start)


def _not_taken(new: Iterator[Entity], taken: list[Entity]) -> list[Entity]:
    return [entity for entity in new if not any(entity.overlaps(other) for other in taken)]
