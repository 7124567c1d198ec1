"""One written form for what customers type and recognisers hear; the original stays beside it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

#: Longest text read, characters; the rest is cut off.
MAX_CHARS = 2000

_TABLE = Path(__file__).with_name("traditional.txt")
_SPACE = re.compile(r"\s+")
# A mark kept three times says no more than once; digits and letters are never touched.
_REPEATED_MARK = re.compile(r"([^\w\s])\1+")
_REPEATED_CHAR = re.compile(r"([^\W\d_a-z])\1{3,}")
_SPACE_BY_CHINESE = re.compile(r"(?<=[\u3400-\u9fff]) (?=\S)|(?<=\S) (?=[\u3400-\u9fff])")
_PUNCTUATION = str.maketrans(
    {
        "。": ".",
        "、": ",",
        "，": ",",
        "；": ";",
        "：": ":",
        "？": "?",
        "！": "!",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "「": '"',
        "」": '"',
        "—": "-",
        "–": "-",
        "…": ".",
        "～": "~",
        "·": "",
    }
)
# Characters drawn as emoji that Unicode does not class as "So".
_EMOJI_PARTS = {0xFE0E, 0xFE0F, 0x20E3}
_KEEP_SYMBOLS = frozenset("℃°")
_NOT_KEY = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Normalized:
    """A text in its one written form.

    `original` is what came in, untouched; `truncated` says that it was longer than `MAX_CHARS`.
    """

    text: str
    original: str
    truncated: bool = False


def normalize(text: str, max_chars: int = MAX_CHARS) -> Normalized:
    """NFKC, half-width, simplified, lower case; no control, bidi or emoji characters; single spaces.

    Repeated marks shrink to one, a Chinese character repeated four times or more to two. Spaces between
    Chinese characters go. Only the first `max_chars` characters are read.
    """
    cut = text[:max_chars]
    plain = unicodedata.normalize("NFKC", cut).lower()
    plain = plain.translate(_written())
    plain = _SPACE.sub(" ", plain).strip()
    plain = _SPACE_BY_CHINESE.sub("", plain)
    plain = _REPEATED_MARK.sub(r"\1", plain)
    plain = _REPEATED_CHAR.sub(r"\1\1", plain)
    return Normalized(plain, text, len(text) > max_chars)


def question_key(text: str) -> str:
    """The form by which two questions are the same: normalised, without marks or spaces."""
    return _NOT_KEY.sub("", normalize(text).text)


def to_simplified(text: str) -> str:
    """Traditional characters to simplified, one to one; no phrase rules."""
    return text.translate(_simplified_table())


def _clean(char: str) -> str:
    category = unicodedata.category(char)
    if char in "\t\n\r\v\f\u2028\u2029" or category == "Zs":
        return " "
    if category in ("Cc", "Cf", "Co", "Cs", "Cn") or ord(char) in _EMOJI_PARTS:
        return ""
    if category in ("So", "Sk") and char not in _KEEP_SYMBOLS and char not in "^`":
        return ""
    return char


class _Written(dict[int, str]):
    """For `str.translate`: what stands for each character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        kept = _clean(chr(code)).translate(_simplified_table()).translate(_PUNCTUATION)
        self[code] = kept
        return kept


@lru_cache(maxsize=1)
def _written() -> _Written:
    return _Written()


@lru_cache(maxsize=1)
def _simplified_table() -> dict[int, str]:
    table: dict[int, str] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        traditional, simplified = line.split(" ")
        table.update(zip(map(ord, traditional), simplified, strict=True))
    return table
