"""What is about to be committed to the project's repository, and the hook that has it checked."""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.check import check_entries
from knowledge_base.editing.errors import HookRefused
from knowledge_base.editing.forms import Form, entry_form
from knowledge_base.loader import SUFFIXES, Folder, join_files, parse_file
from knowledge_base.problems import Problem
from knowledge_base.render import References
from knowledge_base.yaml_reader import read_yaml

#: Tells our hook from another one.
MARK = "yida kb check --changed"
_BACKUP = "pre-commit.before-yida"
_HOOK = """#!/bin/sh
# {mark}: 由 yida kb install-hook 安装，提交知识库文件前先检查改动的条目。
git diff --cached --quiet --no-renames -- {folder} && exit 0
for yida in ./.venv/bin/yida "$(command -v yida)"; do
    if [ -n "$yida" ] && [ -x "$yida" ]; then
        exec "$yida" kb --faq {folder} check --changed
    fi
done
echo "没有找到 yida 命令，知识库没有检查。先运行 make setup，或用 git commit --no-verify 跳过检查。" >&2
exit 1
"""


@dataclass(frozen=True)
class Change:
    """The FAQ folder as it would be committed, and what in it differs from the last commit.

    `changed` and `removed` are ids of entries, `files` names of files with a difference.
    """

    folder: Folder
    changed: frozenset[str]
    removed: frozenset[str]
    files: frozenset[str]


def staged_change(faq_dir: Path) -> Change:
    """What is staged; where nothing is, what differs in the working tree. Raises HookRefused outside a repository."""
    project = _Project(faq_dir)
    names = project.names("diff", "--cached", "--name-only", "--no-renames", "-z", "--", project.inside)
    staged = bool(names)
    if staged:
        listed = project.names("ls-files", "-z", "--", project.inside)
    else:
        has_commit = project.git("rev-parse", "--verify", "--quiet", "HEAD", may_fail=True)
        changed = project.names("diff", "HEAD", "--name-only", "--no-renames", "-z", "--", project.inside)
        fresh = project.names("ls-files", "--others", "--exclude-standard", "-z", "--", project.inside)
        names = [*(changed if has_commit else project.names("ls-files", "-z", "--", project.inside)), *fresh]
        listed = [path.name for path in faq_dir.iterdir() if path.is_file()]
    contents = {name: project.staged(name) if staged else (faq_dir / name).read_bytes() for name in _faq(listed)}
    folder = Folder(files=[parse_file(raw, name) for name, raw in sorted(contents.items())])
    folder.problems = [problem for file in folder.files for problem in file.problems]
    folder.entries, clashes = join_files(folder.files)
    folder.problems += clashes
    before, after = (
        _forms({n: project.committed(n) for n in _faq(names)}),
        _forms({n: contents.get(n, b"") for n in names}),
    )
    everywhere = {entry.id for entry in folder.entries}
    return Change(
        folder,
        frozenset(entry_id for entry_id, form in after.items() if before.get(entry_id) != form),
        frozenset(before) - everywhere,
        frozenset(names),
    )


def install_hook(faq_dir: Path, force: bool = False) -> Path:
    """Write the pre-commit hook; its path. A foreign hook is kept, or with `force` put aside. Raises HookRefused."""
    project = _Project(faq_dir)
    folder = Path(project.git("rev-parse", "--git-path", "hooks").strip())
    hook = (project.top / folder) / "pre-commit"
    try:
        if hook.exists() or hook.is_symlink():
            ours = MARK in hook.read_text(encoding="utf-8", errors="replace") if hook.exists() else False
            if not ours and not force:
                raise HookRefused(
                    hook.name, message_zh=f"{hook} 已有别的钩子，没有覆盖。要换掉它，加 --force（原来的会留底）。"
                )
            if not ours:
                os.replace(hook, hook.with_name(_BACKUP))
        hook.parent.mkdir(parents=True, exist_ok=True)
        hook.write_text(_HOOK.format(mark=MARK, folder=shlex.quote(project.inside)), encoding="utf-8")
        hook.chmod(0o755)
    except OSError as error:
        raise HookRefused(str(error), message_zh=f"{hook} 写不了（{error.strerror}）。") from error
    return hook


