"""All entities of one text."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator

from nlu.entities.addresses import find_addresses
from nlu.entities.flat import flatten
from nlu.entities.months import find_months
from nlu.entities.numbers import find_runs
from nlu.entities.plans import find_plans
from nlu.entities.quantities import find_quantities
from nlu.entities.relations import find_relations
from nlu.entities.times import find_times
from nlu.entities.types import Entity

#: Longest text that is searched, characters.
MAX_CHARS = 1000


def extract(text: str, now: dt.datetime | None = None) -> list[Entity]:
    """Entities in the order they stand. `now` resolves 上个月 and 明天 (default: this moment).

    Where two claim the same characters the earlier kind wins: a ticket id is no phone, a phone no amount.
    """
    now = now or dt.datetime.now()
    text = text[:MAX_CHARS]
    flat = flatten(text)
    found = _free(find_runs(flat), [])
    for run in found:
        flat = flat[:run.start] + "§" * (run.end - run.start) + flat[run.end:]
    for finder in (find_plans(flat), find_addresses(flat), find_times(flat, now),
                   find_months(flat, now.date()), find_quantities(flat), find_relations(flat)):
        found.extend(_free(finder, found))
    return [_in_words(e, text) for e in sorted(found, key=lambda e: e.start)]


def _free(new: Iterator[Entity], taken: list[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in new:
        if not any(entity.overlaps(other) for other in [*taken, *kept]):
            kept.append(entity)
    return kept


def _in_words(entity: Entity, text: str) -> Entity:
    """The same, with the customer's own characters; what has no written form is valued as said."""
    said = text[entity.start:entity.end]
    return dataclasses.replace(entity, text=said, value=said if entity.value is None else entity.value)
