"""One dialect word, one dialect, and what is wrong with a file of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from common.errors import YidaError

Kind = Literal[
    "question", "function", "particle", "verb", "adjective", "noun", "person", "number", "time", "telecom"
]


class LexiconInvalid(YidaError):
    """A file of `nlu/dialects/words` is not as docs/dialects.md says."""

    code = "lexicon_invalid"


@dataclass(frozen=True)
class Item:
    """`said` stands for `means`. Guards are strings next to it: one of `before` must follow, one of `after` precede."""

    said: str
    means: str
    kind: Kind
    dialect: str
    example: str = ""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()

    @property
    def guarded(self) -> bool:
        return bool(self.before or self.after or self.not_before or self.not_after)

    def fits(self, text: str, at: int) -> bool:
        """Whether the guards hold where `said` stands at `at`."""
        end = at + len(self.said)
        if self.before and not any(text.startswith(word, end) for word in self.before):
            return False
        if self.after and not any(text.endswith(word, 0, at) for word in self.after):
            return False
        if any(text.startswith(word, end) for word in self.not_before):
            return False
        return not any(text.endswith(word, 0, at) for word in self.not_after)


@dataclass(frozen=True)
class Lexicon:
    """One file; `title` and `regions` as editors see them."""

    name: str
    title: str
    regions: tuple[str, ...]
    items: tuple[Item, ...]
