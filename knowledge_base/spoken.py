"""How long a spoken answer takes, and what must not be in it."""

from __future__ import annotations

import re

#: Characters a second at the elder rate: about 4.3 at normal speed, times 0.75.
ELDER_CHARS_PER_SECOND = 3.2
#: Seconds of silence the elder profile puts after each clause but the last.
ELDER_PAUSE = 0.5
#: Longest spoken answer, seconds at the elder rate.
MAX_SECONDS = 20.0

_CLAUSE = re.compile(r"[，。！？；：、,.!?;:\n]+")
_SAID = re.compile(r"[\u3400-\u9fffA-Za-z0-9]")
#: Names that keep their figure: 5G, Wi-Fi6, 4K.
_NAMES = re.compile(
    r"(?<![\d.])[2-6]\s?G(?!B)|(?<![零一二三四五六七八九十百千万两点])[二三四五六]\s?G(?!B)|Wi-?Fi\s?\d|\d[KkHh]\b|[A-Za-z]+\d+",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"\*\*|\]\(|https?://|^\s*(?:[-*#>]|\d+\.)\s|<[a-z/]|[（(【\[{}]", re.MULTILINE)


def spoken_seconds(speech: str) -> float:
    """Seconds a rendered spoken answer takes an elder caller to hear."""
    clauses = [clause for clause in _CLAUSE.split(speech) if clause.strip()]
    said = len(_SAID.findall(speech))
    return said / ELDER_CHARS_PER_SECOND + ELDER_PAUSE * max(0, len(clauses) - 1)


def figures_in_speech(speech: str) -> str:
    """The first figure written in digits, names such as 5G aside; empty where there is none."""
    found = re.search(r"\d[\d.,]*", _NAMES.sub("", speech))
    return found[0] if found else ""


def markup_in_speech(speech: str) -> str:
    """The first piece of markup, link or bracket; empty where there is none."""
    found = _MARKUP.search(speech)
    return found[0].strip() if found else ""


def without_names(text: str) -> str:
    """A text without names that carry figures of no importance: 5G, Wi-Fi 6; and without link targets."""
    return _NAMES.sub(" ", re.sub(r"\]\([^)]*\)", "]", text))
