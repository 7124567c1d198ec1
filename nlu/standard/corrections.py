"""Who corrects themselves means the second: 查这个月的，不是，是上个月的 asks for last month."""

from __future__ import annotations

import datetime as dt
import itertools
import re

from nlu.entities.extract import extract
from nlu.entities.types import Entity
from nlu.standard.aligned import Aligned, Edit

_MARK = r"[\s,，.。、…!！;；-]"
#: The words by which somebody takes back what was said just before. 不是 and 不对 need a pause on both sides: 信号不对 is a fact.
_TAKEN_BACK = re.compile(
    rf"{_MARK}+(?:啊|哦|噢|呃|哎|哎呀|诶|欸)?{_MARK}*"
    rf"(?:(?:不对|不是|错了|不不不?|不)(?:不对|不是)?{_MARK}+|(?:我)?(?:说错了|讲错了|打错了|搞错了|记错了|弄错了|口误){_MARK}*)"
    rf"(?:应该是|我说的是|我是说|我的意思是|是|我是要|我要|改成|换成)?(?P<rest>.+)$"
)
#: The same between two details of one kind, where no pause is heard: 13800000001不对是13800000002.
_BETWEEN = re.compile(rf"^{_MARK}*(?:啊|哦|噢|呃|哎|诶|欸)?{_MARK}*(?:不对|不是|错了|说错了|打错了|讲错了|不不不?){_MARK}*(?:应该是|是|改成|换成)?{_MARK}*$")
#: A correction this short only puts another detail in the place of the first.
_DETAIL = 14


def corrected(text: Aligned, now: dt.datetime | None = None) -> Aligned:
    """The text as if it had been said right at once. Left alone where nothing is taken back."""
    text = _details(text, now)
    for _ in range(2):
        match = _TAKEN_BACK.search(text.text)
        if match is None or not match.start():
            return text
        text = _mended(text, match, now)
    return text


def _mended(text: Aligned, match: re.Match[str], now: dt.datetime | None) -> Aligned:
    before, rest = text.text[: match.start()], match["rest"]
    if len(rest) <= _DETAIL:
        for new in extract(rest, now):
            old = _last(extract(before, now), new.entity)
            if old is not None:
                # Put the new detail where the old one stood; what stands around it in the correction says no more.
                return _swap(text, old, match.start("rest") + new.start, match.start("rest") + new.end, match.start())
    if len(rest.strip()) < 2:
        return text
    return text.edit([Edit(0, match.start("rest"), "")])


def _details(text: Aligned, now: dt.datetime | None) -> Aligned:
    """Each detail taken back at once by another of its kind is left out, with the words that take it back."""
    found = extract(text.text, now)
    return text.edit([
        Edit(old.start, new.start, "")
        for old, new in itertools.pairwise(found)
        if old.entity == new.entity and _BETWEEN.match(text.text[old.end : new.start])
    ])  # fmt: skip


def _last(found: list[Entity], kind: str) -> Entity | None:
    return next((e for e in reversed(found) if e.entity == kind), None)


def _swap(text: Aligned, old: Entity, start: int, end: int, cut: int) -> Aligned:
    """The new detail in place of the old; what follows is taken from where more was said."""
    if len(text.text) - end > cut - old.end:
        end = len(text.text)
        cut = old.end
    places = text.places[: old.start] + text.places[start:end] + text.places[old.end : cut]
    return Aligned(text.text[: old.start] + text.text[start:end] + text.text[old.end : cut], text.original, places)
