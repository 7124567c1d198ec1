"""`yida kb test` and `yida kb train-encoder`: measuring the search, and tuning what it rests on."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from common.settings import Settings
from knowledge_base.exam import DEV_OUTSIDE, DEV_QUESTIONS, Exam, examine, read_outside, read_questions
from knowledge_base.loader import load_folder
from knowledge_base.service import KnowledgeBase
from knowledge_base.snapshot import outside_texts


def add_measure_commands(
    actions: Any, open_base: Callable[[argparse.Namespace], KnowledgeBase], settings: Callable[..., Settings]
) -> None:
    """Add to the subparsers of `yida kb`."""
    test = actions.add_parser("test", help="用别人写的问题考一考检索：命中率、域外误答")
    test.add_argument("file", type=Path, nargs="?", default=DEV_QUESTIONS, help="问题文件（topic style ids text，制表符隔开）")
    test.add_argument("--outside", type=Path, help="域外文本，一行一句")
    test.add_argument("--wrong", action="store_true", help="列出答错的")
    test.add_argument("--json", action="store_true", help="输出 JSON")
    test.set_defaults(run=lambda args: _test(args, open_base(args)))

    fetch = actions.add_parser("fetch-encoder", help="从模型仓库取一个句向量模型（需要联网），校验后放进 models/st")
    fetch.add_argument("name", help="例如 BAAI/bge-small-zh-v1.5")
    fetch.add_argument("--revision", help="版本；已知模型有默认值")
    fetch.add_argument("--sha256", help="权重文件的 sha256，另外核对")
    fetch.add_argument("--endpoint", help="模型仓库的地址，内网镜像用")
    fetch.set_defaults(run=lambda args: _fetch(args, settings()))

    add_training(actions, settings)


def add_training(actions: Any, settings: Callable[..., Settings]) -> None:
    """Add `train-encoder`: to `yida kb` and to `yida nlu`, since one encoder serves both."""
    train = actions.add_parser("train-encoder", help="用相似问和意图例句微调句向量模型；不比原来好就不安装（需先 make torch）")
    train.add_argument("--epochs", type=_positive(int), help="轮数")
    train.add_argument("--rate", type=_positive(float), help="学习率")
    train.add_argument("--threads", type=_positive(int), default=2, help="线程数，默认 2")
    train.add_argument("--continue", dest="go_on", action="store_true", help="从现在的模型接着训练（数据变多以后）")
    train.add_argument("--dry-run", action="store_true", help="只训练和比较，不安装")
    train.set_defaults(run=lambda args: _train(args, settings()))


def _test(args: argparse.Namespace, base: KnowledgeBase) -> int:
    questions = read_questions(args.file)
    beside = args.outside or (DEV_OUTSIDE if args.file == DEV_QUESTIONS else None)
    exam = examine(lambda text: base.search(text, limit=3), questions, read_outside(beside) if beside else ())
    if args.json:
        print(json.dumps(exam.as_dict(), ensure_ascii=False, indent=2))
    else:
        _print(exam)
    if args.wrong:
        for question, found, probability in exam.wrong:
            print(f"错 {question.text}\n   应为 {'|'.join(question.ids)}，得到 {found or '无'} {probability:.2f}")
        for text, found, probability in exam.outside_answered:
            print(f"域外误答 {text} -> {found} {probability:.2f}")
    return 0


def _print(exam: Exam) -> None:
    print(f"{'':8}{'题数':>6}{'首位':>8}{'前三':>8}{'直接答':>8}{'答对':>8}")
    for name, counts in [("全部", exam.total), *sorted(exam.styles.items())]:
        right = counts.answered_right / max(1, counts.answered)
        print(f"{name:8}{counts.asked:>8}{counts.share('first'):>10.3f}{counts.share('in_three'):>10.3f}"
              f"{counts.share('answered'):>10.3f}{right:>10.3f}")  # fmt: skip
    if exam.gaps:
        print(f"库里没有的 {exam.gaps} 题，仍回答 {exam.gaps_answered}")
    if exam.outside:
        print(f"域外 {exam.outside} 句，误答 {len(exam.outside_answered)}"
              f"（{len(exam.outside_answered) / exam.outside:.3f}），判无 {exam.outside_none / exam.outside:.3f}")  # fmt: skip


def _train(args: argparse.Namespace, settings: Settings) -> int:
    from knowledge_base.tuning import train_encoder
    from nlu.encoder.build import ADAPTER
    from nlu.encoder.training.groups import Recipe
    from nlu.training_data import read_examples

    chosen = {name: getattr(args, name) for name in ("epochs", "rate") if getattr(args, name) is not None}
    folder: Path = getattr(args, "faq", None) or settings.faq_dir
    train_encoder(
        load_folder(folder).entries, outside_texts()[0], read_examples(), settings.models_dir, ADAPTER,
        dataclasses.replace(Recipe(), **chosen), lambda line: print(line, flush=True), args.threads, not args.dry_run, args.go_on,
    )  # fmt: skip
    return 0


def _fetch(args: argparse.Namespace, settings: Settings) -> int:
    from knowledge_base.hub import fetch_model

    fetch_model(args.name, settings.models_dir, args.revision, args.sha256, args.endpoint, lambda line: print(line, flush=True))
    return 0


def _positive(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(value: str) -> Any:
        number = kind(value)
        if not number > 0:
            raise argparse.ArgumentTypeError("要大于 0")
        return number

    return read
