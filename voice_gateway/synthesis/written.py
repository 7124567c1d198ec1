"""What is left in a text of signs and markup put into words: 14:30 is 十四点三十分, 5G is 五G, 50% is 百分之五十."""

from __future__ import annotations

import re
import unicodedata

from voice_gateway.synthesis.clauses import STOP
from voice_gateway.synthesis.say_as import without_marks
from voice_gateway.synthesis.spoken import Reading, SpokenKind, render
from voice_gateway.synthesis.spoken.figures import read_figures
from voice_gateway.synthesis.spoken.kinds import GROUP

_TAG = re.compile(r"<[^<>]{1,120}>")
_BREAK = re.compile(r"<break[^<>]{0,80}>", re.IGNORECASE)
_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\s]*\)")
#: Stars that are no markup: hidden digits, a name's hidden part, a code to be keyed.
_HIDDEN = re.compile(
    r"(?<![\d*])(?P<phone>\d{2,4}\*{4}\d{2,4})(?!\d)|(?<![\d*])(?P<card>\d{2,6}\*{5,14}\d{2,4}[Xx]?)(?!\d)"
)
_SOMEBODY = re.compile(r"(?<=[\u4e00-\u9fff])(?<![按键拨入加或和是])\*(?=[,。;、(]|先生|女士|的|$)")
_EMPHASIS = re.compile(
    r"(?<![*\dA-Za-z按键拨入加或和是])\*([\u4e00-\u9fffA-Za-z][^*\n，。,;；]{0,40})\*(?![*\dA-Za-z])"
)
_KEYED = re.compile(r"\*{2}\d{2,3}\*(?:\d+(?:\*\d+)*#|(?=号码))")
_MARKDOWN = re.compile(r"\*\*|__|`|^\s{0,3}(?:#{1,6}\s|>\s?|[-*+]\s)", re.MULTILINE)
_URL = re.compile(r"https?://\S+")
#: Signs said as words, where they stand between or beside what is said.
_SIGNS = {
    "°C": "摄氏度", "℃": "摄氏度", "°": "度", "%": "百分号", "‰": "千分号", "@": "艾特", "&": "和", "+": "加", "=": "等于",
    "×": "乘", "÷": "除以", "*": "星号", "#": "井号", "≥": "大于等于", "≤": "小于等于", ">": "大于", "<": "小于", "≈": "约",
    "→": "，", "m²": "平方米", "㎡": "平方米", "Ω": "欧",
}  # fmt: skip
_SIGN = re.compile("|".join(map(re.escape, sorted(_SIGNS, key=len, reverse=True))))
_POINT = re.compile(r"(?<=[A-Za-z])\.(?=[A-Za-z]{2,})")
_WEEKDAYS = re.compile(r"(?<=周[一二三四五六日])\s?[-~〜–—]\s?(?=周[一二三四五六日])")
#: A price for each of something: 5元/GB is 每个G五元.
_PRICE = r"\d[\d.,]*\s?[元块角分]"
_EACH = re.compile(
    rf"(?<![\d.])(?<!\d,)((?:\d[\d.,]*\s?[-~]\s?)?{_PRICE}|¥\d[\d.,]*)\s?/\s?"
    r"(GB|MB|G|M|个月|工作日|小时|分钟|[月天日年次条分张户人台个秒])(?![A-Za-z])"
)
_EACH_VOLUME = re.compile(r"(?<=每)\s?(GB|MB)(?![A-Za-z])")
_VOLUMES = {"GB": "个G", "G": "个G", "MB": "兆", "M": "兆"}
_OR = re.compile(r"(?<=\w)/(?=\w)")


def in_words(text: str, reading: Reading = Reading.MANDARIN, gap: str = STOP) -> str:
    """`text` with figures and signs in words; letters and punctuation stay, half width; never raises.

    `gap` stands between the groups of long numbers, as in `render`.
    """
    text = _BREAK.sub("，", without_marks(text, reading, gap).replace("㎡", "平方米"))
    text = _LINK.sub(r"\1", unicodedata.normalize("NFKC", _TAG.sub("", text)))
    text = _KEYED.sub(lambda m: render(SpokenKind.CODE, m[0], reading, GROUP), _hidden(text, reading))
    text = _MARKDOWN.sub("", _EMPHASIS.sub(r"\1", _URL.sub("网址", text)))
    text = _EACH.sub(lambda m: f"每{_VOLUMES.get(m[2], m[2])}{m[1]}", text)
    between = "至" if reading is Reading.CANTONESE else "到"
    text = _WEEKDAYS.sub(between, read_figures(text, reading))
    text = _EACH_VOLUME.sub(lambda m: _VOLUMES[m[1]], text)
    text = _OR.sub(STOP, text)
    return _POINT.sub("点", _SIGN.sub(lambda m: _SIGNS[m[0]], text)).replace(GROUP, gap)


def _hidden(text: str, reading: Reading) -> str:
    def words(match: re.Match[str]) -> str:
        kind = SpokenKind.PHONE if match["phone"] else SpokenKind.ID_NUMBER
        return render(kind, match[0], reading, GROUP)

    return _SOMEBODY.sub("某", _HIDDEN.sub(words, text))
