"""Entities of what was meant: by the characters that were said, and where those were misheard or dialect, by the mended ones."""

from __future__ import annotations

import dataclasses
import datetime as dt

from nlu.entities.extract import extract
from nlu.entities.types import Entity
from nlu.standard.form import standard


def hear_entities(text: str, now: dt.datetime | None = None) -> list[Entity]:
    """As `nlu.entities.extract`, spans of the original; what the speaker took back is left out.

    What is found in the original stands; the mended text adds what only it shows (笑心咖: 孝心卡).
    """
    heard = standard(text)
    found = extract(text, now)
    if heard.said.text == heard.said.original or not heard.said.text:
        return found
    kept = {at for start, end in heard.said.places for at in range(start, end)}
    gone = set(range(len(heard.said.original))) - kept
    found = [e for e in found if not _taken_back(e, heard.mended.text != heard.said.text, gone)]
    for entity in extract(heard.said.text, now):
        start, end = heard.said.span(entity.start, entity.end)
        moved = dataclasses.replace(entity, start=start, end=end, text=text[start:end])
        if not any(moved.overlaps(other) for other in found) and entity.value != entity.text:
            found.append(moved)
    return sorted(found, key=lambda e: e.start)


def _taken_back(entity: Entity, corrected: bool, gone: set[int]) -> bool:
    return corrected and gone.issuperset(range(entity.start, entity.end))
