"""How a sentence is cut up for matching; questions of editors and of customers go the same way."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import lru_cache
from typing import NamedTuple

from nlu.standard.form import standard
from nlu.text.normalize import normalize
from nlu.text.numerals import parse_number
from nlu.text.pinyin import folded_syllables

#: Characters of a question that are embedded; the rest is matched by characters and sounds only.
MAX_EMBEDDED = 160
#: Characters of a question that are matched at all.
MAX_MATCHED = 400

_NOT_KEY = re.compile(r"[\W_]+")
_NUMBER_WORDS = re.compile(r"[零〇一二三四五六七八九两幺十百千万亿]{2,}(?![点半])")


class Tokens(NamedTuple):
    """`text` goes to the encoder, `chars` and `sounds` to the n-gram indexes: one character and one sound each.

    Empty if nothing is asked. A base has hundreds of thousands of these, so characters stay one string.
    """

    text: str
    chars: str
    sounds: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.chars


def cut(text: str) -> Tokens:
    """Normalise, write numbers as figures (一百二十九, 一二九: 129), cut into characters and sounds."""
    plain = figures(normalize(text, MAX_MATCHED).text)
    key = _NOT_KEY.sub("", plain)
    return Tokens(plain[:MAX_EMBEDDED], key, folded_syllables(key))


def asked(text: str, stored: Container[str] = ()) -> Tokens:
    """`cut` of what a customer asks: in standard Mandarin, unless the very words are `stored` as a question's key."""
    tokens = cut(text)
    if tokens.key in stored:
        return tokens
    meant = standard(text[:MAX_MATCHED]).text
    return cut(meant) if asks(meant) else tokens


def asks(text: str) -> bool:
    """Whether anything but marks is left."""
    return bool(_NOT_KEY.sub("", text))


@lru_cache(maxsize=500_000)
def cut_stored(text: str) -> Tokens:
    """`cut`, remembered: for what editors wrote, which comes again at each reload. About a kilobyte each."""
    return cut(text)


def figures(text: str) -> str:
    """Numbers said in words become figures where they surely are numbers: 十二 and 一二九, not 一 or 三四."""
    return _NUMBER_WORDS.sub(_figure, text)


def _figure(match: re.Match[str]) -> str:
    words = match[0]
    if len(words) == 2 and not re.search("[十百千万亿]", words):
        return words
    value = parse_number(words)
    return words if value is None else str(int(value))
