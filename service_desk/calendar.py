"""Working time: which days and hours count, read from `calendar.yml`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from common.clock import CHINA
from common.errors import ConfigError

DEFAULT_CALENDAR = Path(__file__).with_name("calendar.yml")
_FAR = 800  #: days looked ahead before giving up


@dataclass(frozen=True)
class WorkCalendar:
    """Working days and hours. Weekends are free unless listed; unlisted years have no holidays."""

    hours: tuple[tuple[dt.time, dt.time], ...]
    service: tuple[dt.time, dt.time]
    weekdays: frozenset[int]
    holidays: frozenset[dt.date]
    extra: frozenset[dt.date]
    confirmed: frozenset[int]

    @classmethod
    def load(cls, path: Path = DEFAULT_CALENDAR) -> WorkCalendar:
        """Raises `ConfigError` naming what is wrong."""
        try:
            return cls._build(yaml.safe_load(path.read_text("utf-8")))
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise ConfigError(
                f"{path.name}: {error}", message_zh=f"工作日历 {path.name} 有误：{error}"
            ) from error

    @classmethod
    def _build(cls, raw: dict[str, Any]) -> WorkCalendar:
        hours = tuple((_time(a), _time(b)) for a, b in raw["working_hours"])
        for (start, end), after in zip(hours, [*hours[1:], None], strict=True):
            if end <= start or (after is not None and after[0] < end):
                raise ValueError("working_hours 要从早到晚，不能重叠")
        holidays: set[dt.date] = set()
        extra: set[dt.date] = set()
        confirmed = set()
        for year, entry in raw["years"].items():
            for holiday in entry["holidays"]:
                first, last = holiday["from"], holiday["to"]
                if last < first or first.year != year:
                    raise ValueError(f"{year} 年 {holiday.get('name', '')} 的日期不对")
                holidays.update(first + dt.timedelta(days=n) for n in range((last - first).days + 1))
            extra.update(entry.get("working_days") or ())
            if entry["status"] == "confirmed":
                confirmed.add(int(year))
        if both := holidays & extra:
            raise ValueError(f"{min(both)} 既是假日又是上班日")
        start, end = raw["service_hours"]
        weekdays = frozenset(raw["working_weekdays"])
        if not hours or not weekdays <= set(range(1, 8)) or not weekdays:
            raise ValueError("working_hours、working_weekdays 不能为空，周几写 1 到 7")
        return cls(
            hours,
            (_time(start), _time(end)),
            weekdays,
            frozenset(holidays),
            frozenset(extra),
            frozenset(confirmed),
        )

    def is_working_day(self, day: dt.date) -> bool:
        if day in self.extra:
            return True
        return day not in self.holidays and day.isoweekday() in self.weekdays

    def is_working(self, moment: dt.datetime) -> bool:
        """Whether the working clock runs at `moment`."""
        local = moment.astimezone(CHINA)
        return self.is_working_day(local.date()) and any(a <= local.time() < b for a, b in self.hours)

    def in_service(self, moment: dt.datetime) -> bool:
        """Whether people answer the line at `moment`."""
        return self.service[0] <= moment.astimezone(CHINA).time() < self.service[1]

    def add(self, start: dt.datetime, span: dt.timedelta) -> dt.datetime:
        """The moment `span` of working time after `start`."""
        left = span
        for begin, end in self._spans(start):
            if left <= end - begin:
                return begin + left
            left -= end - begin
        raise ConfigError("no working time", message_zh="工作日历里没有工作时间。")

    def between(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """Working time from `start` to `end`; nothing where `end` is not later."""
        total = dt.timedelta()
        if end <= start:
            return total
        for begin, finish in self._spans(start):
            if begin >= end:
                break
            total += min(finish, end) - begin
        return total

    def _spans(self, start: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        local = start.astimezone(CHINA)
        for offset in range(_FAR):
            day = local.date() + dt.timedelta(days=offset)
            if not self.is_working_day(day):
                continue
            for a, b in self.hours:
                begin, end = dt.datetime.combine(day, a, CHINA), dt.datetime.combine(day, b, CHINA)
                if end > local:
                    yield max(begin, local), end


def _time(text: str) -> dt.time:
    if text == "24:00":
        return dt.time.max
    return dt.time.fromisoformat(text)
