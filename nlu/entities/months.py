"""Months, as bills are asked for: 上个月, 三月份, 去年12月."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from nlu.entities.types import Entity
from nlu.text.numerals import parse_number

_N = r"(?:(?<!\d)(?:1[0-2]|0?[1-9])|(?<![一二三四五六七八九十])十[一二]?(?![一二三四五六七八九十])|(?<![一二三四五六七八九十])[一二三四五六七八九]|元|腊)"
_RELATIVE = {"up": 1, "upup": 2, "this": 0}
_MONTH = re.compile(
    r"(?P<upup>大?上上(?:一?个)?月|大上个?月|(?<!以)(?<!之)前个月|上上一个月)"
    r"|(?P<up>上一?个月|上月份?|头一?个月|上一月|上只月|前一个月)"
    r"|(?P<this>这一?个月|这月|本月|当月|今个月|今月|[呢尼]个月|迭个月|格个月|个个月)"
    rf"|(?P<iso>(?<!\d)20\d\d[-/.](?:0?[1-9]|1[0-2])(?![\d\-/.]))|(?P<packed>(?<!\d)20\d\d(?:0[1-9]|1[0-2])(?=月|的?账单|的?帐单|的?详单))"
    rf"|(?P<year>去年|今年|前年|上年|旧年|(?<!\d)(?:20)?\d\d年|二零[零一二三四五六七八九]{{2}}年?|二[零一二三四五六七八九]年|[二三]十[一二三四五六七八九]?年)?的?(?P<n>{_N})月(?P<fen>份)?(?P<day>{{}})?"
    .replace("{}", r"(?:\d{1,2}|[一二三四五六七八九十廿]{1,3})[号日]"))
#: A bare 一月 before these is "each month".
_PER_MONTH = re.compile(r"\s*(?:多少|要|几|一次|就|才|得|花|用|交|给|收|扣|只|能|到|最|还|也|日|偌|[\d一二两三四五六七八九十])")


def find_months(text: str, today: dt.date) -> Iterator[Entity]:
    """Months of a flattened text as `YYYY-MM`; a bare month is the latest one not in the future."""
    for match in _MONTH.finditer(text):
        behind, ahead = text[match.end():], text[:match.start()]
        if re.match(r"租|费(?!用)|饼|嫂|球|亮|子中心|卡|包", behind) and not match["day"]:
            continue
        if match["n"] and not match["year"] and re.search(r"[个每几半整单双岁满]$", ahead):
            continue
        if match["n"] == "一" and not match["year"] and not match["fen"] and _PER_MONTH.match(behind):
            continue
        if value := _value(match, today):
            end = match.start("day") if match["day"] else match.end()
            yield Entity("month", value, match.start(), end, "")


def _value(match: re.Match[str], today: dt.date) -> str | None:
    for name, back in _RELATIVE.items():
        if match[name]:
            index = today.year * 12 + today.month - 1 - back
            return f"{index // 12:04d}-{index % 12 + 1:02d}"
    if match["iso"]:
        year_said, month_said = re.split(r"[-/.]", match["iso"])
        return f"{year_said}-{int(month_said):02d}"
    if match["packed"]:
        return f"{match['packed'][:4]}-{match['packed'][4:6]}"
    named = {"元": 1, "腊": 12}.get(match["n"])
    number = named or int(parse_number(match["n"]) or 0)
    if not 1 <= number <= 12:
        return None
    year = _year(match["year"], today)
    if year is None:
        year = today.year if number <= today.month else today.year - 1
    return f"{year:04d}-{number:02d}"


def _year(said: str | None, today: dt.date) -> int | None:
    if said is None:
        return None
    back = {"今年": 0, "去年": 1, "上年": 1, "旧年": 1, "前年": 2}.get(said)
    if back is not None:
        return today.year - back
    number = int(parse_number(said.rstrip("年")) or 0)
    return number if number >= 1000 else 2000 + number
