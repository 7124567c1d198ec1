"""Phones and ticket ids: figures in a row, typed in groups or dictated one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlu.entities.types import Entity

_CHINESE_DIGITS = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": "0", "○": "0", "洞": "0", "幺": "1", "妖": "1", "吆": "1", "腰": "1", "两": "2", "俩": "2", "拐": "7", "勾": "9"}
#: Said for a figure only inside a dictated row.
_ONLY_IN_ROWS = "洞妖吆腰拐勾"
_CN = "".join(_CHINESE_DIGITS)
_DIGIT = f"0-9{_CN}"
#: 三个八: the figure so many times.
_TOKEN = rf"(?:[二两三四五六七八九2-9]个[{_DIGIT}](?!个)|[{_DIGIT}])"
_GAP = r"(?:[ \t\-,，、.。·~—_()（）:：]|呃|嗯|啊|哦|唔|然后是?|再是|号码是?)"
_RUN = re.compile(rf"(?:\+\s?|00)?{_TOKEN}(?:{_GAP}{{0,3}}{_TOKEN}){{4,}}")
_GROUP = re.compile(rf"[0-9]+|(?:[二两三四五六七八九2-9]个[{_DIGIT}](?!个)|[{_CN}])+")
_TICKET_MARK = re.compile(r"(?<![a-z])g[\s\-,，、.]{0,2}d(?![a-z])[\s\-:：,，、号是的]{0,3}|[鸡机几基击吉激技][地滴低弟迪帝第](?=[\s,，]*[二2])")
_TICKET_NAMED = re.compile(r"(?:工单|单子|报修|受理|投诉|流水|业务)[号编码]{0,3}(?:是|为|:|：|\s){0,2}$")
_OTHER_NUMBER = re.compile(r"(?:qq|微信|账[号户]|银行卡|信用卡|身份证|证件|快递|运单|订单|卡)单?号?码?(?:是|为|:|：|\s){0,2}$")
_PHONE = re.compile(r"(?:0086|86|0)?(1[3-9]\d{9})")
_FIXED = re.compile(r"0(?:10|2\d)\d{8}|0[3-9]\d{2}\d{7,8}")
_TICKET = re.compile(r"2\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{4}")
#: What a figure right after a number counts: ...零一三月份 is a number and 三月份.
_COUNTS = "月块元个号天点兆gm分毛百千十万年次张条"
#: Longest row looked at, in groups.
_MAX_GROUPS = 24


@dataclass(frozen=True)
class _Group:
    start: int
    end: int
    digits: str


def digits_of(text: str) -> str:
    """The figures in a text that was typed or dictated digit by digit; 三个八 is 888."""
    spread = re.sub(rf"([二两三四五六七八九2-9])个([{_DIGIT}])(?!个)", lambda m: m[2] * int(_one(m[1])), text)
    return "".join(_one(c) for c in spread)


def _one(char: str) -> str:
    return char if char.isascii() and char.isdigit() else _CHINESE_DIGITS.get(char, "")


def find_runs(text: str) -> Iterator[Entity]:
    """Ticket ids and phones in a flattened text."""
    taken = list(_marked_tickets(text))
    yield from taken
    for match in _RUN.finditer(text):
        for entity in _read(text, match.start(), match.end()):
            if not any(entity.overlaps(other) for other in taken):
                yield entity


def _marked_tickets(text: str) -> Iterator[Entity]:
    """`GD` and figures, however they are grouped. Eight to twelve are taken: a recogniser drops doubles."""
    row = re.compile(rf"{_TOKEN}(?:{_GAP}{{0,2}}{_TOKEN})*")
    for mark in _TICKET_MARK.finditer(text):
        match = row.match(text, mark.end())
        if match is None:
            continue
        groups = _groups(text, match.start(), match.end())
        for count in range(len(groups), 0, -1):
            digits = "".join(g.digits for g in groups[:count])
            if _TICKET.fullmatch(digits) or (count == len(groups) and 8 <= len(digits) <= 12 and digits[0] == "2"):
                yield Entity("ticket_id", "GD" + digits, mark.start(), groups[count - 1].end, "")
                break


def _read(text: str, start: int, end: int) -> Iterator[Entity]:
    """The numbers of one row: the whole, or parts between pauses where the rest is explained too."""
    plus = re.match(r"\+\s?", text[start:end])
    groups = _groups(text, start, end)[:_MAX_GROUPS]
    if plus and groups:
        groups[0] = _Group(start, groups[0].end, groups[0].digits)
    done = 0
    for first in range(len(groups)):
        if first < done:
            continue
        for last in range(len(groups), first, -1):
            said = "".join(g.digits for g in groups[first:last])
            kind, value = _kind(said, text[:groups[first].start])
            if kind and _explained(groups[done:first], value) and _explained(groups[last:], value):
                yield Entity(kind, value, groups[first].start, groups[last - 1].end, "")
                done = last
                break


def _explained(rest: Sequence[_Group], value: str) -> bool:
    """Whether the figures beside a number are no part of it: few, a false start of it, or a number too."""
    digits = "".join(g.digits for g in rest)
    return len(digits) <= 3 or value.startswith(digits) or bool(_kind(digits, "")[0]) or any(
        len(g.digits) in (10, 11) and _kind(g.digits, "")[0] for g in rest)


def _kind(digits: str, before: str) -> tuple[str | None, str]:
    if phone := _PHONE.fullmatch(digits):
        return "phone", phone[1]
    if _FIXED.fullmatch(digits):
        return "phone", digits
    if _TICKET.fullmatch(digits) and not (_OTHER_NUMBER.search(before) and not _TICKET_NAMED.search(before)):
        return "ticket_id", "GD" + digits
    return None, digits


def _groups(text: str, start: int, end: int) -> list[_Group]:
    """Parts of a row between pauses; a figure that already counts something behind the row is left out."""
    found = [_Group(m.start(), m.end(), digits_of(m.group())) for m in _GROUP.finditer(text, start, end)]
    if found and text[end:end + 1] and text[end] in _COUNTS and len(found[-1].digits) > 1 and end - found[-1].start > 1:
        last = found[-1]
        if not text[end - 1].isascii() and text[end - 2] != "个":
            found[-1:] = [_Group(last.start, end - 1, last.digits[:-1]), _Group(end - 1, end, last.digits[-1])]
    return found
