"""Ways of speaking that every node shares (`phrases.yml`): done, still, stuck, yes, no, back, repeat ..."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path

import yaml

from actions.self_check.text import normalise

PHRASES_FILE = Path(__file__).with_name("phrases.yml")

#: 怎么弄都不行 and 在哪儿都没信号 are answers, 怎么弄 and 在哪儿 are questions.
_NOT_A_QUESTION = re.compile(
    r"(?:怎么|咋|咋个|点)(?:弄|做|整|搞|看|试).{0,2}(?:都|也)"
    r"|(?:哪|边度|啥地方)(?:里|儿|块|个)?.{0,3}(?:都|也)"
)


@dataclass(frozen=True)
class Phrases:
    """Normalised phrases by what they mean."""

    done: tuple[str, ...]
    did: tuple[str, ...]
    still: tuple[str, ...]
    stuck: tuple[str, ...]
    affirm: tuple[str, ...]
    deny: tuple[str, ...]
    unsure: tuple[str, ...]
    none_of: tuple[str, ...]
    back: tuple[str, ...]
    repeat: tuple[str, ...]
    help: tuple[str, ...]
    person: tuple[str, ...]

    def is_question(self, said: str) -> bool:
        """Whether normalised `said` asks how or where (在哪里, 怎么看, 什么意思)."""
        return not _NOT_A_QUESTION.search(said) and any(
            p in said for p in self.help if len(p) > 1 and p not in self.stuck
        )


def load_phrases(path: Path = PHRASES_FILE) -> Phrases:
    """Read the shared phrases. Raises KeyError where a class is missing."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Phrases(
        **{f.name: tuple(dict.fromkeys(normalise(str(p)) for p in raw[f.name])) for f in fields(Phrases)}
    )
