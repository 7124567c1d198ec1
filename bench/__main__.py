"""`python -m bench [all|turns|nlu|train|knowledge]`: measure, keep the raw figures in bench/out, write the tables to bench/README.md."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench import knowledge, knowledge_report, nlu, report, turns
from bench.contestants import ALL, OUT, STOCK
from bench.train import trained
from common.clock import CHINA

README = Path(__file__).with_name("README.md")


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when the target was reached, 1 when not, 2 when nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Yida side by side with stock Rasa")
    parser.add_argument("what", nargs="?", choices=("all", "turns", "nlu", "train", "knowledge"), default="all")
    parser.add_argument("--rounds", type=int, default=turns.ROUNDS, choices=range(1, 21), metavar="1..20")
    parser.add_argument("--only", nargs="+", choices=[c.name for c in ALL], help="contestants (default: all)")
    parser.add_argument("--epochs", type=int, help="of the stock model; speed does not depend on it (default: 100)")
    parser.add_argument("--leave-out-failing", action="store_true", help="measure although a turn of the script fails")
    parser.add_argument("--no-readme", action="store_true", help="do not write the tables to bench/README.md")
    parser.add_argument("--parts", nargs="+", choices=knowledge.PARTS, default=knowledge.PARTS,
                        help="of the knowledge base; figures of the others are kept (default: all)")
    parser.add_argument("--sizes", nargs="+", type=int, default=knowledge.SIZES, help="entries of the knowledge base")
    options = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, _stop)  # so that the systems are stopped too
    if options.what == "knowledge":
        return _knowledge(options)
    contestants = [c for c in ALL if not options.only or c.name in options.only]
    OUT.mkdir(parents=True, exist_ok=True)
    figures: dict[str, Any] = {"date": dt.datetime.now(CHINA).date().isoformat()}
    try:
        for contestant in contestants:
            trained(contestant, options.epochs)
        if options.what in ("all", "nlu"):
            figures["nlu"] = nlu.measure([c for c in contestants if not c.without], epochs=options.epochs)
            _keep(options.what, figures)
        if options.what in ("all", "turns"):
            figures["turns"] = turns.measure(contestants, options.rounds, options.epochs, options.leave_out_failing)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        print(f"✗ {error}", file=sys.stderr)
        return 2
    if options.what == "train":
        return 0
    _keep(options.what, figures)
    text = report.render(figures)
    print("\n" + text)
    if options.what == "all" and not options.no_readme:
        report.place(README, text)
    return 0 if "turns" not in figures or _good(turns.reached(figures["turns"])) else 1


def _knowledge(options: argparse.Namespace) -> int:
    try:
        knowledge.measure(options.parts, options.sizes, epochs=options.epochs or knowledge.EPOCHS)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        print(f"✗ {error}", file=sys.stderr)
        return 2
    figures = json.loads((OUT / "knowledge.json").read_text(encoding="utf-8"))
    text = knowledge_report.render(figures | {"date": dt.datetime.now(CHINA).date().isoformat()})
    print("\n" + text)
    if not options.no_readme:
        report.place(README, text, knowledge_report.START, knowledge_report.END)
    return 0


def _good(reached: dict[str, bool]) -> bool:
    """The target names the stock pipeline; the others count only where that was left out."""
    return reached.get(STOCK.name, all(reached.values()))


def _keep(what: str, figures: dict[str, Any]) -> None:
    (OUT / f"{what}.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")


def _stop(number: int, frame: object) -> None:
    raise SystemExit(130)


if __name__ == "__main__":
    sys.exit(main())
