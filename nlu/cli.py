"""`yida nlu`: measure the trained model on a file of labelled utterances."""

from __future__ import annotations

import argparse
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent


def add_commands(subparsers: Any, *more: Callable[[Any], None]) -> None:
    """Add `nlu` to the command line; `more` add commands of other rooms to it."""
    nlu = subparsers.add_parser("nlu", help="语言理解：评测")
    commands = nlu.add_subparsers(dest="nlu_command", required=True, metavar="test")
    test = commands.add_parser("test", help="用带标注的 TSV 评测已训练的模型")
    test.add_argument("file", nargs="?", default=str(_ROOT / "nlu" / "dev" / "utterances.tsv"))
    test.add_argument("--json", action="store_true", help="输出 JSON")
    test.add_argument("--errors", action="store_true", help="列出每条错例")
    test.set_defaults(run=_test)
    for add in more:
        add(commands)


def _test(arguments: argparse.Namespace) -> int:
    """The model lives in the Rasa environment, with the scikit-learn it was trained by."""
    command = [str(_ROOT / ".venv-rasa" / "bin" / "python"), "-m", "nlu.evaluate", str(Path(arguments.file).resolve())]
    command += ["--json"] * arguments.json + ["--errors"] * arguments.errors
    return subprocess.run(command, cwd=_ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}).returncode
