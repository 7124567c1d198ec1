"""The words of terms.yml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from voice_gateway.recognition.errors import TermsInvalid

FILE = Path(__file__).with_name("terms.yml")
#: Longest row of words that is put in front of the model, characters.
LONGEST = 100


@dataclass(frozen=True)
class Terms:
    """`open`: put in front of the model; `yes_no` and `always`: answers expected; `invented`: said by nobody.

    `misheard`: what is written in the place of what an engine makes of it again and again.
    """

    open: tuple[str, ...]
    yes_no: tuple[str, ...]
    always: tuple[str, ...]
    latin: frozenset[str]
    invented: re.Pattern[str]
    misheard: tuple[tuple[re.Pattern[str], str], ...] = ()

    def put_right(self, text: str) -> str:
        """With what is always misheard as it was meant."""
        for heard, meant in self.misheard:
            text = heard.sub(meant, text)
        return text

    @classmethod
    def of(cls, lists: Any) -> Terms:
        """Raises TermsInvalid naming the field that cannot be used."""
        try:
            words = {name: _words(lists, name) for name in ("open", "yes_no", "always", "latin", "invented")}
            row = sum(map(len, words["open"])) + len(words["open"])
            if row > LONGEST:
                raise TermsInvalid(
                    f"open: {row}", message_zh=f"识别词表 terms.yml 的 open 太长（{row} 字），最多 {LONGEST} 字。"
                )
            invented = re.compile("|".join(f"(?:{pattern})" for pattern in words["invented"]))
            misheard = tuple(
                (re.compile(str(heard)), str(meant)) for heard, meant in (lists.get("misheard") or {}).items()
            )
        except (re.error, AttributeError) as error:
            raise TermsInvalid(
                str(error), message_zh=f"识别词表 terms.yml 的 invented 或 misheard 写错了：{error}。"
            ) from error
        return cls(words["open"], words["yes_no"], words["always"], frozenset(words["latin"]), invented, misheard)


def _words(lists: Any, name: str) -> tuple[str, ...]:
    found = lists.get(name) if isinstance(lists, dict) else None
    if not isinstance(found, list) or not found or not all(isinstance(word, str) and word for word in found):
        raise TermsInvalid(name, message_zh=f"识别词表 terms.yml 缺少或写错了 {name}，要是一列词。")
    return tuple(found)


@lru_cache(maxsize=1)
def terms() -> Terms:
    """The lists of the house, read once. Raises TermsInvalid."""
    try:
        return Terms.of(yaml.safe_load(FILE.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise TermsInvalid(str(error)) from error
