"""Pinyin typed in letters, read as the syllables it spells: 服务mima, zhuang宽带."""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

from nlu.text.pinyin import syllables

_LETTERS = re.compile(r"[a-z]+")
#: Latin words of the trade that happen to spell syllables, or begin to.
_LATIN = frozenset(
    {"app", "wifi", "iptv", "sim", "esim", "puk", "pin", "vip", "ok", "pad", "ai", "gg", "id", "hi", "can",
     "ping", "game", "bye", "no", "we", "me", "sos", "nfc"}
)
_LONGEST = 6


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """Every toneless syllable."""
    readings = {reading for value in PINYIN_DICT.values() for reading in value.split(",")}
    return frozenset(s for s in (to_normal(reading).replace("ü", "v") for reading in readings) if s.isascii() and len(s) > 1)


@lru_cache(maxsize=4096)
def read_letters(letters: str) -> tuple[str, ...] | None:
    """Syllables of a run of letters, the fewest that spell it; None where it is no pinyin."""
    if letters in _LATIN or len(letters) < 2:
        return None
    best: list[tuple[str, ...] | None] = [(), *[None] * len(letters)]
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST), end):
            before, syllable = best[start], letters[start:end]
            if before is not None and syllable in _known() and (best[end] is None or len(before) + 1 < len(best[end] or ())):
                best[end] = (*before, syllable)
    return best[-1]


@lru_cache(maxsize=4096)
def spelled(text: str) -> tuple[str, ...]:
    """`syllables` of a text, with runs of letters that are pinyin read as syllables.

    >>> spelled("服务mima"), spelled("查wifi")
    (('fu', 'wu', 'mi', 'ma'), ('cha', 'w', 'i', 'f', 'i'))
    """
    found: list[str] = []
    at = 0
    for match in _LETTERS.finditer(text):
        read = read_letters(match.group())
        if read is not None:
            found += [*syllables(text[at : match.start()]), *read]
            at = match.end()
    return (*found, *syllables(text[at:]))
