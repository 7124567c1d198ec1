"""What is said, between characters and the voice's own symbols."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_SPELLED = re.compile(r"([a-zv]+?)(r?)([1-5])")
#: Syllables that end in r by themselves.
_PLAIN_R = frozenset({"er"})


@dataclass(frozen=True)
class Syllable:
    """`base` is toneless pinyin with v for ü, `tone` 1 to 5; `bent` where 儿 is said with it; `char` as written."""

    base: str
    tone: int
    char: str = ""
    bent: bool = False

    def toned(self, tone: int) -> Syllable:
        return replace(self, tone=tone)

    def __str__(self) -> str:
        return f"{self.base}{'r' if self.bent else ''}{self.tone}"


def spelled(text: str, chars: str = "") -> list[Syllable]:
    """Syllables from pinyin with tone figures: `chong1 zhi2`. Raises ValueError."""
    out = []
    for number, item in enumerate(text.split()):
        match = _SPELLED.fullmatch(item.replace("ü", "v"))
        if match is None:
            raise ValueError(f"not a syllable: {item!r}")
        whole = match[1] + match[2]
        bent = bool(match[2]) and whole not in _PLAIN_R
        out.append(Syllable(match[1] if bent else whole, int(match[3]), chars[number : number + 1], bent))
    return out


@dataclass(frozen=True)
class Word:
    """Syllables said as one; `stop` where a short stop comes before it."""

    syllables: tuple[Syllable, ...]
    stop: bool = False
    foreign: bool = False
