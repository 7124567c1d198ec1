"""Hearing words in what may be dialect, misheard or negated. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from nlu.text.pinyin import folded_syllables

_CORRECTION = re.compile(r"啊不对|哦不对?|呃不对?|啊不是?|哦不是|不对|说错了?|打错了?|错了")
_CLAUSE = re.compile(r"[，,。；;！!？?、\s]+")
_NOT = r"(?:我|先|可)?(?:不是|不要|不用|不想|不|别|没说|莫|唔好|唔系|勿要)"
#: 我不小心, 不知道, 不记得 deny nothing.
_NEGATIVE = re.compile(rf"^(?>{_NOT})(?!小心|知道|晓得|记得|清楚|会|懂|能|好意思)")
_BUT = re.compile(rf"^(?>{_NOT})[^，]{{1,12}}?(?:而是|是要|是|要|就要|我要)(?P<rest>.{{2,}})")
#: Shorter words are heard by characters only: 那歌 sounds like 那个.
_SOUND_FROM = 3


def positive(text: str) -> str:
    """What the speaker does want: `不开转移，是取消转移` gives `是取消转移`; a lone `不要彩铃了` stays."""
    parts = [part for part in _CORRECTION.split(text) if part.strip(" ，,。")]
    if len(parts) > 1:
        text = parts[-1]
    kept: list[str] = []
    for clause in _CLAUSE.split(text):
        if but := _BUT.match(clause):
            kept.append(but["rest"])
        elif clause and not _NEGATIVE.match(clause):
            kept.append(clause)
    return "，".join(kept) or text


def hears(text: str, words: Iterable[str], *, sound_from: int = _SOUND_FROM) -> bool:
    """Whether one of `words` is in the text, by characters or by the sounds that accents confuse."""
    lowered = text.lower()
    words = tuple(words)
    if any(word.lower() in lowered for word in words):
        return True
    said = folded_syllables(lowered)
    spoken = [word for word in words if len(word) >= sound_from and not word.isascii()]
    return any(_within(folded_syllables(word), said) for word in spoken)


def named(text: str, names: Mapping[str, Iterable[str]]) -> list[str]:
    """Keys of `names` whose words are heard, those said in characters before those only heard by sound."""
    lowered = text.lower()
    exact = [key for key, words in names.items() if any(word.lower() in lowered for word in words)]
    return exact or [key for key, words in names.items() if hears(text, words)]


def _within(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return any(whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1))
