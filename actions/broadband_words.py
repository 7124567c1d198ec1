"""What is wanted with a broadband line: new, moved, closed, or another speed. Pure functions."""

from __future__ import annotations

import re

from actions.framework.turn import Turn
from actions.hearing import hears, positive

_MOVE = ("移机", "一机", "搬家", "搬到", "搬去", "迁到", "迁移", "挪", "移到", "移走", "换地方", "新房子", "跟着走", "过户地址", "跟埋", "带过去", "改地址", "搬屋", "一起搬", "搬场", "移过去", "移记")
_CLOSE = re.compile(r"拆机|拆鸡|拆掉|拆(了|除)?(宽带|线)|销掉|退掉|不续|不要了|唔要|不想要|撤了|停了|注销|取消(整条|这条)?宽带|cut|盒子拿去|拆宽带|要停|网停掉|停掉不要|退了(?!网线)|退脱|弗要|一起退|取消(家里|我)的?(宽带|网)|取消宽[带代待]|不想用了|宽带销户")
_SPEED = re.compile(r"提速|提到|升到|升级|升速|加到|换快|换个快|快的|更快|太慢|不够用|跑不动|往上提|最快|降速|降到|降一|换成?\d+|改成?\d+|换.{0,3}兆|千兆")
_NEW = re.compile(r"新装|装|安装|拉一(条|根)|开一条|接上|牵一条|新开|办(理|里)?宽带|弄一(条|根)|来一(条|根)|占个名额|单独弄|报装|通网|拉(一?条|根|光|网)|拉线|光先|弄上|安个|安一|状宽带|庄|报个名|弄个网|开一个|换成你们的|能不能拉网|接过来|覆盖")
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
