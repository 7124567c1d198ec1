"""Spoken numbers as figures: 幺三八零零 is 13800, 一百二十块 is 120块, 百分之二十 is 20%; 一下 and 万一 stay words.

Engines differ: Whisper writes figures by itself now and then, Vosk never does. The rest of the house gets figures from
both. What is read as a number is `nlu.text.numerals`' affair; here it is decided what was meant as one.
"""

from __future__ import annotations

import re
from decimal import Decimal

from nlu.text.numerals import NumberSpan, find_numbers

_PLAIN = "零〇一二三四五六七八九两幺"
_SPOKEN = _PLAIN + "十百千万亿点"
_NUMBER = f"[{_SPOKEN}]"
#: Words with a numeral in them; where a number would take a part of one, nothing is done.
_WORDS = re.compile(
    f"第{_NUMBER}+|(?:星期|礼拜|周)[一二三四五六日天]|[统唯万同专单合之]一|其[一二三]|[说等听问看查试算想]一[下声句遍]"
    "|一[下样点些直起般定共边旦切致律会再遍路时度贯向旁手旦键模并次心味身体家代世流晃刻瞬股堆群对份整半]|一个[^gGmM月小钟工]"
    "|一个$|一块(?!钱|[\\d零一二三四五六七八九半])|一[条张次位名件种句声天年号线台部项]|[三四五六七八九]大运营商|三网|三方|三包|三亚|三星|四川|四处|四周"
    "|十分(?!钟)|十足|十全|五一(?![一二三四五六七八九零])|六一(?![一二三四五六七八九零])|双十[一二]|十一(?:假期|黄金周|国庆|长假)|国庆十一"
    "|千万[别不要记得]|百度|百姓|百分百|百货|百科|(?<![一二两三四五六七八九])千兆|万能|万全|万万|万事|万达|亿联|二维码|二手|二代|二次|两边|两样|两者|两头"
    "|[一二三四五六七八九]合一|[一二]对一|五险一金|三三两两|乱七八糟|七上八下|五花八门|三番[五两]次|不三不四|一五一十|三心二意|接二连三|丢三落四"
    "|九寨|六安|八达|八卦|七夕|九牛|两[三四]|三[四五](?=[天个块十百])|[一二三四五六七八]九成|[三四]五[天个]|[五六]七[天个]|七八[天个十百]"
)  # fmt: skip
#: Units behind which a single numeral is a figure.
_FIGURE_UNITS = frozenset({"元", "GB", "MB", "角", "分钱", "%", "折", "月", "号", "日", "分钟", "小时", "积分", "岁"})
#: So many digits in a row are a phone, ticket or ID number, whatever stands between them.
_LONG = 7
_ROW = re.compile(r"\d(?:[\s\-—–,，、]*\d)+")


def with_figures(text: str, awaited: bool = False) -> str:
    """`text` with what was said as a number in figures; `awaited`: a number was asked for, digit by digit."""
    kept = [] if awaited else [match.span() for match in _WORDS.finditer(text)]
    spans = find_numbers(text)
    made, at = "", 0
    for span in spans:
        if span.start < at or any(span.start < end and start < span.end for start, end in kept):
            continue
        if (figure := _figure(text, span, awaited)) is not None:
            made, at = made + text[at : span.start] + figure, span.end
    return _joined(made + text[at:], awaited)


def _figure(text: str, span: NumberSpan, awaited: bool) -> str | None:
    """What to write for it; None where it stays as it was said."""
    said = text[span.start : span.end]
    if re.search(r"\d", said):
        return None
    if span.unit == "%":
        return f"{_plain(span.value)}%"
    match = re.match(f"(?:{_NUMBER})+", said)
    if match is None:
        return None
    number, behind = match[0], said[match.end() :]
    before = text[span.start - 1 : span.start]
    digits = "".join(_digit(char) for char in number) if all(char in _PLAIN for char in number) else ""
    if digits:
        beside = before.isdigit() or text[span.end : span.end + 1].isdigit()
        if len(digits) > 2 or beside or (awaited and len(digits) > 1):
            return digits + behind
    if before == "点" or (len(number) == 1 and span.unit not in _FIGURE_UNITS):
        return None  # a time of day; one, two, three of something
    if len(digits) == 2:
        return None  # 七八块 is about as much, 八九套餐 a name
    if behind and span.unit == "元" and not re.fullmatch("块钱|块|元", behind):
        return f"{_plain(span.value)}元"
    if span.unit in ("角", "分钱") or (behind[:1] in "毛角分" and span.unit == "元"):
        return f"{_plain(span.value)}元"
    return _plain(span.value) + behind


def _plain(value: Decimal) -> str:
    whole = value.to_integral_value()
    return str(int(whole)) if whole == value else format(value.normalize(), "f")


def _digit(char: str) -> str:
    return {"两": "2", "幺": "1", "〇": "0"}.get(char) or str("零一二三四五六七八九".index(char))


def _joined(text: str, awaited: bool) -> str:
    """Groups of one long number put together: 138-0013 8000."""

    def join(row: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", row[0])
        return digits if awaited or len(digits) >= _LONG else row[0]

    return _ROW.sub(join, text)
