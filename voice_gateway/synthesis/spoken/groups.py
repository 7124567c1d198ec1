"""Numbers that are noted down: digit by digit, in groups of two to four with a stop between them.

The groups are those in which people write such numbers: 3-4-4 for a mobile phone, 3-3-4 for 400 numbers, area code and
halves for a fixed line, year and day of birth for an identity card.
"""

from __future__ import annotations

import re
from itertools import accumulate, pairwise

from voice_gateway.synthesis.spoken.kinds import GROUP, Reading
from voice_gateway.synthesis.spoken.numerals import digits

_MASKED = re.compile(r"(\d{2,4})[*＊xX]{3,}(\d{2,4})")
_FIXED = re.compile(r"(0(?:10|2\d|[3-9]\d\d))-?(\d{7,8})(?:-(\d{1,6}))?")
_TICKET = re.compile(r"([A-Za-z]{0,4})-?((?:\d+-?)+)")
_MONTH_DAY = re.compile(r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_KEYS = {"*": ("星号", "星號"), "＊": ("星号", "星號"), "#": ("井号", "井號"), "＃": ("井号", "井號")}
_KEY = re.compile("[*＊#＃]")
_KEYED_AT_ONCE = 8
#: How many digits stand together where nothing else is known.
_SIZES = {6: (3, 3), 7: (3, 4), 8: (4, 4), 9: (3, 3, 3), 10: (3, 3, 4), 11: (3, 4, 4), 12: (4, 4, 4)}


def phone(content: str, reading: Reading) -> str:
    """A telephone number, written with or without hyphens; masked ones by their ends."""
    if masked := _MASKED.fullmatch(content):
        begins, ends = ("開頭", "尾號") if reading is Reading.CANTONESE else ("开头", "尾号")
        return digits(masked[1], reading) + begins + GROUP + ends + digits(masked[2], reading)
    bare = re.sub(r"[\s()（）]", "", content)
    country = re.match(r"(?:\+|00)86-?", bare)
    bare = bare[country.end() :] if country else bare
    if not re.fullmatch(r"\d+(?:-\d+)*", bare):
        raise ValueError("not a telephone number")
    said = _joined(_of_phone(bare), reading)
    return ("加" + digits("86", reading) + GROUP if country else "") + said


def _of_phone(bare: str) -> list[str]:
    plain = bare.replace("-", "")
    if re.fullmatch(r"[48]00\d{7}", plain):
        written = bare.split("-")
        return written if len(written) > 1 and all(len(part) <= 4 for part in written) else _cut(plain, (3, 3, 4))
    if fixed := _FIXED.fullmatch(bare):
        extension = ["转" + fixed[3]] if fixed[3] else []
        return [fixed[1], *_split(fixed[2]), *extension]
    if re.fullmatch(r"1[3-9]\d{9}", plain):
        return _cut(plain, (3, 4, 4))
    return [group for part in bare.split("-") for group in _split(part)]


def ticket_id(content: str, reading: Reading) -> str:
    """Letters, then the date as year and day, then the running number."""
    match = _TICKET.fullmatch(content)
    if match is None:
        raise ValueError("not a ticket id")
    parts = [match[1]] if match[1] else []
    for run in match[2].strip("-").split("-"):
        parts += _dated(run)
    return _joined(parts, reading)


def _dated(run: str) -> list[str]:
    for year in (4, 2):
        # A date of eight digits says its century; one of six only where a running number follows.
        rest = run[year + 4 :]
        known = run.startswith("20") if year == 4 else bool(rest)
        if known and len(run) >= year + 4 and _MONTH_DAY.fullmatch(run[year : year + 4]):
            return [run[:year], run[year : year + 4], *(_split(rest) if rest else [])]
    return _split(run)


def id_number(content: str, reading: Reading) -> str:
    """An identity card's number, whole, masked or its end: place 3-3, year, day, the last four."""
    bare = content.replace(" ", "").upper()
    if masked := re.fullmatch(r"(\d*)[*＊]+([\dX]+)", bare):
        ends = "尾號" if reading is Reading.CANTONESE else "尾号"
        return ends + _joined([masked[2][-4:]], reading)
    if re.fullmatch(r"\d{17}[\dX]", bare):
        return _joined(_cut(bare, (3, 3, 4, 4, 4)), reading)
    if re.fullmatch(r"\d{15}", bare):
        return _joined(_cut(bare, (3, 3, 2, 4, 3)), reading)
    if re.fullmatch(r"\d{2,8}[\dX]", bare):
        return _joined(_split(bare), reading)
    raise ValueError("not an identity number")


def code(content: str, reading: Reading) -> str:
    """What is keyed or noted: figures in groups, letters apart, * and # by name."""
    bare = content.replace(" ", "")
    if not re.fullmatch(r"[A-Za-z\d*＊#＃-]+", bare):
        raise ValueError("not a code")
    if _KEY.search(bare):
        return _keyed(bare, reading)
    if bare.replace("-", "").isdigit():
        return _joined([group for part in bare.split("-") if part for group in _split(part)], reading)
    return _joined([" ".join(group) for part in bare.split("-") if part for group in _split(part)], reading)


def _keyed(bare: str, reading: Reading) -> str:
    language = 1 if reading is Reading.CANTONESE else 0
    parts = []
    for run in re.findall(r"[*＊#＃]+|[A-Za-z]+|\d+", bare):
        keys = _KEY.match(run)
        parts.append("".join(_KEYS[key][language] for key in run) if keys else _joined(_split(run), reading))
    return (GROUP if len(bare) > _KEYED_AT_ONCE else "").join(parts)


def one_by_one(content: str, reading: Reading) -> str:
    """Digits without groups; whatever else there is stays."""
    if not re.search(r"\d", content):
        raise ValueError("no digits")
    return digits(content, reading)


def _joined(parts: list[str], reading: Reading) -> str:
    said = GROUP.join(digits(part, reading) for part in parts)
    return said.replace("转", "轉") if reading is Reading.CANTONESE else said


def _split(run: str) -> list[str]:
    if len(run) <= 5:
        return [run]
    sizes = _SIZES.get(len(run))
    if sizes is None:
        # Fours, a single one left over goes to the last.
        whole, left = divmod(len(run), 4)
        sizes = (4,) * (whole - 1) + ((4, left) if left > 1 else (4 + left,))
    return _cut(run, sizes)


def _cut(run: str, sizes: tuple[int, ...]) -> list[str]:
    return [run[start:end] for start, end in pairwise([0, *accumulate(sizes)])]
