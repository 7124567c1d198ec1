"""Toneless pinyin of a text, and the folding of sounds that accents and recognisers confuse."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.seg.simpleseg import seg

# The first initial of each pair is written as the second one.
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("r", "l"), ("f", "h"))
# hu- before a vowel is f- in the mouth of many speakers: hui/fei, hua/fa, huang/fang.
_AFTER_H = {"ui": "ei", "ua": "a", "uan": "an", "uang": "ang", "un": "en", "uai": "ai", "uo": "o"}
_FINALS = (("iang", "ian"), ("uang", "uan"), ("ang", "an"), ("eng", "en"), ("ing", "in"))


@lru_cache(maxsize=4096)
def syllables(text: str) -> tuple[str, ...]:
    """Toneless pinyin, one item per Chinese character; every other character stands for itself.

    >>> syllables("查5G")
    ('cha', '5', 'g')
    """
    return tuple(item for word in seg(text.lower()) for item in _of_word(word))


@lru_cache(maxsize=32768)
def _of_word(word: str) -> tuple[str, ...]:
    """Of one word as pypinyin divides them: it reads each by itself, and the same words come again and again."""
    items = lazy_pinyin(word, style=Style.NORMAL, errors=list)  # type: ignore[arg-type]
    return tuple(item for item in items if not item.isspace())


@lru_cache(maxsize=4096)
def fold(syllable: str) -> str:
    """One form for sounds that accents confuse: n/l/r, zh/z, ch/c, sh/s, h/f, -n/-ng.

    Anything that is not a pinyin syllable of two letters or more comes back unchanged.

    >>> fold("niu") == fold("liu"), fold("huang") == fold("fan"), fold("sheng") == fold("sen")
    (True, True, True)
    """
    if len(syllable) < 2 or not (syllable.isascii() and syllable.isalpha()):
        return syllable
    for initial, plain in _INITIALS:
        if syllable.startswith(initial):
            syllable = plain + syllable[len(initial) :]
            break
    if syllable.startswith("h"):
        syllable = "h" + _AFTER_H.get(syllable[1:], syllable[1:])
    for final, plain in _FINALS:
        if syllable.endswith(final):
            return syllable[: -len(final)] + plain
    return syllable


@lru_cache(maxsize=4096)
def folded_syllables(text: str) -> tuple[str, ...]:
    """`syllables`, each folded."""
    return tuple(fold(item) for item in syllables(text))
