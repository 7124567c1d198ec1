"""Figures nobody marked, in a text or a name: how they are written and what stands beside them tells what they are.

Spoken answers have their figures marked or in words already; this is for what slips through, so it must never fail.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from voice_gateway.synthesis.spoken import groups, measures, moments
from voice_gateway.synthesis.spoken.kinds import Reading
from voice_gateway.synthesis.spoken.money import amount
from voice_gateway.synthesis.spoken.numerals import digits, figures, number
from voice_gateway.synthesis.spoken.versions import version

_Read = Callable[[str, Reading], str]

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_TO = r"\s?[-~〜–—至到]\s?"
_DAY = r"(?:19|20)\d\d(?P<_>[-/.])(?:1[0-2]|0?[1-9])(?P=_)(?:3[01]|[12]\d|0?[1-9])"
_CLOCK = r"(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?"
_MOBILE = r"1[3-9]\d(?:\d{8}|[ -]\d{4}[ -]\d{4})"
_PHONES = (
    rf"(?:\+|00)86[- ]?(?:{_MOBILE}|\d{{2,4}}-\d{{3,8}})", _MOBILE, r"0(?:10|2\d|[3-9]\d\d)-\d{7,8}(?:-\d{1,6})?",
    r"[48]00(?:\d{7}|(?:-\d{3,4}){2})", r"(?:0\d{2,3}-\d{3,8}|\d{3,4}-\d{5,8}|\d{3,4}(?:-\d{3,8}){2})(?!\s?[GM%元块万年天])",
)  # fmt: skip
#: A dash is a minus where nothing stands before it, or what has a value does.
_MINUS = r"(?:(?<![\w.-])|(?<=余额)|(?<=[为是]))-"
_SIGNED = rf"(?:{_MINUS})?(?<![\d.])(?<!\d,)"
_CURRENCY = r"(?:US\$|HK\$|[¥$€])\s?"
#: A single G is a generation of the network from 2 to 6, and 2.4G and 5.8G are radio bands; other G are volumes.
_VOLUME = rf"{_NUMBER}\s?(?:[TGMK]B|T)|(?:\d{{2,}}|[1789])(?:\.\d+)?\s?G|(?!2\.4|5\.8)\d\.\d+\s?G"
_SPEED = rf"{_NUMBER}\s?(?:[GMK]bps|[MK]B/s|M)"
_MEASURES = (
    r"个工作日|工作日|个月|个小时|个钟头|小时|分钟|公里|%|‰|[TGMK]B|[GMK]bps|[GM]"
    r"|[元块角天日月号周次位张条部台项种步倍人户兆度米层楼级栋岁期折秒分点个家名道份套笔件种类间遍页场封组片根盒包支只盏]"
)  # fmt: skip


def _day(text: str, reading: Reading) -> str:
    year, month, day = re.split("[-/.]", text)
    return moments.date(f"{year}年{month}月{day}日", reading)


def _years(text: str, reading: Reading) -> str:
    between = "至" if reading is Reading.CANTONESE else "到"
    return between.join(map(figures, re.findall(r"\d{4}", text)))


def _house(text: str, reading: Reading) -> str:
    building, _, room = text.partition("-")
    return f"{number(building, reading)}杠{digits(room, reading)}"


def _address(text: str, reading: Reading) -> str:
    return ("點" if reading is Reading.CANTONESE else "点").join(digits(part, reading) for part in text.split("."))


def _at(text: str, reading: Reading) -> str:
    hour, _, minute = text.removesuffix("分").partition("点")
    return moments.clock(f"{hour}:{minute.zfill(2)}", reading)


def _between(text: str, reading: Reading) -> str:
    return "至" if reading is Reading.CANTONESE else "到"


#: In this order: what is longer or surer comes first.
_KINDS: tuple[tuple[re.Pattern[str], _Read], ...] = tuple((re.compile(pattern), read) for pattern, read in (
    (rf"(?<![\d.-]){_DAY}(?![\d.-])", _day),
    (r"(?<![\d.-])(?:19|20)\d\d-(?:1[0-2]|0[1-9])(?![\d.-])", moments.month),
    (rf"(?<![\d.:]){_CLOCK}{_TO}{_CLOCK}(?![\d:])", measures.span),
    (rf"(?<![\d.:]){_CLOCK}(?![\d:])", moments.clock),
    (r"(?<![\w.])(?:[01]?\d|2[0-4])点[0-5]?\d分(?!钟)", _at),
    (r"(?<![*#\d])[*#]{1,2}\d+(?:[*#]+\d+)*#", groups.code),
    (r"GD\d{10}(?!\d)", groups.ticket_id),
    (r"(?<![\dA-Za-z])\d{17}[\dXx](?![\dA-Za-z])", groups.id_number),
    (rf"(?<![\d.-])(?:{'|'.join(_PHONES)})(?![\d-])(?!\.\d)", groups.phone),
    (r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)", _address),
    (r"(?<![\d.A-Za-z])[vV]?\d+(?:\.\d+){2,}(?![\d.]*\d)|(?<![A-Za-z])[vV]\d+\.\d+(?!\d)", version),
    (r"(?<![\d.:])\d{1,3}(?::\d{1,3})+(?![\d:])", measures.ratio),
    (r"(?<!\d)\d{1,3}-\d{3,4}(?=[室房])", _house),
    (rf"(?<!\d)(?:19|20)\d\d{_TO}(?:19|20)\d\d(?=年)", _years),
    (rf"{_CURRENCY}{_NUMBER}{_TO}{_NUMBER}(?![\d元块])", measures.span),
    (rf"{_SIGNED}{_NUMBER}{_TO}{_NUMBER}\s?(?:{_MEASURES})(?![A-Za-z])", measures.span),
    (r"(?<=[\d%‰年月日号点分元块天度GMBKs])\s*[-~〜–—]\s*(?=\d)", _between),
    (rf"-?{_CURRENCY}{_NUMBER}(?:\s?[万亿])?", amount),
    (rf"{_SIGNED}{_NUMBER}\s?[万亿]?(?:元|块钱|块)", amount),
    (rf"(?<![\d.])(?<!\d,){_SPEED}(?![\dA-Za-z]|/s)", measures.bandwidth),
    (rf"(?<![\d.])(?<!\d,)(?:{_VOLUME})(?![\dA-Za-z])", measures.data_volume),
    (rf"{_SIGNED}{_NUMBER}\s?[%‰]", measures.percent),
))  # fmt: skip
_YEAR = re.compile(r"(?<!\d)(\d{4}|\d{2})(?=年(?!(?:以|之|左|内|期|后|前|多)))")
_FIGURE = re.compile(rf"(?P<sign>{_MINUS})?(?P<number>{_NUMBER})")
#: Behind these a figure is a name, said digit by digit.
_NAMED = re.compile(
    r"(?:[打拨按发键转]|号|热线|短信|尾号|号码|编号|代码|错误|报错|验证码|发送|回复|开头|工单)[:\s是为“\"]*$"
)
#: Before these it counts something.
_COUNTED = re.compile(
    r"[元块角分毛个天年月日周次位张条部台项种步倍人户兆度米万亿千百级楼层栋岁期折秒点]|小时|公里|[GMKT]B?\b|%"
)
#: Before these a bare 2 is 两; not where the character begins another word.
_TWO = re.compile(
    r"[元块角个天年周次位张条部台项种步倍人户兆套份笔家点千万亿道件首趟遍页场盒节句支盏副档轮]|小时|分钟|名(?![字称])|类(?!型)|间(?!隔)"
    r"|组(?![合成])|封(?!顶)|片(?!区)|根(?!据)|包(?![含括装])|座(?!机)|双(?![卡方])|回(?![复电拨答访])|只(?![能要有管是用剩收支会看])"
)
#: Short numbers that everybody knows, digit by digit unless something is counted with them.
_KNOWN = frozenset({"110", "112", "114", "119", "120", "122", "911", "999"})
#: Before these three digits and more are a number to be dialled: 400号码, 170开头.
_DIALLED = re.compile(r"号码|电话|热线|开头|号段|客服")
_UP_TO = re.compile(r"[到至共约满过于近超余达]\s?$")
#: A picture's lines: 1080P.
_LINES = re.compile(r"[Pp](?![A-Za-z])")


def read_figures(text: str, reading: Reading) -> str:
    """`text` (half width) with its figures in words, groups of long numbers parted by `GROUP`; never raises."""
    for pattern, read in _KINDS:
        text = pattern.sub(lambda match, read=read: _tried(match[0], read, reading), text)  # type: ignore[misc]
    text = _YEAR.sub(_year, text)
    return _FIGURE.sub(lambda match: _figure(match, reading), text)


def _tried(found: str, read: _Read, reading: Reading) -> str:
    try:
        return read(found, reading)
    except ValueError:
        return found


def _year(match: re.Match[str]) -> str:
    whole = match[1]
    if len(whole) == 2 and match.string[match.end() : match.end() + 2] != "年度":
        return whole  # 12年 may count years: left to the figures
    return figures(whole)


def _figure(match: re.Match[str], reading: Reading) -> str:
    value = match["number"]
    before, after = match.string[: match.start()], match.string[match.end() :].lstrip()
    if _is_name(value, before, after):
        words = digits(value, reading)
    else:
        counting = _TWO.match(after) is not None and not re.search(r"[第A-Za-z]$", before)
        words = _number(value, reading, counting=counting)
    return (number(-1, reading)[0] if match["sign"] else "") + words


def _is_name(value: str, before: str, after: str) -> bool:
    """Whether a figure names something (a phone, a ticket) and is said digit by digit."""
    if "," in value or "." in value or (_COUNTED.match(after) and value[0] != "0"):
        return False
    if len(value) >= 5 or (len(value) > 1 and value[0] == "0"):
        return True
    if value in _KNOWN and not _UP_TO.search(before):
        return True
    if before[-1:].isascii() and before[-1:].isalpha() and len(value) > 2:
        return True
    return len(value) >= 3 and any((_NAMED.search(before), _LINES.match(after), _DIALLED.match(after)))


def _number(value: str, reading: Reading, *, counting: bool) -> str:
    try:
        return number(value, reading, counting=counting)
    except ValueError:
        return digits(value.replace(",", "").replace(".", "点"), reading)
