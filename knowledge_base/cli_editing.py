"""`yida kb export|import|history|restore|install-hook`: what editors do from the command line."""

from __future__ import annotations

import argparse
import getpass
import hashlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from common.clock import SystemClock
from knowledge_base.cli_base import Context, print_json, refuse
from knowledge_base.editing.compare import FieldChange
from knowledge_base.editing.exchange import ImportPlan, PlannedEntry, apply_import, export, plan_import
from knowledge_base.editing.history import History, Version
from knowledge_base.editing.staged import install_hook
from knowledge_base.editing.store import EditStore

_SIGNS = {"added": "+", "changed": "~", "removed": "-"}
#: Changed entries whose fields are shown, and characters of a value.
_SHOWN, _VALUE = 50, 60


def add_editing_commands(actions: Any, context: Context) -> None:
    """Add to the subparsers of `yida kb`."""
    commands = _Commands(context)

    exporting = actions.add_parser("export", help="导出为表格，一行一条，改完可再导入")
    exporting.add_argument("file", type=Path, help="写到哪个文件：.xlsx 为 Excel，其余为 CSV；- 为标准输出（CSV）")
    exporting.set_defaults(run=commands.export)

    importing = actions.add_parser("import", help="预览表格会改什么；加 --apply 才写入")
    importing.add_argument("file", type=Path, help=".xlsx 或 CSV 文件")
    importing.add_argument("--apply", action="store_true", help="写入知识库，要么全部写入，要么一条不写")
    _add_author(importing)
    importing.set_defaults(run=commands.import_)

    history = actions.add_parser("history", help="版本记录：谁在何时改了什么")
    history.add_argument("id", nargs="?", help="只看这一条")
    history.add_argument("--limit", type=int, default=20, help="最多几个版本，默认 20")
    history.add_argument("--diff", metavar="版本", help="显示这个版本改了什么")
    history.add_argument("--json", action="store_true", help="输出 JSON")
    history.set_defaults(run=commands.history)

    restore = actions.add_parser("restore", help="把一条恢复到某个版本")
    restore.add_argument("id", help="编号")
    restore.add_argument("version", help="版本，见 yida kb history")
    _add_author(restore)
    restore.set_defaults(run=commands.restore)

    hook = actions.add_parser("install-hook", help="装上 git 提交前的检查，只查改动的条目")
    hook.add_argument("--force", action="store_true", help="换掉已有的钩子（原来的改名留底）")
    hook.set_defaults(run=commands.install_hook)


def open_store(context: Context, folder: Path) -> EditStore:
    """The editor's store of a folder, with its history."""
    settings, clock = context.settings(), SystemClock()
    # Another folder than the one that serves has a history of its own.
    own = folder.resolve() == settings.faq_dir.resolve()
    mark = "" if own else "-" + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]
    history = History(folder, settings.var_dir, clock, f"kb-history{mark}.git")
    return EditStore(folder, context.references(), clock, history)


