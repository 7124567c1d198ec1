"""A noisy channel: is this a row of Mandarin words, or one of our terms misheard?

A term is put in where the sentence becomes likelier by more than the errors cost that one must assume. So 花费 stays
(it is a word), 话肥 does not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from nlu.sounds.vocabulary import likelihoods, word_scores
from nlu.standard.aligned import Aligned, Edit
from nlu.text.pinyin import fold

#: What an error costs, in natural logarithms of its odds: the same sound in other characters; a sound that accents
#: merge with it; half of the sound right; another sound altogether.
_SAME, _MERGED, _HALF, _OTHER = 1.5, 2.5, 5.5, 9.0
#: Shorter terms must sound right in every syllable.
_WRONG_FROM = 3
_OTHER_FROM = 4
#: The sentence must become this much likelier, natural logarithm.
MARGIN = 1.5
#: As much where every changed character already stands in a word of its own, as in 手机型号.
MARGIN_OF_WORDS = 10.0
#: Longest text that is looked at, characters.
_LONGEST = 200
_CONTEXT = 6


#: Characters read in two ways in everyday words; pypinyin's full lists hold readings that nobody uses.
_TWO_WAYS = {"长": ("chang", "zhang"), "重": ("zhong", "chong"), "行": ("xing", "hang"), "还": ("hai", "huan"),
             "调": ("diao", "tiao"), "传": ("chuan", "zhuan"), "藏": ("cang", "zang"), "乐": ("le", "yue"),
             "数": ("shu",), "都": ("dou", "du"), "没": ("mei",), "单": ("dan",), "的": ("de",)}  # fmt: skip
#: Words of grammar: where one of them was said, it was meant.
_GRAMMAR = frozenset(
    "不被有的了还给我你他她它上下一在就要么是也都把跟和与及或请您这那哪吗呢吧啊呀啦来去到得着过很再又才能会可以"
    "让从向对为因所且而但个们什怎谁几多少没"
)


@lru_cache(maxsize=8192)
def readings(char: str) -> tuple[str, ...]:
    """Toneless pinyin of a character as it is read in words; of anything else the character itself."""
    if not "\u4e00" <= char <= "\u9fff":
        return (char,)
    return _TWO_WAYS.get(char) or (lazy_pinyin(char, style=Style.NORMAL)[0],)


@lru_cache(maxsize=65536)
def cost(said: str, meant: str) -> float:
    """Of hearing the character `meant` as `said`."""
    if said == meant:
        return 0.0
    best = _OTHER
    for one in readings(said):
        for other in readings(meant):
            if one == other:
                return _SAME
            a, b = fold(one), fold(other)
            if a == b:
                best = min(best, _MERGED)
            elif a.isalpha() and b.isalpha() and (_final(a) == _final(b) or (_initial(a) == _initial(b) and _initial(a))):
                best = min(best, _HALF)
    return best


def _initial(syllable: str) -> str:
    return syllable[: len(syllable) - len(_final(syllable))]


def _final(syllable: str) -> str:
    return syllable.lstrip("bpmfdtnlgkhjqxrzcsyw") or syllable


@dataclass(frozen=True)
class Found:
    """`text[start:end]` is `term` misheard."""

    start: int
    end: int
    term: str
    gain: float


class Rescuer:
    """Built once for a list of terms (2 to 8 characters). `known` words are never taken for one."""

    def __init__(self, terms: Iterable[str], known: Iterable[str] = ()) -> None:
        self.terms = frozenset(term for term in terms if 2 <= len(term) <= 8)
        self._known = tuple(known)
        self._by_sound: dict[tuple[int, str], list[str]] = defaultdict(list)
        for term in sorted(self.terms):
            for place, char in enumerate(term):
                for sound in {fold(reading) for reading in readings(char)}:
                    self._by_sound[place, sound].append(term)

    def apply(self, text: Aligned) -> Aligned:
        """Terms put in the place of what was heard."""
        return text.edit([Edit(found.start, found.end, found.term) for found in self.find(text.text)])

    def find(self, text: str) -> list[Found]:
        """Without overlap, the likeliest first chosen; in the order they stand."""
        text = text[:_LONGEST]
        meant = [(at, at + len(word)) for word in self._known for at in _places(word, text)]
        candidates = sorted(
            (found for at in range(len(text) - 1) for found in self._at(text, at)
             if all(_spares(found, start, end) for start, end in meant)),
            key=lambda found: -found.gain,
        )  # fmt: skip
        kept: list[Found] = []
        for found in candidates:
            if all(found.end <= other.start or other.end <= found.start for other in kept):
                kept.append(found)
        return sorted(kept, key=lambda found: found.start)

    def _at(self, text: str, start: int) -> Iterable[Found]:
        heard: dict[str, int] = defaultdict(int)
        for place in range(min(8, len(text) - start)):
            char = text[start + place]
            for term in {t for sound in readings(char) for t in self._by_sound.get((place, fold(sound)), ())}:
                heard[term] += 1
        for term, right in heard.items():
            end = start + len(term)
            wrong = len(term) - right
            if end > len(text) or wrong > (len(term) >= _WRONG_FROM) or text[start:end] == term:
                continue
            pairs = list(zip(text[start:end], term, strict=True))
            if any(said != meant and (said in _GRAMMAR or not "\u4e00" <= said <= "\u9fff") for said, meant in pairs):
                continue
            error = sum(cost(said, meant) for said, meant in pairs)
            if wrong and not _slip(text, start, term):
                continue
            gain = self._gain(text, start, end, term) - error
            if gain > (MARGIN_OF_WORDS if _in_words(text, start, term) else MARGIN):
                yield Found(start, end, term, gain)

    def _gain(self, text: str, start: int, end: int, term: str) -> float:
        """How much likelier the neighbourhood reads with the term in it."""
        left, right = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
        return _read(left + term + right, self.terms) - _read(left + text[start:end] + right, self.terms)


def _places(word: str, text: str) -> Iterable[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _spares(found: Found, start: int, end: int) -> bool:
    """Whether a known word is left alone, or lies inside a longer term that is surely meant (携号专网)."""
    if found.end <= start or end <= found.start:
        return True
    return found.start <= start and end <= found.end and end - start < len(found.term) >= _OTHER_FROM and found.gain > 2 * MARGIN_OF_WORDS


def _in_words(text: str, start: int, term: str) -> bool:
    """Whether each changed character stands in a word of two characters or more, within the term's place."""
    return all(
        text[start + place] == meant or _word_over(text, start + place, start, start + len(term))
        for place, meant in enumerate(term)
    )


def _word_over(text: str, at: int, least: int, most: int) -> bool:
    scores = word_scores()
    return any(
        text[a:b] in scores for a in range(max(least, at - 2), at + 1) for b in range(max(at + 1, a + 2), min(most, a + 4) + 1)
    )


def _slip(text: str, start: int, term: str) -> bool:
    """Whether the one syllable that sounds wrong may be a slip: inside the term, and in no word of its own."""
    for place, meant in enumerate(term):
        said = text[start + place]
        price = cost(said, meant)
        if price < _HALF:
            continue
        if place in (0, len(term) - 1) or (price >= _OTHER and len(term) < _OTHER_FROM):
            return False
        if _word_over(text, start + place, 0, len(text)):
            return False
    return True


@lru_cache(maxsize=4096)
def _read(text: str, terms: frozenset[str]) -> float:
    return likelihoods(text, terms)[-1]
