"""Comparing what was said with what is expected: characters first, then toneless pinyin.

Syllables are folded the way southern accents and recognisers confuse them
(n/l, zh/z, ch/c, sh/s, f/h, r/l, -ng/-n). Pure functions.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pypinyin import lazy_pinyin

_DROP = re.compile(r"[^\w]|_")
_DIGIT_RUN = re.compile(r"[零〇幺一二三四五六七八九两]{3,}")
_DIGITS = str.maketrans("零〇幺一二三四五六七八九两", "0011234567892")
_LE = re.compile(r"(?<=.)(?:咯|啦|喽|嘞|哩|咗|唻|溜)(?:啊|呀|嘛|噻|哈)?$")
_EDGE_FILLER = re.compile(
    r"^(?:嗯|啊|呃|哦|噢|喂|那个|这个|就是|你好|我说|我看|它|他|好像|应该)+"
    r"|(?:啊|呀|吧|呢|嘛|哦|噢|哈|咯|哩|嘞|撒|噻|哇|喔|哟|的样子)+$"
)
_NEGATION = re.compile(
    r"(?:不是|没有|没亮|不亮|没见|不见|没看见|没看到|没|不|未|冇"
    r"|唔係|唔系|唔|莫得|没得|弗是|勿是|并非|无)$"
)
_PART = re.compile(r"^(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]?)(.*)$")
_INITIAL = {"zh": "z", "ch": "c", "sh": "s", "n": "l", "r": "l", "f": "h"}

#: Least mean syllable likeness taken for a match.
LIKENESS = 0.74


@lru_cache(maxsize=8192)
def normalise(text: str) -> str:
    """Lower-case, half-width, no punctuation or spaces; digits read out one by one become figures."""
    text = _DROP.sub("", unicodedata.normalize("NFKC", text).lower())
    return _DIGIT_RUN.sub(lambda m: m.group().translate(_DIGITS), text)


def plain_le(text: str) -> str:
    """Normalised text with a closing 咯, 啦, 喽, 嘞, 咗 ... written 了: 弄好咯 -> 弄好了."""
    return _LE.sub("了", text)


def strip_fillers(text: str) -> str:
    """Normalised text without 嗯, 那个 ... in front and 啊, 呢 ... behind; unchanged if that is all."""
    return _EDGE_FILLER.sub("", text) or text


@lru_cache(maxsize=8192)
def syllables(text: str) -> tuple[str, ...]:
    """One toneless syllable for each character of normalised text (other characters stand for themselves)."""
    return tuple(lazy_pinyin(text, errors=list))  # type: ignore[arg-type,return-value]


@lru_cache(maxsize=2048)
def _split(syllable: str) -> tuple[str, str]:
    found = _PART.match(syllable)
    assert found is not None
    initial, final = found.groups()
    return _INITIAL.get(initial, initial), final[:-1] if final.endswith("ng") else final


def _like(a: str, b: str) -> float:
    if a == b:
        return 1.0
    (ai, af), (bi, bf) = _split(a), _split(b)
    if (ai, af) == (bi, bf):
        return 0.95
    return 0.4 if af == bf and af else 0.0


def negated(text: str, start: int) -> bool:
    """Whether a 不, 没, 冇 ... stands right before position `start`."""
    return bool(_NEGATION.search(text[:start]))


def contains(text: str, phrase: str) -> bool:
    """Whether `phrase` occurs in `text` without a negation before it. Both normalised."""
    start = text.find(phrase)
    while start >= 0:
        if not negated(text, start):
            return True
        start = text.find(phrase, start + 1)
    return False


def says(pattern: str, text: str) -> bool:
    """Whether the regular expression `pattern` is found in normalised `text` without a negation before it."""
    return any(not negated(text, found.start()) for found in re.finditer(pattern, text))


def spread(text: str, phrase: str) -> bool:
    """Whether `phrase` occurs with up to two other characters inside it, none of them a negation."""
    return any(
        len(found.group()) <= len(phrase) + 2 and not negated(text, found.start())
        for found in _spread_pattern(phrase).finditer(text)
    )


@lru_cache(maxsize=8192)
def _spread_pattern(phrase: str) -> re.Pattern[str]:
    return re.compile("[^不没冇唔莫未]{0,2}".join(map(re.escape, phrase)))


def likeness(text: str, phrase: str) -> float:
    """How alike `phrase` sounds to some part of `text`, 0..1. Both normalised.

    Two syllables must both agree after folding; longer phrases may have one wrong. A phrase that covers
    under a third of what was said does not count; nor do figures.
    """
    said, wanted = syllables(text), syllables(phrase)
    n = len(wanted)
    if any(c.isdigit() for c in phrase):
        return 0.0
    if n == 0 or len(said) < n or (n == 1 and len(said) > 1) or n / len(said) < 0.34:
        return 0.0
    best = 0.0
    for i in range(len(said) - n + 1):
        scores = [_like(a, b) for a, b in zip(said[i : i + n], wanted, strict=True)]
        if n <= 2 and min(scores) < 0.95:
            continue
        score = sum(scores) / n
        if score > best and not negated(text, i):
            best = score
    return best if best >= LIKENESS else 0.0
