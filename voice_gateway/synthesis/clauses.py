"""A text cut where a speaker breathes."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Ends a clause. A point or a dash only where it is not inside a word: Wi-Fi, yida.cn.
_ENDS = re.compile(r"[，。！？；：…,!?;:\n\r\t|]+|[—–]{1,2}|\.(?![A-Za-z0-9])|(?<![A-Za-z0-9])-+|-+(?![A-Za-z0-9])|[()（）《》【】\[\]{}]")
_SAID = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffffA-Za-z]")
#: A short stop inside a clause.
STOP = "、"


def clauses(text: str, longest: int = 30) -> Iterator[str]:
    """The clauses of a text in words, none empty; one longer than `longest` characters is cut again, at a stop if it has one."""
    for part in _ENDS.split(text):
        for clause in _shorter(part.strip(" 　" + STOP), longest):
            if _SAID.search(clause):
                yield clause


def _shorter(clause: str, longest: int) -> Iterator[str]:
    while len(clause) > longest:
        cut = clause.rfind(STOP, longest // 3, longest)
        if cut < 0:
            cut = _between_words(clause, longest)
        yield clause[:cut].strip(" " + STOP)
        clause = clause[cut:].strip(" " + STOP)
    yield clause


def _between_words(clause: str, longest: int) -> int:
    """Before a word that opens a phrase, or at a space; else in the middle of whatever is there, never inside letters."""
    for cut in range(longest, longest // 2, -1):
        if clause[cut] in "和与或但并而且在把被对从向请就再也都会要 ":
            return cut
    cut = longest
    while cut > longest // 2 and clause[cut].isascii() and clause[cut - 1].isascii():
        cut -= 1
    return cut
