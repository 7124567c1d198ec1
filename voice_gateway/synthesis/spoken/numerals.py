"""Figures as numerals of either language. Every function raises ValueError for what is not a number."""

from __future__ import annotations

from decimal import Decimal

from nlu.text.reading import read_digits, read_number, read_year
from voice_gateway.synthesis.spoken.kinds import Reading

_YUE = str.maketrans("两万亿点负零", "兩萬億點負零")
#: Units of quantities, by character; a word of its own is in `_YUE_WORDS`.
_YUE_UNIT = str.maketrans("个条张号钟时岁项笔层楼级户种积万亿点", "個條張號鐘時歲項筆層樓級戶種積萬億點")
_YUE_WORDS = {"天": "日", "周": "個星期", "块": "蚊", "块钱": "蚊"}
#: What is numbered, not counted: a bare 2 before these stays 二.
_NUMBERED = ("月", "日", "号", "楼", "栋", "室", "折", "级", "班", "环", "线", "等")
_COUNTED_ANYWAY = ("号码", "日元", "级别", "等份")


def number(value: str | int | Decimal, reading: Reading, *, counting: bool = False) -> str:
    """129 -> 一百二十九; `counting`: a bare 2 is 两. 200 is 二百, 2000 两千, 22000 两万两千, in both languages."""
    words = read_number(value, counting=counting)
    return words.translate(_YUE) if reading is Reading.CANTONESE else words


def digits(text: str, reading: Reading) -> str:
    """One by one, other characters stay: 1 is 幺 in Mandarin, 一 in Cantonese."""
    return read_digits(text).replace("幺", "一") if reading is Reading.CANTONESE else read_digits(text)


def figures(text: str) -> str:
    """One by one with 一, as years and versions are said; the same in both languages."""
    return "".join(read_year(int(char)) for char in text)


def unit(word: str, reading: Reading) -> str:
    """A measure word as the language has it: 天 is 日 in Cantonese, 小时 小時."""
    if reading is Reading.MANDARIN:
        return word
    return _YUE_WORDS.get(word) or word.translate(_YUE_UNIT)


def counted(value: str, measure: str, reading: Reading) -> str:
    """A number before its measure word: 2个 两个, 2月 二月, 12个 十二个."""
    counting = bool(measure) and (not measure.startswith(_NUMBERED) or measure.startswith(_COUNTED_ANYWAY))
    return number(value, reading, counting=counting) + unit(measure, reading)
