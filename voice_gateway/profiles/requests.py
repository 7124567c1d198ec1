"""How the caller asks to be spoken to: 慢一点, 说大声点, 说快点, 讲四川话. The words are in requests.yml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from voice_gateway.profiles.errors import RequestsInvalid

FILE = Path(__file__).with_name("requests.yml")
#: The dialect of a caller who wants none.
MANDARIN = "mandarin"
_NOT_SAID = re.compile(r"[\W_]+")
_MANNERS = ("slower", "louder", "elder", "standard")


class Manner(StrEnum):
    """What was asked for."""

    SLOWER = "slower"
    LOUDER = "louder"
    ELDER = "elder"
    STANDARD = "standard"
    DIALECT = "dialect"


@dataclass(frozen=True)
class Request:
    """A request; `dialect` is the name of a lexicon in nlu/dialects/words, or `mandarin`, where one was named."""

    manner: Manner
    dialect: str = ""


class RequestWords:
    """The compiled word list."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        """Raises RequestsInvalid."""
        try:
            before, after = (_any(words["around"][end]) for end in ("before", "after"))
            frame = f"(?:{before})*{{}}(?:{after})*"
            self._manners = {name: re.compile(frame.format(f"(?:{_any(words[name])})")) for name in _MANNERS}
            verbs = _any(words["dialect_verbs"])
            self._dialects = {
                str(name): re.compile(frame.format(f"(?:(?:{verbs})+(?:{_any(said)})|(?:{_any(said)}))(?:跟我说|跟我讲|说|讲|服务)?"))
                for name, said in words["dialects"].items()
            }
        except (KeyError, TypeError, AttributeError) as error:
            raise RequestsInvalid(str(error), message_zh=f"说话方式词表 requests.yml 缺少或写错了 {error}。") from error

    @property
    def dialects(self) -> frozenset[str]:
        """Names of the dialects that can be asked for, `mandarin` among them."""
        return frozenset(self._dialects)

    def find(self, text: str) -> Request | None:
        """The request that `text` is, whole; None where it is something else."""
        said = _NOT_SAID.sub("", text)
        if not said or len(said) > 40:
            return None
        for name, pattern in self._manners.items():
            if pattern.fullmatch(said):
                return Request(Manner(name))
        for name, pattern in self._dialects.items():
            if pattern.fullmatch(said):
                return Request(Manner.DIALECT, name)
        return None


def _any(words: Iterable[str]) -> str:
    """Longest first, so that 慢一点说 is not taken for 慢一点."""
    return "|".join(re.escape(word) for word in sorted(map(str, words), key=len, reverse=True))


@lru_cache(maxsize=1)
def request_words() -> RequestWords:
    """The list of the house, read once. Raises RequestsInvalid."""
    try:
        return RequestWords(yaml.safe_load(FILE.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise RequestsInvalid(str(error)) from error


def requested(text: str) -> Request | None:
    """The request in `text`, None where there is none."""
    return request_words().find(text)
