"""Figures read for the ear: 129 is 一百二十九, 10086 is 幺零零八六."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Union

Number = Union[int, float, Decimal, str]

_DIGITS = "零一二三四五六七八九"


def read_number(value: Number, *, counting: bool = False) -> str:
    """A figure as it is said: 129 -> 一百二十九, 2000 -> 两千, 35.80 -> 三十五点八, -5 -> 负五.

    `counting` is for a bare 2 before a measure word: 两. Trailing zeros of decimals are not said.
    Raises ValueError for what is not a finite number below 10^16.
    """
    number = _decimal(value)
    if not number.is_finite() or abs(number) >= Decimal(10) ** 16:
        raise ValueError(f"cannot be read as a number: {value!r}")
    sign = "负" if number < 0 else ""
    whole, _, fraction = format(abs(number), "f").partition(".")
    fraction = fraction.rstrip("0")
    if not fraction and counting and int(whole) == 2:
        return sign + "两"
    words = _read_integer(int(whole))
    if fraction:
        words += "点" + "".join(_DIGITS[int(digit)] for digit in fraction)
    return sign + words


def read_digits(text: Number) -> str:
    """Digit by digit, 1 as 幺: 10086 -> 幺零零八六. Other characters stay."""
    return "".join("幺" if char == "1" else _DIGITS[int(char)] if char.isdecimal() else char for char in str(text))


def read_year(year: int) -> str:
    """2026 -> 二零二六."""
    return "".join(_DIGITS[int(char)] for char in str(year))


def _read_integer(number: int) -> str:
    words = _read_below(number, leading=True)
    return words[1:] if words.startswith("一十") else words


def _read_below(number: int, *, leading: bool) -> str:
    """`leading` is false behind a larger unit, where a missing place is said as 零."""
    if number == 0:
        return "零" if leading else ""
    for unit, name in ((100_000_000, "亿"), (10_000, "万")):
        if number >= unit:
            high, low = divmod(number, unit)
            upper = "两" if high == 2 else _read_below(high, leading=True)
            gap = "零" if 0 < low < unit // 10 else ""
            return upper + name + gap + (_read_below(low, leading=False) if low else "")
    return _read_group(number)


def _read_group(group: int) -> str:
    words = ""
    gap = False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, group = divmod(group, unit)
        if digit == 0:
            gap = bool(words)
            continue
        if gap:
            words += "零"
            gap = False
        words += ("两" if digit == 2 and unit == 1000 else _DIGITS[digit]) + name
    return words


def _decimal(value: Number) -> Decimal:
    try:
        return Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        raise ValueError(f"not a number: {value!r}") from None
