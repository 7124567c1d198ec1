"""For whom a request is made: the relative named last, for as long as that is plainly still meant.

The slot `subject_phone` is set by `family_form` and holds for `LASTS`. It is dropped when the customer
speaks of their own line, says goodbye or puts everything down, and replaced when another relative is
named. A task keeps the line it began with, so a digression about one's own line does not change it.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from actions.framework.turn import Turn

SLOT = "subject_phone"
LASTS = dt.timedelta(minutes=15)
_ME = r"(?:我|俺|额|偃|𠊎|阮|吾)"
_OWN = re.compile(
    rf"{_ME}(?:自己|自个|本人|个人|家己)|本人的|自己的|自家的|给自己"
    rf"|{_ME}(?:的|嘅|滴|这个|这张|这边|呢个)(?!妈|爸|爹|娘|母|父|爷|奶|外|姥|老|儿|女|孩|媳|丈|岳|婆|公|妹|姐|哥|弟|家人|亲)"
    rf"|(?:不是|不查|不问|别查|别管|不管).{{0,4}}(?:她|他|妈|爸)|{_ME}(?:还有|还剩|剩|欠|用了|用掉)"
)

_HELPING = re.compile(rf"(?:[帮给替为俾]|查|看|问)(?:下|一下|看|看看)?{_ME}?们?(?:家)?的?$")
_THEIRS = re.compile(r"(?:的|个|那个|这个)*(?:手机|电话|号码?|卡)?(?:里|上)?(?:的)?(?:话费|余额|流量|账单|积分|套餐|工单)")


def until(now: dt.datetime, phone: str) -> dict[str, str]:
    """The slot's value for a relative named now."""
    return {"phone": phone, "until": (now + LASTS).isoformat()}


def settled(turn: Turn, now: dt.datetime, *, answering: bool) -> tuple[str | None, bool]:
    """The relative's number that holds in this turn, and whether the slot is to be emptied.

    `answering`: the customer answers a question of a task, where `我的` does not change whose task it is.
    """
    value: Any = turn.slots.get(SLOT)
    if not value:
        return None, False
    if isinstance(value, dict):
        if now >= dt.datetime.fromisoformat(value["until"]):
            return None, True
        value = value["phone"]
    if turn.intent == "goodbye" or (not answering and speaks_of_own(turn)):
        return None, True
    return str(value), False


def for_relative(turn: Turn) -> bool:
    """`帮我妈看看话费`, `我妈的流量`: a relative's line is asked about, though the sentence reads as a plain query."""
    for entity in turn.said.entities:
        if entity.get("entity") == "relation":
            before, after = turn.text[: entity.get("start") or 0], turn.text[entity.get("end") or 0 :]
            if _HELPING.search(before) or _THEIRS.match(after):
                return True
    return False


def speaks_of_own(turn: Turn) -> bool:
    """`我自己的`, `我这个号`: but not `我的妈妈`, nor any sentence that names a relative to act for."""
    return turn.intent != "family_agent" and bool(_OWN.search(turn.text))
