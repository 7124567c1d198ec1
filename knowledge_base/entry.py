"""One FAQ entry as the program holds it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

_REGION_TAIL = re.compile(r"(?:特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|自治州|省|市)$")


@dataclass(frozen=True)
class Answer:
    """`text` for the eye (light Markdown), `speech` for the ear; references unrendered."""

    text: str
    speech: str


@dataclass(frozen=True)
class Entry:
    """One FAQ entry; empty tuples and None mean no limit. Dates are whole days, both included."""

    id: str
    category: str
    question: str
    similar: tuple[str, ...]
    answer: Answer
    keywords: tuple[str, ...]
    channels: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    related: tuple[str, ...] = ()
    action: str | None = None
    owner: str = ""
    note: str = ""
    file: str = ""
    line: int = 0

    @property
    def questions(self) -> tuple[str, ...]:
        """The standard question first, then the similar ones."""
        return (self.question, *self.similar)

    @property
    def limited(self) -> bool:
        """Whether there is any channel, region, segment or date where it may not be used."""
        return bool(self.channels or self.regions or self.segments or self.valid_from or self.valid_to)

    def applies(self, channel: str | None, region: str | None, segment: str | None, day: dt.date) -> bool:
        """Whether the entry may be used here and now.

        None means "do not filter by this"; an empty string means "not known" and passes unlimited entries
        only.
        """
        if self.valid_from and day < self.valid_from:
            return False
        if self.valid_to and day > self.valid_to:
            return False
        if self.channels and channel is not None and channel not in self.channels:
            return False
        if self.segments and segment is not None and segment not in self.segments:
            return False
        return not (self.regions and region is not None and not _region_fits(self.regions, region))


def _region_fits(regions: tuple[str, ...], region: str) -> bool:
    """`四川` fits 四川, 四川省, 四川省成都市; `成都` fits 四川省成都市."""
    return any(_REGION_TAIL.sub("", wanted) in region for wanted in regions)
