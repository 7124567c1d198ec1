"""Names with figures and letters in them: plans, packs, devices, lamps."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

from voice_gateway.synthesis.spoken.figures import read_figures
from voice_gateway.synthesis.spoken.kinds import Reading
from voice_gateway.synthesis.spoken.numerals import digits, figures, number, unit

_LETTERS = Path(__file__).parent.parent / "letters.yml"
_PART = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*|\d+(?:\.\d+)*|[^A-Za-z\d]+")


def plan_name(content: str, reading: Reading) -> str:
    """A name from the catalogue; prices, speeds and volumes in it as everywhere, 5G as 五G."""
    if not content:
        raise ValueError("no name")
    return read_figures(content, reading)


def letters(content: str, reading: Reading) -> str:
    """Letters apart, so that no voice makes a word of LOS; WiFi, eSIM and other words stay; figures in words."""
    parts = _PART.findall(content)
    if not any(part[0].isascii() and part[0].isalnum() for part in parts):
        raise ValueError("no letters")
    said = [_said(part, reading) for part in parts]
    return "".join(said)


def _said(part: str, reading: Reading) -> str:
    if part[0].isdecimal():
        whole, *rest = part.split(".")
        first = digits(whole, reading) if len(whole) > 2 else number(whole, reading)
        return unit("点", reading).join([first, *map(figures, rest)])
    if not part[0].isascii() or part.replace("-", "").casefold() in _words():
        return part
    return " ".join(part.replace("-", ""))


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """What is said as a word, not by its letters."""
    return frozenset(yaml.safe_load(_LETTERS.read_text(encoding="utf-8"))["words"])