class _Project:
    """The project's repository that holds the FAQ folder. Read only, but for the hook."""

    def __init__(self, faq_dir: Path) -> None:
        folder = faq_dir.resolve()
        clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        if not folder.is_dir():
            raise HookRefused(str(folder.name), message_zh="知识库目录不存在。")
        found = self._run(["rev-parse", "--show-toplevel"], folder, clean, may_fail=True).decode().strip()
        if not found:
            raise HookRefused("no repository", message_zh="知识库目录不在 git 仓库里。")
        self.top = Path(found)
        self.inside = folder.relative_to(self.top.resolve()).as_posix()
        # Inside a hook git names its index in variables, relative to the top folder, where we run.
        self._environment = {key: value for key, value in os.environ.items() if key != "GIT_PREFIX"}

    def git(self, *arguments: str, may_fail: bool = False) -> str:
        """What a command prints."""
        return self._run(list(arguments), self.top, self._environment, may_fail).decode("utf-8", "replace")

    def names(self, *arguments: str) -> list[str]:
        """FAQ files of this folder that a command lists, by name."""
        listed = self.git(*arguments, may_fail=True).split("\0")
        start = "" if self.inside == "." else self.inside + "/"
        return _faq([path.removeprefix(start) for path in listed if path.startswith(start)])

    def staged(self, name: str) -> bytes:
        """A file as it is in the index."""
        return self._show(f":{self._path(name)}")

    def committed(self, name: str) -> bytes:
        """A file as it was in the last commit; empty where it was not."""
        return self._show(f"HEAD:{self._path(name)}")

    def _path(self, name: str) -> str:
        return name if self.inside == "." else f"{self.inside}/{name}"

    def _show(self, what: str) -> bytes:
        return self._run(["show", what], self.top, self._environment, may_fail=True)

    @staticmethod
    def _run(arguments: list[str], folder: Path, environment: dict[str, str], may_fail: bool = False) -> bytes:
        command = ["git", "-c", "core.quotePath=false", *arguments]
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, check=False, timeout=60,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise HookRefused("git not found", message_zh="没有找到 git。请先安装 git。") from error
        except subprocess.SubprocessError as error:
            raise HookRefused(str(error), message_zh="git 没有回应。") from error
        if done.returncode and not may_fail:
            raise HookRefused(done.stderr.decode("utf-8", "replace").strip(), message_zh="git 拒绝了这个操作。")
        return b"" if done.returncode else done.stdout


def _faq(names: Sequence[str]) -> list[str]:
    """Those the loader would read."""
    return [name for name in names if re.fullmatch(r"[^._/][^/]*", name) and name.endswith(SUFFIXES)]


def _forms(contents: dict[str, bytes]) -> dict[str, Form]:
    found: dict[str, Form] = {}
    for name, raw in contents.items():
        data = read_yaml(raw, name).data if raw else None
        items = data.get("entries") if isinstance(data, dict) else None
        for item in items if isinstance(items, list) else []:
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                found.setdefault(item["id"], entry_form(item))
    return found


def check_change(change: Change, references: References, today: dt.date) -> list[Problem]:
    """What is wrong with what is about to be committed; what was wrong before is left alone."""
    entries = {entry.id: entry for entry in change.folder.entries}
    problems = [problem for problem in change.folder.problems if problem.file in change.files]
    changed = [entry for entry_id, entry in entries.items() if entry_id in change.changed]
    problems += check_entries(changed, list(entries.values()), references, today)
    for entry in entries.values():
        for related in entry.related if entry.id not in change.changed else ():
            if related in change.removed:
                message, mend = f"相关条目 {related} 被删掉了", "改正编号或删掉"
                problems.append(Problem("dead_related", entry.file, message, mend, entry.line, entry.id, "related"))
    return problems
