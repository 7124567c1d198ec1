"""Numbers that are awaited in a turn: how long each is, and how much of one was said."""

from __future__ import annotations

import re
from enum import StrEnum

_DIGITS = {"零": "0", "〇": "0", "幺": "1", "一": "1", "二": "2", "两": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7",
           "八": "8", "九": "9"}  # fmt: skip
_SAID = {**{ord(han): digit for han, digit in _DIGITS.items()}, **{ord("０") + n: str(n) for n in range(10)}}
_BETWEEN = re.compile(r"[\s，,。.、;；\-—呃嗯啊]+")
#: Said units make a figure out of a row of digits: 三十, 一百二.
_TAIL = re.compile(r"(?:(?P<ticket>[A-Z]{2})|(?<![0-9A-Z]))(?P<digits>\d+X?)$")


class Expected(StrEnum):
    """A number the caller was asked for."""

    PHONE = "phone"
    TICKET_ID = "ticket_id"
    ID_NUMBER = "id_number"
    CODE = "code"


#: Characters of a whole number, fewest and most.
LENGTHS = {Expected.PHONE: (11, 12), Expected.TICKET_ID: (10, 10), Expected.ID_NUMBER: (18, 18), Expected.CODE: (6, 6)}


def digits_of(text: str) -> str:
    """The digits of a text said one by one; X of an ID number is kept. 幺三八零零 is 13800."""
    spread = _BETWEEN.sub("", text.translate(_SAID).upper())
    return re.sub(r"[^0-9X]", "", spread)


def open_number(text: str) -> int | None:
    """How many digits the row at the end of an utterance has so far, where it looks like a number under way.

    None where the text does not end in at least 3 digits, or where the row is a whole phone, ticket or ID number.
    Shorter rows are amounts or counts, which nobody continues.
    """
    match = _TAIL.search(_BETWEEN.sub("", text.translate(_SAID).upper()))
    if not match:
        return None
    row = match["digits"]
    if match["ticket"]:
        return None if len(row) >= LENGTHS[Expected.TICKET_ID][0] else len(row)
    phone = row.startswith("1") and len(row) == 11
    if len(row) < 3 or phone or len(row) >= 18:
        return None
    return len(row)


def is_complete(expected: Expected, text: str) -> bool:
    """Whether the awaited number was said to its end."""
    fewest, most = LENGTHS[expected]
    found = digits_of(text)
    if expected is Expected.PHONE and found.startswith("1"):
        most = fewest
    return fewest <= len(found) and (len(found) >= most or expected is not Expected.PHONE)
