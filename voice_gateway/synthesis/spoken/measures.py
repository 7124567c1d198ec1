"""Quantities: counts, traffic, speeds, shares, and from one to the other."""

from __future__ import annotations

import re
from decimal import Decimal

from voice_gateway.synthesis.spoken.kinds import Reading
from voice_gateway.synthesis.spoken.moments import clock, date, duration
from voice_gateway.synthesis.spoken.money import amount
from voice_gateway.synthesis.spoken.numerals import counted, number, unit

_NUMBER = r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_COUNT = re.compile(rf"({_NUMBER})\s?([\u4e00-\u9fff]{{0,6}})")
_VOLUME = re.compile(rf"({_NUMBER})\s?([TGMK])i?B?", re.IGNORECASE)
_SPEED = re.compile(rf"({_NUMBER})\s?([GMK])(B?)(?:b?ps|bit/s|/s)?|({_NUMBER})\s?兆", re.IGNORECASE)
_PERCENT = re.compile(rf"({_NUMBER})\s?([%％‰]?)")
_RATIO = re.compile(r"(\d+(?:\.\d+)?)((?:[:：]\d+(?:\.\d+)?)+)")
_FRACTION = re.compile(r"(\d+)/(\d+)")
_ORDINAL = re.compile(r"(?:第|No\.?\s?|#)?(\d+)([\u4e00-\u9fff]{0,6})", re.IGNORECASE)
_TO = re.compile(r"\s*[~～〜–—至到]\s*")
_HYPHEN = re.compile(r"(?<=\S)\s*-\s*(?=\S)")
_END = re.compile(r"(¥|￥)?(\d+(?:\.\d+)?)\s?(.*)")


def plain(content: str, reading: Reading) -> str:
    """A number that counts something said behind the mark: a bare 2 is 两."""
    return number(content, reading, counting=True)


def count(content: str, reading: Reading) -> str:
    """A number and what it counts."""
    match = _COUNT.fullmatch(content)
    if match is None:
        raise ValueError("not a count")
    return counted(match[1], match[2], reading) if match[2] else number(match[1], reading, counting=True)


def data_volume(content: str, reading: Reading) -> str:
    """GB are 个G, MB 兆."""
    match = _VOLUME.fullmatch(content)
    if match is None:
        raise ValueError("not a volume")
    return _of(match[1], match[2].upper(), reading)


def _of(value: str, letter: str, reading: Reading) -> str:
    if letter in "GT":
        return counted(value, "个", reading) + letter
    return counted(value, "兆", reading) if letter == "M" else number(value, reading) + letter


def bandwidth(content: str, reading: Reading) -> str:
    """Megabits as 兆, a gigabit as 一千兆, for so plans are named; bytes a second as 每秒."""
    match = _SPEED.fullmatch(content)
    if match is None:
        raise ValueError("not a speed")
    value, letter = match[1] or match[4], (match[2] or "M").upper()
    if match[3] == "B":
        return "每秒" + _of(value, letter, reading)
    if letter == "G":
        value, letter = str((Decimal(value.replace(",", "")) * 1000).normalize()), "M"
    return _of(value, letter, reading)


def percent(content: str, reading: Reading) -> str:
    """20% is 百分之二十, 100% 百分之百; a bare number is percent."""
    match = _PERCENT.fullmatch(content)
    if match is None:
        raise ValueError("not a share")
    value = match[1].lstrip("-")
    sign = number(-1, reading)[0] if match[1] != value else ""
    if match[2] == "‰":
        return f"{sign}千分之{number(value, reading)}"
    return f"{sign}百分之{'百' if Decimal(value.replace(',', '')) == 100 else number(value, reading)}"


def ratio(content: str, reading: Reading) -> str:
    """1:3 is 一比三, 3/4 四分之三."""
    if match := _FRACTION.fullmatch(content):
        return f"{number(match[2], reading)}分之{number(match[1], reading)}"
    if not _RATIO.fullmatch(content):
        raise ValueError("not a ratio")
    return "比".join(number(part, reading) for part in re.split("[:：]", content))


def ordinal(content: str, reading: Reading) -> str:
    """3 and 第3期: 第三, 第三期; never 两."""
    match = _ORDINAL.fullmatch(content)
    if match is None:
        raise ValueError("not an ordinal")
    return f"第{number(match[1], reading)}{unit(match[2], reading)}"


def span(content: str, reading: Reading) -> str:
    """From one to the other: 3-5天 is 三到五天; in Cantonese 三至五日."""
    ends = _TO.split(content) if _TO.search(content) else _HYPHEN.split(content)
    if len(ends) != 2:
        raise ValueError("not a range")
    low, high = ends
    between = "至" if reading is Reading.CANTONESE else "到"
    first, last = _END.fullmatch(low), _END.fullmatch(high)
    if first and last and not first[3] and last[3][:1] in ("%", "％", "‰"):
        low += last[3]
    elif first and last and not (first[1] or first[3] or last[1] or last[3]):
        return number(low, reading) + between + number(high, reading)
    elif first and last and first[1] and not last[1] and not last[3]:
        # ¥50-100: the sign stands for both.
        return number(first[2], reading) + between + amount(f"{last[2]}元", reading)
    elif first and last and not first[1] and not first[3] and last[3]:
        # 2-3天: the first has the measure word of the last.
        whole = _quantity(first[2] + last[3], reading)
        end = _unit_said(last[3], reading)
        low_said = whole[: -len(end)] if end and whole.endswith(end) else number(first[2], reading)
        return low_said + between + _quantity(high, reading)
    return _quantity(low, reading) + between + _quantity(high, reading)


def _unit_said(written: str, reading: Reading) -> str:
    """What stands behind the number when one of that unit is said."""
    return _quantity("3" + written, reading)[1:]


def _quantity(content: str, reading: Reading) -> str:
    for read in (clock, date, bandwidth_or_volume, _money, _share, duration, count):
        try:
            return read(content, reading)
        except ValueError:
            continue
    raise ValueError("not a quantity")


def bandwidth_or_volume(content: str, reading: Reading) -> str:
    """500M and 1Gbps are speeds (兆 is the same in both), 20GB and 20G volumes."""
    if re.search(r"ps$|/s$|[兆Mm]$", content):
        return bandwidth(content, reading)
    return data_volume(content, reading)


def _money(content: str, reading: Reading) -> str:
    if not re.search(r"[元块¥￥]", content):
        raise ValueError("not money")
    return amount(content, reading)


def _share(content: str, reading: Reading) -> str:
    if content[-1:] not in "%％‰":
        raise ValueError("not a share")
    return percent(content, reading)
