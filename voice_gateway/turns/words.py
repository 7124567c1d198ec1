"""The words of turn taking, from words.yml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from voice_gateway.turns.errors import WordsInvalid

FILE = Path(__file__).with_name("words.yml")
_NOT_SAID = re.compile(r"[\W_]+")
_UNIT = re.compile(r"[a-z]+|\d|[^\W\d_a-z]", re.IGNORECASE)


def bare(text: str) -> str:
    """What was said, without punctuation and spaces, in small letters."""
    return _NOT_SAID.sub("", text).lower()


class TurnWords:
    """The compiled lists."""

    def __init__(self, lists: Mapping[str, Any]) -> None:
        """Raises WordsInvalid."""
        try:
            self._never = re.compile(_any(lists["never"]))
            self._always = re.compile(_any(lists["always"]))
            self._always_not = re.compile(_any(lists["always_not"]))
            self._going_on = re.compile(f"(?:{_any(lists['going_on'])})$")
        except (KeyError, TypeError, AttributeError) as error:
            raise WordsInvalid(str(error), message_zh=f"打断词表 words.yml 缺少或写错了 {error}。") from error

    def is_listening_sound(self, text: str) -> bool:
        """Made up of 嗯, 好的, 对 and the like only; also where nothing was said."""
        return not self._without_sounds(bare(text))

    def says_stop(self, text: str) -> bool:
        """等等, 停, 不对, 人工: stops a prompt at once."""
        return bool(self._always.search(self._always_not.sub("，", bare(text))))

    def weight(self, text: str) -> int:
        """Characters that count: each Chinese character and digit one, a Latin word two; listening sounds none."""
        return sum(2 if unit.isascii() and unit.isalpha() else 1 for unit in _UNIT.findall(self._without_sounds(bare(text))))

    def announces_more(self, text: str) -> bool:
        """The utterance stops at a word that wants a continuation."""
        return bool(self._going_on.search(bare(text)))

    def _without_sounds(self, said: str) -> str:
        """Sounds in front of what is said do not count; those inside a sentence are part of it."""
        while said and (match := self._never.match(said)):
            said = said[match.end() :]
        return said


def _any(words: Any) -> str:
    return "|".join(re.escape(bare(str(word))) for word in sorted(map(str, words), key=len, reverse=True))


@lru_cache(maxsize=1)
def turn_words() -> TurnWords:
    """The lists of the house, read once. Raises WordsInvalid."""
    try:
        return TurnWords(yaml.safe_load(FILE.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise WordsInvalid(str(error)) from error
