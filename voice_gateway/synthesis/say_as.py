"""The marks by which a reply says what a number is (`<say-as interpret-as="amount">35.80</say-as>`), put into words.

Where there is a mark nothing is guessed; a mark that does not fit its content is read as plain text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from nlu.text.numerals import read_digits, read_number, read_year

_MARK = re.compile(r"<say-as\b[^<>]*?interpret-as=[\"']([\w-]+)[\"'][^<>]*>([^<]*)</say-as>", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d):(\d\d)")
_VOLUME = re.compile(r"(-?[\d.]+)\s?([GMK])B?", re.IGNORECASE)
_UNITS = {"G": "个G", "M": "兆", "K": "K"}


def without_marks(text: str) -> str:
    """Every mark replaced by words, entities by their characters. Never raises for a text."""
    return html.unescape(_MARK.sub(_words, text))


def _words(match: re.Match[str]) -> str:
    content = html.unescape(match[2]).strip()
    read = _KINDS.get(match[1].lower())
    try:
        return read(content) if read else content
    except ValueError:
        return content


def clock_words(hour: int, minute: int) -> str:
    """十四点三十分, 两点, 八点零五分."""
    said = ("两" if hour == 2 else read_number(hour)) + "点"
    return said + (("零" if minute < 10 else "") + read_number(minute) + "分" if minute else "")


def _date(content: str) -> str:
    if not (match := _DATE.fullmatch(content)):
        raise ValueError(content)
    return f"{read_number(int(match[2]))}月{read_number(int(match[3]))}日"


def _time(content: str) -> str:
    if not (match := _TIME.fullmatch(content)):
        raise ValueError(content)
    return _date(match[1]) + clock_words(int(match[2]), int(match[3]))


def _month(content: str) -> str:
    year, _, month = content.partition("-")
    return f"{read_year(int(year))}年{read_number(int(month))}月"


def _volume(content: str) -> str:
    if not (match := _VOLUME.fullmatch(content)):
        raise ValueError(content)
    unit = match[2].upper()
    return read_number(match[1], counting=True) + _UNITS[unit]


_KINDS: dict[str, Callable[[str], str]] = {
    "amount": lambda content: read_number(content, counting=True) + "元",
    "phone": read_digits,
    "ticket_id": read_digits,
    "digits": read_digits,
    "number": lambda content: read_number(content, counting=True),
    "data_volume": _volume,
    "date": _date,
    "time": _time,
    "month": _month,
}
