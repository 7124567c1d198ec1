"""Dates, times of day and spans of time."""

from __future__ import annotations

import re

from voice_gateway.synthesis.spoken.kinds import Reading
from voice_gateway.synthesis.spoken.numerals import counted, figures, number, unit

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DAY = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]?")
_SHORT = re.compile(r"(\d{1,2})[-/](\d{1,2})")
_NAMED = re.compile(r"大?[今明昨后前][天日早晚]|(?:本|这|下|上)?(?:周|星期|礼拜)[一二三四五六日天末]")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_MONTH = re.compile(r"(\d{4})[-/年](\d{1,2})月?|(\d{1,2})月")
_UNITS = {
    "d": "天", "h": "小时", "min": "分钟", "mins": "分钟", "m": "分钟", "s": "秒",
    **{word: word for word in ("年", "个月", "周", "天", "日", "个小时", "小时", "分钟", "分", "秒", "个工作日", "工作日", "个钟头")},
}  # fmt: skip
_SPAN = re.compile(rf"(\d+(?:\.\d+)?)\s?({'|'.join(sorted(_UNITS, key=len, reverse=True))})(?![A-Za-z])")
#: Time of day before a clock.
_PART = re.compile(r"(凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|夜里)\s?")


def date(content: str, reading: Reading) -> str:
    """A day. 2026-03-02 is the machine's form, said as the text shows it, without its year; a written year is said."""
    if _NAMED.fullmatch(content):
        return content
    if match := _ISO.fullmatch(content):
        return _day(match[2], match[3], reading)
    if match := _DAY.fullmatch(content):
        year = figures(match[1]) + "年" if match[1] else ""
        return year + _day(match[2], match[3], reading)
    if match := _SHORT.fullmatch(content):
        return _day(match[1], match[2], reading)
    raise ValueError("not a date")


def _day(month: str, day: str, reading: Reading) -> str:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        raise ValueError("no such day")
    return f"{number(int(month), reading)}月{number(int(day), reading)}{'號' if reading is Reading.CANTONESE else '日'}"


def time(content: str, reading: Reading) -> str:
    """A day and a time of day."""
    day, _, at = content.replace("T", " ").partition(" ")
    if not at:
        raise ValueError("not a time")
    return date(day, reading) + clock(at.strip(), reading)


def clock(content: str, reading: Reading) -> str:
    """14:05 is 十四点零五分, 9:00 九点, 下午2:30 下午两点三十分."""
    part = _PART.match(content)
    match = _CLOCK.fullmatch(content, part.end() if part else 0)
    if match is None or int(match[1]) > 24 or int(match[2]) > 59 or int(match[3] or 0) > 59:
        raise ValueError("not a time of day")
    said = clock_words(int(match[1]), int(match[2]), reading)
    second = int(match[3] or 0)
    if second:
        said += ("" if int(match[2]) else "零分") + _padded(second, reading) + "秒"
    return (part[1] if part else "") + said


def clock_words(hour: int, minute: int, reading: Reading = Reading.MANDARIN) -> str:
    """十四点三十分, 两点, 八点零五分."""
    said = number(hour, reading, counting=True) + unit("点", reading)
    return said + (_padded(minute, reading) + "分" if minute else "")


def _padded(value: int, reading: Reading) -> str:
    return (number(0, reading) if value < 10 else "") + number(value, reading)


def month(content: str, reading: Reading) -> str:
    """2026-02 or 2月."""
    match = _MONTH.fullmatch(content)
    if match is None or not 1 <= int(match[2] or match[3]) <= 12:
        raise ValueError("not a month")
    year = figures(match[1]) + "年" if match[1] else ""
    return f"{year}{number(int(match[2] or match[3]), reading)}月"


def duration(content: str, reading: Reading) -> str:
    """A length of time in any of its spellings; parts of zero are not said."""
    if match := re.fullmatch(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})", content):
        named = zip(match.groups(default="0"), ("小时", "分", "秒"), strict=True)
        parts = [counted(value, name, reading) for value, name in named if int(value)]
        return "".join(parts) or counted("0", "秒", reading)
    parts, position = [], 0
    for match in _SPAN.finditer(content):
        if content[position : match.start()].strip():
            raise ValueError("not a duration")
        parts.append(counted(match[1], _UNITS[match[2]], reading))
        position = match.end()
    if not parts or content[position:].strip():
        raise ValueError("not a duration")
    return "".join(parts)
