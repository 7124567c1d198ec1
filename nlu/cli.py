"""`yida nlu`: measure the trained model on a file of labelled utterances."""

from __future__ import annotations

import argparse
import os
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
_DEV = _ROOT / "nlu" / "dev" / "utterances.tsv"


def add_commands(subparsers: Any, mandarin: Callable[[], Iterable[str]], *more: Callable[[Any], None]) -> None:
    """Add `nlu` to the command line.

    `mandarin` gives sentences that dialect words must leave alone; `more` add commands of other rooms.
    """
    nlu = subparsers.add_parser("nlu", help="语言理解：评测、方言词表、编码器")
    commands = nlu.add_subparsers(dest="nlu_command", required=True, metavar="test")
    test = commands.add_parser("test", help="用带标注的 TSV 评测已训练的模型")
    test.add_argument("file", nargs="?", default=str(_DEV), help="列：intent text，可有 also style；默认开发集")
    test.add_argument("--json", action="store_true", help="输出 JSON")
    test.add_argument("--errors", action="store_true", help="列出每条错例")
    test.set_defaults(run=_test)
    report = commands.add_parser("report", help="同上，做成一页带图的 HTML")
    report.add_argument("file", nargs="?", default=str(_DEV), help="列：intent text，可有 also style；默认开发集")
    report.add_argument("--out", type=Path, default=Path("var/nlu-report.html"), help="写到哪里")
    report.set_defaults(run=_report)
    dialects = commands.add_parser("dialects", help="检查方言词表：格式、和普通话的冲突、互相矛盾")
    dialects.add_argument("text", nargs="?", help="看一句话改成普通话是什么样")
    dialects.set_defaults(run=lambda arguments: _dialects(arguments, mandarin))
    for add in more:
        add(commands)


def _test(arguments: argparse.Namespace) -> int:
    return _evaluate(arguments.file, *["--json"] * arguments.json, *["--errors"] * arguments.errors)


def _report(arguments: argparse.Namespace) -> int:
    return _evaluate(arguments.file, "--report", str(arguments.out.resolve()))


def _evaluate(file: str, *options: str) -> int:
    """The model lives in the Rasa environment, with the scikit-learn it was trained by."""
    command = [str(_ROOT / ".venv-rasa" / "bin" / "python"), "-m", "nlu.evaluate", str(Path(file).resolve()), *options]
    return subprocess.run(command, cwd=_ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}).returncode


def _dialects(arguments: argparse.Namespace, mandarin: Callable[[], Iterable[str]]) -> int:
    from nlu.dialects.check import check
    from nlu.dialects.lexicon import lexicons
    from nlu.standard.form import standard

    if arguments.text:
        heard = standard(arguments.text)
        titles = {file.name: file.title for file in lexicons().files}
        print(heard.text)
        print("方言：" + ("、".join(titles[name] for name in heard.dialects) or "没有"))
        return 0
    findings = check(lexicons(), mandarin())
    for finding in findings:
        print(f"{finding.dialect}：{finding.message}")
    for file in lexicons().files:
        print(f"{file.title}（{'、'.join(file.regions)}）：{len(file.items)} 条，{sum(bool(i.example) for i in file.items)} 条有例句")
    return 1 if findings else 0
