"""Appointment times: 明天下午三点, 下周一, 12月3号. What is past (昨天, 上周三, 今天早上就坏了) is none."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from nlu.entities.types import Entity
from nlu.text.numerals import parse_number

_N = r"(?:\d{1,2}|[一二三四五六七八九十两廿]{1,3})"
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "1": 0, "2": 1, "3": 2,
             "4": 3, "5": 4, "6": 5, "7": 6, "末": 5}
_DAYS = {"今天": 0, "今日": 0, "今儿个": 0, "今儿": 0, "今晚": 0, "今早": 0, "今朝": 0, "今晚黑": 0, "今夜": 0, "今个": 0,
         "明天": 1, "明日": 1, "明儿个": 1, "明儿": 1, "明个": 1, "明早": 1, "明晚": 1, "赶明儿": 1, "听日": 1, "听朝": 1, "听晚": 1,
         "明朝": 1, "明晚黑": 1, "后天": 2, "后日": 2, "后儿个": 2, "后儿": 2, "后朝": 2, "后晚": 2,
         "大后天": 3, "大后日": 3, "大后儿": 3, "外后天": 3}
_PERIOD_IN_WORD = {"晚": "晚上", "夜": "晚上", "黑": "晚上", "早": "上午", "听朝": "上午"}
_TODAY = frozenset(word for word, days in _DAYS.items() if days == 0)
_DAY = re.compile(
    rf"(?P<word>{'|'.join(sorted(_DAYS, key=len, reverse=True))})"
    r"|(?<![上每一两二三几半\d])(?<!上个)(?<!上一)(?<!每个)(?<!四)(?<!今天)(?<!今天是)(?P<next>下下?一?个?|这一?个?|本)?(?:周|星期|礼拜)(?P<week>[一二三四五六日天末1-7])(?![\d个年次倍])"
    rf"|(?<![\d一二三四五六七八九十年去])(?P<month>{_N}|下个?)月(?:份)?的?(?P<day>{_N})(?:[号日]|(?=上午|下午|晚上|早上|中午|$))"
    rf"|(?<![\d一二三四五六七八九十第尾工编月路街巷弄道栋楼])(?P<only>{_N})(?:号|(?<!一)日(?=[上下中早晚来过]|$))(?![了线楼单院门桌机店窗厅柜仓房库套键码卡电宿公馆路站口灯内包租游均栋幢座])")
_PERIODS = {"早上": "上午", "上午": "上午", "早晨": "上午", "一早": "上午", "一大早": "上午", "早间": "上午", "清早": "上午", "清晨": "上午",
            "上昼": "上午", "朝早": "上午", "头午": "上午", "早": "上午", "朝": "上午",
            "中午": "中午", "晌午": "中午", "晏昼": "下午",
            "下午": "下午", "午后": "下午", "后晌": "下午", "下昼": "下午", "后半晌": "下午", "下半天": "下午", "过晌": "下午", "过午": "下午",
            "晚上": "晚上", "傍晚": "晚上", "夜里": "晚上", "夜晚": "晚上", "晚黑": "晚上", "晚间": "晚上", "夜头": "晚上", "晚": "晚上"}
_PERIOD = re.compile(rf"[ ,，的]{{0,2}}(?P<period>{'|'.join(sorted(_PERIODS, key=len, reverse=True))})(?![点一]点)")
_CLOCK = rf"(?:(?P<h{{0}}>{_N})(?:点钟?|时(?!间|候)|點)(?:半|一刻|三刻|{_N}分?(?!\d))?|(?P<c{{0}}>[01]?\d|2[0-3])[:：][0-5]\d)"
_HOUR = re.compile(r"[ ,，的]{0,2}" + _CLOCK.replace("{0}", "1") + r"(?:\s?(?:到|至|-|~|—)\s?" + _CLOCK.replace("{0}", "2") + r")?")
_END_OF_CLAUSE = re.compile(r"[,，。.!！?？;；\n]")
#: What follows a day that is over: 今天早上就断了, 15号扣的, 周三报的修.
_OVER = re.compile(
    r"^起(?!来)|^说|开始|以来|到现在|至今|[坏断掉崩]了|就[坏断没不连上打慢黑红卡停]|断网|[没冇][网信号来人声到修反动得出]|不[能通行亮]|[上连打用看]不|好[好端]|掉线|黑屏|第.{1,3}天|我问|一看|起来"
    r"|(?:充|交|缴|扣|买|换|装|办|报|打|约|修|来|说|申请|投诉|登记|寄|停|开|收|花|发|借|签|入)(?:了|过|的|我|完)|报的?修|报障|刚|还[没是冇]|停机|丢|被|收到|发现|突然|天气|一整?天|又[断坏慢卡没]"
    r"|老是|一直|用了|流量|话费|账单|扣费|几号|星期几|是.{0,3}(?:节|生日)|高兴|心情|晚饭|吃|好热|好冷|下雨|过[节年生]")
_COMING = re.compile(r"(?<![起又出])来(?!电|短|了|过|显|的)|上门|过来|派|安排|有空|方便|在家|得闲|有闲|[行好]不[行好]"
    r"|行[吗么]|可以|之?以?内|修好|能[修装搞弄]|[修装搞弄]得好|之前|约|搞定|解决|处理|恢复|到位")
_PUT_BEFORE = re.compile(r"(?:改|约|换|提前|推|推迟|延|延后|安排|定|就|放|挪|调|订|排)(?:到|在|成|个|至|是)?[ ]?$")
#: A date of the new year is meant only if it comes within so many days.
_ACROSS_YEARS = 120


def find_times(text: str, now: dt.datetime) -> Iterator[Entity]:
    """Days to come, with a part of the day and an hour where they follow."""
    for match in _DAY.finditer(text):
        day = _day(match, now.date())
        if day is None:
            continue
        period, used = _period(text, match.end(), match["word"] or "")
        hour, end = _hour(text, used, period)
        if not _appointed(text, match, end, day, now.date(), hour is not None or period is not None, period):
            continue
        yield Entity("time", {"date": day.isoformat(), "period": period or _period_of(hour), "hour": hour},
                     match.start(), end, "")


def _day(match: re.Match[str], today: dt.date) -> dt.date | None:
    if match["word"]:
        return today + dt.timedelta(days=_DAYS[match["word"]])
    if match["week"]:
        ahead = match["next"] or ""
        monday = today - dt.timedelta(days=today.weekday())
        day = monday + dt.timedelta(days=7 * ahead.count("下") + _WEEKDAYS[match["week"]])
        if match["week"] == "末" and day < today <= day + dt.timedelta(days=1):
            return today
        if day < today:
            return None if ahead else day + dt.timedelta(days=7)
        return day
    number = int(parse_number((match["day"] or match["only"]).replace("廿", "二十")) or 0)
    following = (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    if match["only"]:
        return _date(today.year, today.month, number, today) or _date(following.year, following.month, number, today)
    if match["month"].startswith("下"):
        return _date(following.year, following.month, number, today)
    month = int(parse_number(match["month"]) or 0)
    coming = _date(today.year, month, number, today)
    if coming is None:
        coming = _date(today.year + 1, month, number, today)
        if coming and (coming - today).days > _ACROSS_YEARS:
            return None
    return coming


def _date(year: int, month: int, day: int, earliest: dt.date) -> dt.date | None:
    try:
        found = dt.date(year, month, day)
    except ValueError:
        return None
    return found if found >= earliest else None


def _period(text: str, at: int, word: str) -> tuple[str | None, int]:
    if match := _PERIOD.match(text, at):
        return _PERIODS[match["period"]], match.end()
    return next((p for end, p in _PERIOD_IN_WORD.items() if word.endswith(end)), None), at


def _hour(text: str, at: int, period: str | None) -> tuple[int | None, int]:
    match = _HOUR.match(text, at)
    number = parse_number((match["h1"] or match["c1"]).lstrip("0") or "零") if match else None
    if match is None or number is None or number > 24:
        return None, at
    hour = int(number)
    afternoon = {"下午": hour < 12, "晚上": hour < 12, "中午": hour < 4, None: 1 <= hour <= 6}
    if afternoon.get(period):
        hour += 12
    elif period == "晚上" and hour == 12:
        hour = 0
    return hour % 24, match.end()


def _period_of(hour: int | None) -> str | None:
    if hour is None:
        return None
    return "上午" if hour < 12 else "下午" if hour < 18 else "晚上"


def _appointed(text: str, match: re.Match[str], end: int, day: dt.date, today: dt.date, exact: bool,
               period: str | None) -> bool:
    """Whether the day is one to come, not the one on which something happened."""
    stop = _END_OF_CLAUSE.search(text, end)
    after = text[end: min(stop.start() if stop else len(text), end + 10)]
    before = text[max(0, match.start() - 6): match.start()]
    word = match["word"] or ""
    if before.endswith({"后天": "先", "明天": "聪"}.get(word, "\n")):
        return False
    if (word and word not in _TODAY) or (match["next"] or match["month"] or "").startswith("下"):
        return True
    if re.search(r"(?:每|逢|每个|上个?|上上个?)(?:月)?(?:的)?$", before):
        return False
    if _OVER.search(after) and not _COMING.match(after):
        return False
    if match["only"] and re.search(r"[都才]$|已经$|今天$", before):
        return False
    if word and day == today and (not exact or period == "上午"):
        return bool(_PUT_BEFORE.search(before) or _COMING.search(after[:7]) or (len(text) <= 6 and not after))
    return True
