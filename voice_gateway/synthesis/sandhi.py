"""Tones as they are spoken: 不 and 一 by what follows, the first of two third tones as a second."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from voice_gateway.synthesis.syllables import Syllable, Word

_FIGURES = "零〇一二三四五六七八九幺两"
#: Behind these 一 counts or orders, and keeps its tone.
_ORDER_BEFORE = frozenset("第十初点周期" + _FIGURES)
#: Before these too: 一月, 一号, 一零, 一二.
_ORDER_AFTER = frozenset("月号日楼十" + _FIGURES)
#: 一点五 and 一点钟 are figures, 一点 alone is a little.
_BEHIND_POINT = frozenset("钟半整" + _FIGURES)


def spoken_tones(words: list[Word]) -> list[Word]:
    """The words of one clause with the tones they are spoken with."""
    flat = [syllable for word in words for syllable in word.syllables]
    ends = _last_of_longer_words(words)
    breaks = _starts_behind_stops(words)
    changed = list(flat)
    for place, syllable in enumerate(flat):
        if syllable.char == "一" and syllable.base == "yi":
            changed[place] = syllable.toned(_yi(flat, place, place in ends, breaks))
        elif syllable.char == "不" and syllable.base == "bu" and syllable.tone != 5:
            changed[place] = syllable.toned(_bu(flat, place, place + 1 in breaks))
    position, out = 0, []
    for word in words:
        said = tuple(changed[position : position + len(word.syllables)])
        position += len(said)
        out.append(replace(word, syllables=said))
    return _third_tones(out)


def _yi(flat: list[Syllable], place: int, ends_word: bool, breaks: set[int]) -> int:
    before = flat[place - 1] if place and place not in breaks else None
    after = flat[place + 1] if place + 1 < len(flat) else None
    if after is None or place + 1 in breaks or (before is not None and not before.char):
        return 1
    if before is not None and before.char and before.char == after.char and before.char not in _FIGURES:
        return 5  # 看一看
    if (before is not None and before.char in _ORDER_BEFORE) or after.char in _ORDER_AFTER or ends_word or not after.char:
        return 1
    if after.char == "点" and place + 2 < len(flat) and flat[place + 2].char in _BEHIND_POINT:
        return 1
    return 2 if after.tone == 4 or after.char == "个" else 4


def _bu(flat: list[Syllable], place: int, stop_follows: bool) -> int:
    before = flat[place - 1] if place else None
    after = flat[place + 1] if place + 1 < len(flat) else None
    if after is None or stop_follows:
        return 4
    if before is not None and before.char and before.char == after.char:
        return 5  # 是不是
    return 2 if after.tone == 4 else 4


def _last_of_longer_words(words: list[Word]) -> set[int]:
    """Places of the last syllable of words of two syllables or more: 统一, 万一."""
    position, places = 0, set()
    for word in words:
        position += len(word.syllables)
        if len(word.syllables) > 1:
            places.add(position - 1)
    return places


def _starts_behind_stops(words: list[Word]) -> set[int]:
    position, places = 0, set()
    for word in words:
        if word.stop:
            places.add(position)
        position += len(word.syllables)
    return places


def _third_tones(words: list[Word]) -> list[Word]:
    """Within a word first, then between feet of which one is a single syllable."""
    said = [list(_within(word.syllables)) for word in words]
    feet: list[list[tuple[int, int]]] = []
    stops: set[int] = set()
    for number, word in enumerate(words):
        places = [(number, place) for place in range(len(word.syllables))]
        pairs_up = feet and len(places) == 1 and len(feet[-1]) == 1 and not word.stop
        if pairs_up:
            feet[-1] += places
        else:
            if word.stop:
                stops.add(len(feet))
            feet.append(places)
    for foot in feet:
        if len(foot) == 2 and foot[0][0] != foot[1][0]:
            _lift(said, foot[0], foot[1])
    for number, (left, right) in enumerate(pairwise(feet), start=1):
        if number not in stops and (len(left) == 1 or len(right) == 1):
            _lift(said, left[-1], right[0])
    return [replace(word, syllables=tuple(item)) for word, item in zip(words, said, strict=True)]


def _lift(said: list[list[Syllable]], left: tuple[int, int], right: tuple[int, int]) -> None:
    first, second = said[left[0]][left[1]], said[right[0]][right[1]]
    if first.tone == 3 and second.tone == 3:
        said[left[0]][left[1]] = first.toned(2)


def _within(syllables: tuple[Syllable, ...]) -> tuple[Syllable, ...]:
    """Pairs from the left, so that 展览馆 is 2 2 3 and a word of four keeps its halves."""
    out = list(syllables)
    for place in range(len(out) - 1):
        if syllables[place].tone == 3 and syllables[place + 1].tone == 3:
            out[place] = out[place].toned(2)
    return tuple(out)
