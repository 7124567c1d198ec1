"""What the editor's commands share: where things are, and how they print."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from common.settings import Settings
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import Encoder
from knowledge_base.problems import Problem
from knowledge_base.render import References


class Context:
    """Makes what a command needs, when it needs it."""

    def __init__(
        self,
        references: Callable[[], References],
        encoder: Callable[[], Encoder],
        settings: Callable[..., Settings],
    ) -> None:
        self.references = references
        self.encoder = encoder
        self.settings = settings

    def folder(self, args: argparse.Namespace) -> Path:
        """The FAQ folder: `--faq`, else the setting."""
        return args.faq or self.settings().faq_dir

    def cache_path(self) -> Path:
        """The file of embeddings, the same that the running system uses."""
        return self.settings().models_dir / "cache" / "faq_vectors.sqlite"

    def cache(self) -> EmbeddingCache:
        """The embeddings kept on disk."""
        return EmbeddingCache(self.cache_path())


def print_json(value: object) -> None:
    """Chinese readable, dates as text."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_problems(problems: Iterable[Problem]) -> None:
    """One to a line, `错误` or `提醒` first."""
    for problem in problems:
        print(("错误 " if problem.level == "error" else "提醒 ") + str(problem))


def refuse(sentence: str) -> int:
    """Say why on stderr; exit code 1."""
    print(sentence, file=sys.stderr)
    return 1


def count(value: str) -> int:
    """An argument from 1 to 20."""
    number = int(value)
    if not 1 <= number <= 20:
        raise argparse.ArgumentTypeError("1 到 20")
    return number
