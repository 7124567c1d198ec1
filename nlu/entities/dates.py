"""Months and appointment times, relative to a day given by the caller."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from nlu.entities.types import Entity
from nlu.text.numerals import parse_number

_N = r"(?:\d{1,2}|[一二三四五六七八九十两]{1,3})"
_MONTH = re.compile(
    rf"(?P<upup>上上个?月|前个月|大上个月)|(?P<up>上个?月|上月份?|头个月|上一个月)|(?P<this>这个?月|本月|当月|今个月|呢个月|这一个月)"
    rf"|(?P<year>去年|今年|前年|(?:20)?\d\d年|二零[零一二三四五六七八九]{{2}}年)?的?(?P<n>{_N})月(?:份)?(?![\d一二三四五六七八九十]{{1,3}}[号日])"
)
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "1": 0, "2": 1, "3": 2,
             "4": 3, "5": 4, "6": 5, "7": 6, "末": 5}
_DAYS = {"今天": 0, "今日": 0, "今儿": 0, "今晚": 0, "今早": 0, "今朝": 0, "明天": 1, "明日": 1, "明儿": 1, "明早": 1, "明晚": 1,
         "听日": 1, "明朝": 1, "后天": 2, "后日": 2, "后儿": 2, "大后天": 3}
_DAY = re.compile(
    rf"(?P<word>大后天|{'|'.join(sorted(_DAYS, key=len, reverse=True))})"
    rf"|(?P<next>下下?个?)?(?:周|星期|礼拜)(?P<week>[一二三四五六日天末1-7])"
    rf"|(?:(?P<month>{_N})月)(?P<day>{_N})[号日]?|(?P<only>{_N})[号日](?!线|楼|单元)"
)
_PERIODS = (("上午", ("早上", "上午", "早晨", "一早", "早间", "清早", "上昼", "早", "朝")),
            ("中午", ("中午", "晌午")),
            ("下午", ("下午", "午后", "后晌", "下昼", "晏昼")),
            ("晚上", ("晚上", "傍晚", "夜里", "今晚", "明晚", "晚")))
_HOUR = re.compile(rf"(?P<h>{_N})(?:点|时(?!间))(?P<half>半)?|(?P<clock>[01]?\d|2[0-3])[:：][0-5]\d")


def find_months(text: str, today: dt.date) -> Iterator[Entity]:
    """`上个月`, `三月份`, `去年12月` -> `YYYY-MM`; a bare month is the latest one not in the future."""
    for match in _MONTH.finditer(text):
        if text[match.end(): match.end() + 1] in ("租", "费") or text[max(0, match.start() - 1): match.start()] == "个":
            continue
        value = _month_value(match, today)
        if value:
            yield Entity("month", value, match.start(), match.end(), match.group())


def _month_value(match: re.Match[str], today: dt.date) -> str | None:
    for name, back in (("upup", 2), ("up", 1), ("this", 0)):
        if match[name]:
            index = today.year * 12 + today.month - 1 - back
            return f"{index // 12:04d}-{index % 12 + 1:02d}"
    number = parse_number(match["n"])
    if number is None or not 1 <= number <= 12:
        return None
    year = _year(match["year"], today)
    if year is None:
        year = today.year if number <= today.month else today.year - 1
    return f"{year:04d}-{int(number):02d}"


def _year(said: str | None, today: dt.date) -> int | None:
    if said is None:
        return None
    if said in ("去年", "今年", "前年"):
        return today.year - {"今年": 0, "去年": 1, "前年": 2}[said]
    digits = "".join(str("零一二三四五六七八九".index(c)) if c in "零一二三四五六七八九" else c for c in said.rstrip("年"))
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def find_times(text: str, now: dt.datetime) -> Iterator[Entity]:
    """An appointment: a day, a part of the day, an hour, or several of them together."""
    for match in _DAY.finditer(text):
        day = _day_value(match, now.date())
        if day is None:
            continue
        end = match.end()
        tail = text[end: end + 8]
        period, used = _period(tail, match.group())
        hour, hour_used = _hour(tail[used:], period)
        if hour_used:
            used += hour_used
        end += used
        yield Entity("time", {"date": day.isoformat(), "period": period or _period_of(hour), "hour": hour},
                     match.start(), end, text[match.start():end])


def _day_value(match: re.Match[str], today: dt.date) -> dt.date | None:
    if match["word"]:
        return today + dt.timedelta(days=_DAYS[match["word"]])
    if match["week"]:
        target = _WEEKDAYS[match["week"]]
        weeks = (match["next"] or "").count("下")
        monday = today - dt.timedelta(days=today.weekday())
        day = monday + dt.timedelta(days=7 * weeks + target)
        return day if day >= today else day + dt.timedelta(days=7)
    number = parse_number(match["day"] or match["only"])
    month = parse_number(match["month"]) if match["month"] else today.month
    if number is None or month is None:
        return None
    try:
        day = dt.date(today.year, int(month), int(number))
    except ValueError:
        return None
    if day < today and match["month"]:
        return day.replace(year=today.year + 1)
    if day < today:
        following = (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        try:
            return following.replace(day=int(number))
        except ValueError:
            return None
    return day


def _period(tail: str, day_word: str) -> tuple[str | None, int]:
    stripped = len(tail) - len(tail.lstrip(" ,，的"))
    for name, words in _PERIODS:
        for word in words:
            if tail[stripped:].startswith(word):
                return name, stripped + len(word)
    if day_word.endswith(("晚", "早")):
        return ("晚上" if day_word.endswith("晚") else "上午"), 0
    return None, 0


def _hour(tail: str, period: str | None) -> tuple[int | None, int]:
    match = _HOUR.match(tail)
    if match is None:
        return None, 0
    number = parse_number(match["h"]) if match["h"] else parse_number(match["clock"])
    if number is None or number > 24:
        return None, 0
    hour = int(number)
    if period in ("下午", "晚上") and hour < 12:
        hour += 12
    return hour % 24, match.end()


def _period_of(hour: int | None) -> str | None:
    if hour is None:
        return None
    return "上午" if hour < 12 else "下午" if hour < 18 else "晚上"
