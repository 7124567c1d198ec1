"""The few things a call understands by itself, from words.yml: they work when the bot is away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from voice_gateway.machine.errors import MachineError
from voice_gateway.turns.words import bare

FILE = Path(__file__).with_name("words.yml")
KINDS = ("person", "repeat", "wait", "ready", "goodbye", "menu", "yes", "no", "call_back", "satisfied", "so_so", "unsatisfied")
#: Longer texts are never one of them.
LONGEST = 24


class CallWords:
    """The compiled lists."""

    def __init__(self, lists: Mapping[str, Any]) -> None:
        """Raises MachineError."""
        try:
            before, after = (_any(lists["around"][end]) for end in ("before", "after"))
            self._kinds = {kind: re.compile(f"(?:{before})*(?:{_any(lists[kind])})(?:{after})*") for kind in KINDS}
        except (KeyError, TypeError, AttributeError) as error:
            raise MachineError(str(error), message_zh=f"电话用语表 words.yml 缺少或写错了 {error}。") from error

    def says(self, kind: str, text: str) -> bool:
        """Whether the whole of `text` is one of that kind."""
        said = bare(text)
        return 0 < len(said) <= LONGEST and bool(self._kinds[kind].fullmatch(said))

    def first(self, text: str, *kinds: str) -> str:
        """The first of `kinds` that `text` is; empty where it is none."""
        return next((kind for kind in kinds if self.says(kind, text)), "")


def _any(words: Any) -> str:
    return "|".join(re.escape(bare(str(word))) for word in sorted(map(str, words), key=len, reverse=True))


@lru_cache(maxsize=1)
def call_words() -> CallWords:
    """The lists of the house, read once. Raises MachineError."""
    try:
        return CallWords(yaml.safe_load(FILE.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise MachineError(str(error), message_zh="电话用语表 words.yml 读不出来。") from error
