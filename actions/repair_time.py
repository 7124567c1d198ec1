"""When a repairer may come, out of what was said: 明天下午三点, 周六, 越早越好, 往后推两天. Pure functions."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from actions.framework.turn import Turn
from actions.hearing import positive
from nlu.text.numerals import parse_number
from service_desk.types import Appointment, Period
from service_desk.wording import PERIODS, day

_SOONEST = re.compile(r"(越|最|尽|赶)(快|早|紧)|随便|都行|都可以|都中|随时|哪个都|什么时候都|早点来|马上来|现在就")
_WORDS = {Period.MORNING: re.compile(r"上午|早上|早晨|上昼|一早|清早"), Period.AFTERNOON: re.compile(r"下午|午后|后晌|下昼|晏昼|下半天"),
          Period.EVENING: re.compile(r"晚上|傍晚|夜里|下班|晚黑|夜晚")}  # fmt: skip
_SHIFT = re.compile(r"(?P<later>推迟|往后|延后|推后|延迟|晚|后推)?.{0,2}?(?P<n>[一两二三四五六1-6])天(?P<after>后)?")
_BARE_HOUR = re.compile(r"(\d{1,2}|[一二两三四五六七八九十]{1,3})点(?!子)")
_EARLIER = re.compile(r"提前|往前|早")


@dataclass(frozen=True)
class Wish:
    """A day, a part of the day, both or `soonest`; days may be ruled out by nothing said (None)."""

    date: dt.date | None = None
    period: Period | None = None
    soonest: bool = False


def wish(turn: Turn, booked: Appointment | None = None, *, asked: bool = False) -> Wish | None:
    """What time the customer wants; None where none was said.

    A move by days is counted from `booked`; the booked day itself only says which visit is meant.
    `asked`: a bare hour (两点以后) answers the question for a time; else it may be about anything.
    """
    text = positive(turn.text)
    times = [e for e in turn.said.entities if e.get("entity") == "time"]
    kept = [e for e in times if turn.text[e["start"] : e["end"]] in text] or times
    period = next((p for p, words in _WORDS.items() if words.search(text)), None)
    move = _SHIFT.search(text)
    if kept and not (booked is not None and move and move["later"]):
        value = kept[-1]["value"]
        wanted = Wish(dt.date.fromisoformat(value["date"]), _period(value, text) or period)
        if booked is None or wanted.date != booked.date or wanted.period not in (None, booked.period):
            return wanted
    if booked is not None and move:
        days = int(parse_number(move["n"]) or 0)
        if move["later"] or move["after"]:
            return Wish(booked.date + dt.timedelta(days=days), period or booked.period)
        if _EARLIER.search(text):
            return Wish(booked.date - dt.timedelta(days=days), period or booked.period)
    if asked and (hours := _BARE_HOUR.findall(text)):
        period = _period({"hour": int(parse_number(hours[-1]) or 0) % 24}, text)
    if period is not None:
        return Wish(booked.date if booked is not None else None, period)
    return Wish(soonest=True) if _SOONEST.search(text) else None


def _period(value: dict[str, object], text: str) -> Period | None:
    hour, said = value.get("hour"), value.get("period")
    if isinstance(hour, int):
        if 1 <= hour <= 7 and not _WORDS[Period.MORNING].search(text):
            hour += 12  # nobody books a visit for 3 in the morning
        return Period.MORNING if hour < 12 else Period.AFTERNOON if hour < 18 else Period.EVENING
    return {"上午": Period.MORNING, "下午": Period.AFTERNOON, "晚上": Period.EVENING}.get(str(said))


def pick(wanted: Wish, free: Sequence[Appointment]) -> list[Appointment]:
    """The free periods that fit, soonest first; one only where the wish leaves no choice."""
    if wanted.soonest:
        return list(free[:1])
    fitting = [a for a in free if wanted.period in (None, a.period) and wanted.date in (None, a.date)]
    return fitting[:1] if wanted.date is None else fitting


def when_zh(appointment: Appointment, today: dt.date) -> str:
    """明天下午2点到6点."""
    part, hours = PERIODS[appointment.period]
    return f"{day(appointment.date, today)}{part}{hours}"


def short_zh(appointment: Appointment, today: dt.date) -> str:
    """明天下午: a button."""
    return f"{day(appointment.date, today)}{PERIODS[appointment.period][0]}"


def dump(appointment: Appointment) -> str:
    """`2026-03-19/afternoon`, as it is kept in a task."""
    return f"{appointment.date.isoformat()}/{appointment.period.value}"


def load(text: str) -> Appointment:
    date, _, period = text.partition("/")
    return Appointment(dt.date.fromisoformat(date), Period(period))
