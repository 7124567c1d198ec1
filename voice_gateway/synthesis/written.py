"""Figures and signs left in a text put into words: 14:30 is 十四点三十分, 5G is 五G, 50% is 百分之五十.

Spoken answers have their figures in words already; this is for what slips through, so it must never fail.
"""

from __future__ import annotations

import re
import unicodedata

from nlu.text.numerals import read_digits, read_number, read_year
from voice_gateway.synthesis.say_as import clock_words, without_marks

_TAG = re.compile(r"<[^<>]{1,120}>")
_BREAK = re.compile(r"<break[^<>]{0,80}>", re.IGNORECASE)
_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\s]*\)")
_MARKDOWN = re.compile(r"\*\*|__|`|^\s{0,3}(?:#{1,6}\s|>\s?|[-*+]\s)", re.MULTILINE)
_URL = re.compile(r"https?://\S+")
_NUMBER = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_CLOCK = re.compile(r"(?<![\d.:])([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?![\d:])")
_DAY = re.compile(r"(?<![\d.-])((?:19|20)\d\d)[-/.](1[0-2]|0?[1-9])[-/.](3[01]|[12]\d|0?[1-9])(?![\d.-])")
_MONTH = re.compile(r"(?<![\d.-])((?:19|20)\d\d)-(1[0-2]|0[1-9])(?![\d.-])")
_YEAR = re.compile(r"(?<!\d)(\d{4}|\d{2})(?=年(?!(?:以|之|左|内|期|后|前|多)))")
_PHONE = re.compile(r"(?<!\d)\d{3,4}(?:-\d{3,8}){1,2}(?!\d)")
_RANGE = re.compile(r"(?<=[\d%年月日号点分元度])\s*[-~〜～–—至]\s*(?=\d)")
_FIGURE = re.compile(rf"(?P<sign>(?<![\w.-])-)?(?P<money>[¥$€])?\s?(?P<number>{_NUMBER})\s?(?P<percent>%|‰)?")
#: Behind these a figure is a name, said digit by digit.
_NAMED = re.compile(r"(?:[打拨按发键]|号|热线|短信|尾号|号码|编号|代码|验证码|发送|回复|开头|工单)[:\s是为“\"]*$")
#: Before these it counts something.
_COUNTED = re.compile(r"[元块角分毛个天年月日周次位张条部台项种步倍人户兆度米万亿千百级楼层栋岁期折秒点]|小时|公里|[GMKT]B?\b|%")
#: Before these a bare 2 is 两.
_TWO = re.compile(r"[元块个天年周次位张条部台项种步倍人户兆套份笔家]|小时|分钟")
_MONEY = {"¥": "元", "$": "美元", "€": "欧元"}
#: Signs said as words, where they stand between or beside what is said.
_SIGNS = {
    "°C": "摄氏度", "℃": "摄氏度", "°": "度", "%": "百分号", "‰": "千分号", "@": "艾特", "&": "和", "+": "加", "=": "等于",
    "×": "乘", "÷": "除以", "*": "星", "#": "井", "≥": "大于等于", "≤": "小于等于", ">": "大于", "<": "小于", "≈": "约",
    "→": "，", "m²": "平方米", "㎡": "平方米", "Ω": "欧",
}  # fmt: skip
_SIGN = re.compile("|".join(map(re.escape, sorted(_SIGNS, key=len, reverse=True))))
_POINT = re.compile(r"(?<=[A-Za-z])\.(?=[A-Za-z]{2,})")


def in_words(text: str) -> str:
    """`text` with figures and signs in words; letters and punctuation stay, half width; never raises."""
    text = _BREAK.sub("，", without_marks(text).replace("㎡", "平方米"))
    text = _LINK.sub(r"\1", unicodedata.normalize("NFKC", _TAG.sub("", text)))
    text = _MARKDOWN.sub("", _URL.sub("网址", text))
    text = _DAY.sub(lambda m: f"{read_year(int(m[1]))}年{read_number(m[2])}月{read_number(m[3])}日", text)
    text = _MONTH.sub(lambda m: f"{read_year(int(m[1]))}年{read_number(m[2])}月", text)
    text = _CLOCK.sub(_clock, text)
    text = _PHONE.sub(lambda m: read_digits(m[0].replace("-", "")), text)
    text = _RANGE.sub("到", text)
    text = _YEAR.sub(_year, text)
    text = _FIGURE.sub(_figure, text)
    return _POINT.sub("点", _SIGN.sub(lambda m: _SIGNS[m[0]], text))


def _clock(match: re.Match[str]) -> str:
    said, second = clock_words(int(match[1]), int(match[2])), match[3]
    return said + (read_number(int(second)) + "秒" if second else "")


def _year(match: re.Match[str]) -> str:
    whole = match[1]
    if len(whole) == 2 and match.string[match.end() : match.end() + 2] != "年度":
        return whole  # 12年 may count years: left to the figures
    return "".join(read_year(int(digit)) for digit in whole)


def _figure(match: re.Match[str]) -> str:
    number = match["number"]
    before, after = match.string[: match.start()], match.string[match.end() :].lstrip()
    if match["percent"]:
        words = ("百分之" if match["percent"] == "%" else "千分之") + _read(number)
    elif match["money"]:
        words = _read(number) + _MONEY[match["money"]]
    elif _is_name(number, before, after):
        words = read_digits(number)
    elif number == "2" and _TWO.match(after):
        words = "两"
    else:
        words = _read(number)
    return ("负" if match["sign"] else "") + words


def _is_name(number: str, before: str, after: str) -> bool:
    """Whether a figure names something (a phone, a ticket) and is said digit by digit."""
    if "," in number or "." in number or (_COUNTED.match(after) and number[0] != "0"):
        return False
    if len(number) >= 5 or (len(number) > 1 and number[0] == "0"):
        return True
    if before[-1:].isascii() and before[-1:].isalpha() and len(number) > 2:
        return True
    return len(number) >= 3 and _NAMED.search(before) is not None


def _read(number: str) -> str:
    try:
        return read_number(number)
    except ValueError:
        return read_digits(number.replace(",", "").replace(".", "点"))
