"""Numbers as people say and type them, turned into figures; `nlu.text.reading` goes the other way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from nlu.text.reading import read_digits, read_number, read_year

__all__ = ["UNITS", "NumberSpan", "find_numbers", "parse_number", "read_digits", "read_number", "read_year"]

_DIGITS = "零一二三四五六七八九"
_VALUES = {char: value for value, char in enumerate(_DIGITS)} | {
    "〇": 0,
    "○": 0,
    "两": 2,
    "俩": 2,
    "幺": 1,
    "壹": 1,
    "贰": 2,
    "叁": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
_SMALL_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_BIG_UNITS = {"万": 10_000, "亿": 100_000_000}
_CN = "零〇○一二三四五六七八九两俩幺壹贰叁肆伍陆柒捌玖十拾百佰千仟万亿"
_PLAIN_DIGITS = "".join(_VALUES)


#: Unit as said -> unit as kept.
UNITS: dict[str, str] = {
    "元": "元",
    "块钱": "元",
    "块": "元",
    "角": "角",
    "毛钱": "角",
    "毛": "角",
    "分钱": "分钱",
    "gb": "GB",
    "个g": "GB",
    "g": "GB",
    "mb": "MB",
    "兆": "MB",
    "m": "MB",
    "分钟": "分钟",
    "个小时": "小时",
    "小时": "小时",
    "个钟头": "小时",
    "秒": "秒",
    "个工作日": "天",
    "工作日": "天",
    "天": "天",
    "日": "日",
    "号": "号",
    "个月": "个月",
    "月": "月",
    "年": "年",
    "%": "%",
    "折": "折",
    "积分": "分",
    "条": "条",
    "次": "次",
    "个": "个",
    "张": "张",
    "岁": "岁",
}
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_ARABIC = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SPAN = re.compile(
    rf"(?P<percent>百分之)?(?P<number>(?:{_ARABIC})[ ]?[千万亿]*"
    rf"|[{_CN}]+(?:点[{_PLAIN_DIGITS}]+[千万亿]*(?![十百]))?)"
    rf"(?P<half_mid>半(?!年|天|月|个|小时))?[ ]?(?P<unit>{_UNIT})?",
    re.IGNORECASE,
)
_MONEY_TAIL = re.compile(
    rf"(?P<half>半)|(?:零|又)?(?P<digits>[{_PLAIN_DIGITS}\d]{{1,2}})(?P<unit>毛钱|毛|角|分钱|分)?"
    rf"(?P<cents>[{_PLAIN_DIGITS}\d]分?)?"
)


@dataclass(frozen=True)
class NumberSpan:
    """A number found in a text: `text[start:end]`, its value and its unit as kept in `UNITS` ("" where none).

    `digits` is set where the number was said digit by digit (幺三八 ...) or typed as six digits or more:
    then it is likelier a phone or ticket number than a quantity.
    """

    start: int
    end: int
    value: Decimal
    unit: str = ""
    digits: str = ""


def parse_number(text: str) -> Decimal | None:
    """The figure a whole text says, units of money included; None where it says none or more than that.

    一百二十块 -> 120, 两千三 -> 2300, 三十五块八 -> 35.8, 幺三八 -> 138, 1.5万 -> 15000, 百分之五 -> 5.
    """
    stripped = text.strip()
    spans = find_numbers(stripped)
    if len(spans) != 1 or spans[0].start != 0 or spans[0].end != len(stripped):
        return None
    return spans[0].value


def find_numbers(text: str) -> list[NumberSpan]:
    """Every number in a text, left to right, never overlapping."""
    spans: list[NumberSpan] = []
    position = 0
    while match := _SPAN.search(text, position):
        span = _span(text, match)
        position = span.end if span else match.end()
        if span:
            spans.append(span)
    return spans


def _span(text: str, match: re.Match[str]) -> NumberSpan | None:
    said = match["number"].strip()
    value = _say(said, match["unit"] or "")
    if value is None:
        return None
    digits = said if said.isascii() and said.isdigit() and len(said) >= 6 else ""
    if not digits and len(said) >= 3 and all(char in _VALUES for char in said):
        digits = "".join(str(_VALUES[char]) for char in said)
    unit = UNITS.get((match["unit"] or "").lower(), "")
    end = match.end()
    if match["percent"]:
        return NumberSpan(match.start(), match.end("number"), value, "%")
    if match["half_mid"]:
        value += Decimal(_last_unit(said)) / 2
    if unit == "元":
        value, end = _money_tail(text, end, value, match["unit"])
    elif unit == "角":
        value, unit = value / 10, "元"
        cents = re.compile(rf"[{_PLAIN_DIGITS}\d]分?").match(text, end)
        if cents and match["unit"] != "毛钱" and _closes(text, cents.end(), cents[0]):
            value, end = value + Decimal(_digit(cents[0][0])) / 100, cents.end()
    elif unit == "分钱":
        value, unit = value / 100, "元"
    return NumberSpan(match.start(), end, value, unit, digits)


def _money_tail(text: str, end: int, value: Decimal, said_unit: str) -> tuple[Decimal, int]:
    """What follows 块: 三十五块八, 一块半, 三十块零五毛, 一百二十九元九角."""
    tail = _MONEY_TAIL.match(text, end)
    if tail is None:
        return value, end
    if tail["half"]:
        return value + Decimal("0.5"), tail.end()
    after = text[tail.end() : tail.end() + 1]
    if tail["unit"] is None and (
        said_unit == "元" or (after and after in _CN) or after.isdigit() or _counts_on(text, tail.end())
    ):
        return value, end
    amount = Decimal("".join(str(_digit(char)) for char in tail["digits"]))
    if tail["unit"] in ("分", "分钱"):
        value += amount / 100
    elif tail["unit"]:
        value += amount / 10
    else:
        value += amount / (10 ** len(tail["digits"]))
    if not tail["cents"]:
        return value, tail.end()
    if tail["unit"] in ("毛", "角") and _closes(text, tail.end(), tail["cents"]):
        return value + Decimal(_digit(tail["cents"][0])) / 100, tail.end()
    return value, tail.start("cents")


def _closes(text: str, position: int, cents: str) -> bool:
    """Whether a digit behind 毛 is cents: 两毛九 and 八毛五分, but not 五毛一条 or 两毛十次."""
    after = text[position : position + 1]
    return cents.endswith("分") or not ((after and after in _CN) or after.isdigit() or _counts_on(text, position))


def _counts_on(text: str, position: int) -> bool:
    """Whether a measure word follows: 二十块两个月 is not 20.2."""
    return re.compile(rf"(?:{_UNIT}|种|名|位|家|台|部|期)", re.IGNORECASE).match(text, position) is not None


def _digit(char: str) -> int:
    return int(char) if char.isdigit() and char.isascii() else _VALUES[char]


def _last_unit(said: str) -> int:
    """The unit a trailing 半 halves: 两万半 -> 10000, 三个半 -> 1."""
    for char in reversed(said):
        if char in _BIG_UNITS:
            return _BIG_UNITS[char]
        if char in _SMALL_UNITS:
            return _SMALL_UNITS[char]
        break
    return 1


def _say(said: str, unit: str) -> Decimal | None:
    if said[0] in "百千佰仟万亿" and not (unit == "兆" and len(said) == 1):
        return None  # 千万不要, 万一, 百度; but 千兆宽带 counts
    arabic = re.fullmatch(rf"({_ARABIC})[ ]?([千万亿]*)", said)
    if arabic:
        value = Decimal(arabic[1].replace(",", ""))
        for char in arabic[2]:
            value *= _SMALL_UNITS.get(char) or _BIG_UNITS[char]
        return value
    whole, point, fraction = said.partition("点")
    if point:
        units = re.search(r"[千万亿]*$", fraction)
        assert units is not None
        base = _say_whole(whole)
        if base is None:
            return None
        digits = fraction[: units.start()]
        value = base + Decimal("0." + "".join(str(_VALUES[char]) for char in digits))
        for char in units[0]:
            value *= _SMALL_UNITS.get(char) or _BIG_UNITS[char]
        return value
    return _say_whole(said)


def _say_whole(said: str) -> Decimal | None:
    """An integer in words; 两千三 is 2300, 一二三 is 123."""
    if not said:
        return None
    if all(char in _VALUES for char in said):
        return Decimal("".join(str(_VALUES[char]) for char in said))
    total = section = 0
    digit: int | None = None
    last_unit = 1
    zero = False
    for char in said:
        if char in _VALUES:
            if digit is not None and digit != 0:
                return None
            digit = _VALUES[char]
            zero = zero or digit == 0
        elif char in _SMALL_UNITS:
            unit = _SMALL_UNITS[char]
            section += (1 if digit in (None, 0) else digit or 0) * unit
            digit, last_unit, zero = None, unit, False
        else:
            unit = _BIG_UNITS[char]
            section += digit or 0
            if section == 0 and total == 0:
                return None
            if unit == 100_000_000:
                total, section = (total + section) * unit, 0
            else:
                total, section = total + section * unit, 0
            digit, last_unit, zero = None, unit, False
    if digit:
        # A digit left over right after a unit counts a tenth of that unit, unless 零 stands before it.
        section += digit if zero or last_unit <= 10 else digit * (last_unit // 10)
    return Decimal(total + section)
