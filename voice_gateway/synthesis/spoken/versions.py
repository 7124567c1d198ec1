"""Numbers of versions: points are said, what follows one is said digit by digit."""

from __future__ import annotations

import re

from voice_gateway.synthesis.spoken.kinds import Reading
from voice_gateway.synthesis.spoken.numerals import figures, number, unit

_VERSION = re.compile(r"((?:[A-Za-z][A-Za-z-]*\s?)*)(\d+(?:\.\d+)*)([A-Za-z]?)")


def version(content: str, reading: Reading) -> str:
    """V2.1.3 is V二点一点三, iOS 17.4 iOS 十七点四, 3.10 三点一零; a year as one."""
    match = _VERSION.fullmatch(content)
    if match is None:
        raise ValueError("not a version")
    first, *rest = match[2].split(".")
    said = [figures(first) if len(first) > 2 or first[0] == "0" else number(first, reading), *map(figures, rest)]
    return match[1].replace("v", "V") + unit("点", reading).join(said) + match[3]
