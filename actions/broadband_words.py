"""What is wanted with a broadband line: new, moved, closed, or another speed. Pure functions."""

from __future__ import annotations

import re

from actions.framework.turn import Turn
from actions.hearing import hears, positive

_MOVE = (
    "移机", "一机", "搬家", "搬到", "搬去", "搬场", "搬屋", "一起搬", "迁到", "迁移", "挪", "移到", "移走", "移过去", "移记", "换地方", "新房子",
    "改地址", "跟着走", "跟埋", "带过去", "过户地址",
)  # fmt: skip
_CLOSE = re.compile(
    r"拆机|拆鸡|拆掉|(宽带|线|网)[^，。]{0,3}拆|拆(了|除)?(宽带|线)|销掉|销护|宽带销户|退掉|不续|不要了|不使了|唔要|不想要|不想用了|撤了|停了|注销|cut"
    r"|取消(整条|这条|家里的?|我的?)?(宽[带代待]|网)|盒子(拿去|收走)|要停|网停掉|停掉不要|(?<!已经)退了(?!网线)|退脱|弗要|一起退"
)
_SPEED = re.compile(
    r"提速|提到|升到|升级|升速|加到|提快|提上去|往上提|换快|换个?最?快|(?<!最)快的|快点儿?的|更快|太慢|太肉|慢死|不够用|跑不动|降速|降到|降一|后悔"
    r"|换成?\d+|换成?千|改成?\d+|换.{0,3}兆|千兆"
)
_NEW = re.compile(
    r"新装|装|安装|拉(一?条|一?根|个|光|网)|拉线|光先|开一(条|个)|接上|接(进|过)来|牵一条|新开|办(理|里)?宽带|弄(一(条|根)|个网)|弄上|来一(条|根)"
    r"|占个名额|单独弄|报装|通网|安个|安一|状宽带|庄|报个名|换成你们的|能不能拉网|覆盖|新加|做一套"
)
_ADDRESS_LEAD = re.compile(r"^(?:我家|我们家|家)?(?:住在|住|在|是|地址是|地址|装在|装到|搬到|搬去|移到|到)+[：:，,]?")


def wanted_op(turn: Turn) -> str | None:
    """`new`, `move`, `close` or `speed`; None where the sentence does not tell."""
    text = positive(turn.text)
    if _CLOSE.search(text) and not hears(text, ("移机", "搬")):
        return "close"
    if _SPEED.search(text) and not re.search(r"新装|装(一|个|条|宽带)", text):
        return "speed"
    if hears(text, _MOVE) and not re.search(r"新装|装(一|个|条|只|宽带|那)|想装|接上", text):
        return "move"
    if _NEW.search(text):
        return "new"
    return "speed" if turn.said.value("bandwidth") else None


def address_in(turn: Turn) -> str | None:
    """An address said in a sentence about something else."""
    value = turn.said.value("address")
    return str(value) if value else None


def bare_address(text: str) -> str:
    """An answer to `装在哪里` without its lead."""
    return _ADDRESS_LEAD.sub("", text.strip()).strip(" ，,。")