class _Commands:
    def __init__(self, context: Context) -> None:
        self._context = context

    def export(self, args: argparse.Namespace) -> int:
        kind = "xlsx" if args.file.suffix.lower() == ".xlsx" else "csv"
        sheet = export(self._store(args), kind)
        if str(args.file) == "-":
            sys.stdout.write(sheet.decode("utf-8"))
            return 0
        try:
            args.file.write_bytes(sheet)
        except OSError as error:
            return refuse(f"写不了 {args.file}：{error.strerror}")
        return 0

    def import_(self, args: argparse.Namespace) -> int:
        try:
            data = args.file.read_bytes()
        except OSError as error:
            return refuse(f"读不了 {args.file}：{error.strerror}")
        store = self._store(args)
        plan = plan_import(data, args.file.name, store)
        _print_plan(plan)
        if not plan.ok:
            return 1
        if args.apply:
            done = apply_import(plan, args.author or _whoami(), store)
            print(f"已写入，版本 {done.version}" if done.version else "没有要写的改动")
        elif plan.added or plan.changed:
            print("这是预览，没有写入；确认后加 --apply")
        return 0

    def history(self, args: argparse.Namespace) -> int:
        history = self._history(args)
        if args.diff:
            print(history.diff(args.diff), end="")
            return 0
        versions = history.versions(args.id, max(1, args.limit))
        if args.json:
            print_json([_as_dict(version) for version in versions])
            return 0
        for version in versions:
            changes = [f"{_SIGNS[kind]}{entry_id}" for entry_id, kind in version.changes.items()]
            told = " ".join(changes[:5]) + (f" 等 {len(changes)} 条" if len(changes) > 5 else "")
            print(f"{version.id}  {version.at:%Y-%m-%d %H:%M}  {version.author}  {version.note}  {told}")
        return 0 if versions or args.id is None else refuse(f"没有 {args.id} 的版本记录")

    def restore(self, args: argparse.Namespace) -> int:
        saved = self._store(args).restore(args.id, args.version, args.author or _whoami())
        print(saved.diff or "现在的内容就是这个版本，没有改动", end="" if saved.diff else "\n")
        if saved.version:
            print(f"已恢复，版本 {saved.version}")
        return 0

    def install_hook(self, args: argparse.Namespace) -> int:
        print(f"已装上 {install_hook(self._context.folder(args), args.force)}")
        return 0

    def _store(self, args: argparse.Namespace) -> EditStore:
        return open_store(self._context, self._context.folder(args))

    def _history(self, args: argparse.Namespace) -> History:
        history = self._store(args).history
        assert history is not None
        return history


def _add_author(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--author", default="", help="记在版本里的名字，默认为登录名")


def _whoami() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in some containers
        return "命令行"


def _as_dict(version: Version) -> dict[str, Any]:
    return {
        "id": version.id, "at": version.at.isoformat(), "author": version.author, "note": version.note,
        "changes": dict(version.changes),
    }  # fmt: skip


def _print_plan(plan: ImportPlan) -> None:
    for error in plan.errors:
        print(f"错误 {error}")
    for warning in plan.warnings:
        print(f"提醒 {warning}")
    for planned in plan.added[:_SHOWN]:
        print(f"+ {planned.entry_id}（{planned.category}）{planned.form.get('question', '')}")
    _print_rest(plan.added)
    for planned in plan.changed[:_SHOWN]:
        moved = (
            f"（{planned.category_before} → {planned.category}）" if planned.category != planned.category_before else ""
        )
        print(f"~ {planned.entry_id}{moved}")
        for change in planned.fields:
            print(f"    {change.title}：{_told(change)}")
    _print_rest(plan.changed)
    print(
        f"新增 {len(plan.added)} 条，修改 {len(plan.changed)} 条，不变 {len(plan.unchanged)} 条，"
        f"表里没有而知识库里有的 {len(plan.missing)} 条（保留不动），错误 {len(plan.errors)} 处"
    )


def _print_rest(planned: Sequence[PlannedEntry]) -> None:
    if len(planned) > _SHOWN:
        print(f"  …… 还有 {len(planned) - _SHOWN} 条")


def _told(change: FieldChange) -> str:
    if isinstance(change.before, list) or isinstance(change.after, list):
        before, after = list(change.before or ()), list(change.after or ())
        gone, new = [x for x in before if x not in after], [x for x in after if x not in before]
        parts = [*_marked("-", gone), *_marked("+", new)]
        return " ".join(parts) or "只是顺序不同"
    return f"{_short(change.before)} → {_short(change.after)}"


def _marked(sign: str, items: Iterable[object]) -> list[str]:
    return [f"{sign}「{_short(item)}」" for item in items]


def _short(value: object) -> str:
    text = "（无）" if value is None else str(value).replace("\n", "⏎")
    return text if len(text) <= _VALUE else text[: _VALUE - 1] + "…"
