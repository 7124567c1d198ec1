"""When a ticket is due: limits by kind, category, segment and priority from `sla.yml`, on two clocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from common.errors import ConfigError
from service_desk.calendar import WorkCalendar
from service_desk.types import Category, Kind, Priority

DEFAULT_SLA = Path(__file__).with_name("sla.yml")
_CONDITIONS: Mapping[str, frozenset[str]] = {
    "kind": frozenset(k.value for k in Kind),
    "category": frozenset(c.value for c in Category),
    "priority": frozenset(p.value for p in Priority),
    "segment": frozenset({"consumer", "enterprise"}),
}


@dataclass(frozen=True)
class Limit:
    """How long a ticket may take. `working`: only working time counts."""

    span: dt.timedelta
    working: bool


@dataclass(frozen=True)
class _Rule:
    conditions: tuple[tuple[str, str], ...]
    limit: Limit


@dataclass(frozen=True)
class Sla:
    """The limits and the calendar they run on."""

    rules: tuple[_Rule, ...]
    calendar: WorkCalendar
    warn_before: dt.timedelta
    warn_short_share: float

    @classmethod
    def load(cls, path: Path = DEFAULT_SLA, calendar: WorkCalendar | None = None) -> Sla:
        """Raises `ConfigError` naming the line that is wrong."""
        try:
            raw = yaml.safe_load(path.read_text("utf-8"))
            rules = tuple(_rule(entry) for entry in raw["limits"])
            if not rules or rules[-1].conditions:
                raise ValueError("limits 的最后一条不能带条件")
            return cls(
                rules,
                calendar or WorkCalendar.load(),
                dt.timedelta(minutes=raw["warn_before_minutes"]),
                float(raw["warn_short_share"]),
            )
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise ConfigError(
                f"{path.name}: {error}", message_zh=f"时限表 {path.name} 有误：{error}"
            ) from error

    def limit(self, kind: str, category: str, priority: str, segment: str = "consumer") -> Limit:
        """The first rule that fits."""
        facts = {"kind": str(kind), "category": str(category), "priority": str(priority), "segment": segment}
        return next(r.limit for r in self.rules if all(facts[name] == value for name, value in r.conditions))

    def due(self, start: dt.datetime, limit: Limit) -> dt.datetime:
        """When time is up for a ticket whose clock starts at `start`."""
        return self.after(start, limit.span, working=limit.working)

    def after(self, start: dt.datetime, span: dt.timedelta, *, working: bool) -> dt.datetime:
        """The moment `span` later; where time is already overdrawn (`span` negative) that long ago."""
        if span < dt.timedelta():
            return start + span
        return self.calendar.add(start, span) if working else start + span

    def left(self, now: dt.datetime, due: dt.datetime, *, working: bool) -> dt.timedelta:
        """Time left on the ticket's own clock; negative, by the wall clock, when overdue."""
        if due <= now:
            return due - now
        return self.calendar.between(now, due) if working else due - now

    def warn_at(self, start: dt.datetime, due: dt.datetime) -> dt.datetime:
        """When to warn: two hours before `due`; for short limits when half of it is left."""
        return due - min(self.warn_before, (due - start) * self.warn_short_share)


def _rule(entry: dict[str, Any]) -> _Rule:
    conditions = {k: str(v) for k, v in entry.items() if k not in ("hours", "clock")}
    for name, value in conditions.items():
        if value not in _CONDITIONS.get(name, ()):
            raise ValueError(f"不认识的条件 {name}: {value}")
    if entry["clock"] not in ("always", "working") or not 0 < entry["hours"] <= 24 * 90:
        raise ValueError(f"hours 或 clock 不对：{entry}")
    limit = Limit(dt.timedelta(hours=entry["hours"]), entry["clock"] == "working")
    return _Rule(tuple(conditions.items()), limit)
