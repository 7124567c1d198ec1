"""`第二个`, `2`, `选三`: an ordinal stands for the button it points at."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBERS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_ORDINAL = re.compile(
    r"^(?:我?要?选?(?:择)?|按|就)?(?:第)?(?P<n>[1-9一二两三四五六七八九])(?:个|项|条|种|号)?(?:那个)?(?:吧|呗|嘛|啊)?[。.！!]?$"
)
_IN_WORDS = re.compile(r"[第个项条种号]")
_LAST = re.compile(r"^(?:就|选|要)?最后(?:那|一)?个?[吧呗]?[。.]?$")


def resolve(text: str, buttons: Sequence[dict[str, str]]) -> str:
    """The payload of the button meant, else the text itself.

    A place said in words is no agreement: 第一个 under a read-back speaks of something listed before it, so a button
    that confirms is taken by its own words or by its key (1, 按1) only.
    """
    if not buttons:
        return text
    bare = text.strip()
    match = _ORDINAL.match(bare)
    if match:
        number = int(match["n"]) if match["n"].isdigit() else _NUMBERS[match["n"]]
        if number <= len(buttons):
            payload = buttons[number - 1]["payload"]
            return text if payload.startswith("确认") and _IN_WORDS.search(bare) else payload
    if _LAST.match(bare):
        return buttons[-1]["payload"]
    for button in buttons:
        if bare == button["title"]:
            return button["payload"]
    return text
