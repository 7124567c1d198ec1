"""`yida kb train-encoder`: the command that fine-tunes the sentence encoder."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from common.settings import Settings
from knowledge_base.loader import load_folder
from knowledge_base.snapshot import outside_texts


def add_model_commands(actions: Any, settings: Callable[..., Settings]) -> None:
    """Add to the subparsers of `yida kb`."""
    train = actions.add_parser("train-encoder", help="用相似问微调句向量模型；不比原来好就不安装（需先 make torch）")
    train.add_argument("--epochs", type=_positive(int), help="轮数")
    train.add_argument("--rate", type=_positive(float), help="学习率")
    train.add_argument("--threads", type=_positive(int), default=2, help="线程数，默认 2")
    train.add_argument("--dry-run", action="store_true", help="只训练和比较，不安装")
    train.set_defaults(run=lambda args: _train(args, settings()))


def _train(args: argparse.Namespace, settings: Settings) -> int:
    from knowledge_base.tuning import train_encoder
    from nlu.encoder.build import ADAPTER
    from nlu.encoder.training.groups import Recipe

    chosen = {name: getattr(args, name) for name in ("epochs", "rate") if getattr(args, name) is not None}
    folder: Path = args.faq or settings.faq_dir
    train_encoder(
        load_folder(folder).entries, outside_texts()[0], settings.models_dir, ADAPTER,
        dataclasses.replace(Recipe(), **chosen), lambda line: print(line, flush=True), args.threads, not args.dry_run,
    )  # fmt: skip
    return 0


def _positive(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(value: str) -> Any:
        number = kind(value)
        if not number > 0:
            raise argparse.ArgumentTypeError("要大于 0")
        return number

    return read
