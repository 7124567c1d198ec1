"""The project's own git asks for a check before FAQ files are committed. Real git, the real command."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from knowledge_base.editing.errors import HookRefused
from knowledge_base.editing.staged import MARK, check_change, install_hook, staged_change
from tests.knowledge_base.conftest import REFERENCES

TODAY = dt.date(2026, 3, 2)
_IDENTITY = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}


def git(project: Path, *arguments: str, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **_IDENTITY, "GIT_CONFIG_GLOBAL": os.devnull, **more}
    return subprocess.run(
        ["git", *arguments], cwd=project, env=environment, capture_output=True, text=True, check=check
    )


@pytest.fixture
def project(faq: Path) -> Path:
    """A repository that holds the FAQ folder, committed once, with `yida` where a project has it."""
    top = faq.parent
    git(top, "init", "-q", ".")
    git(top, "add", "faq")
    git(top, "commit", "-q", "-m", "first")
    programs = top / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "yida").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m knowledge_base.cli "$@" --quick\n')
    (programs / "yida").chmod(0o755)
    return top


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def codes(faq: Path) -> list[tuple[str, str]]:
    problems = check_change(staged_change(faq), REFERENCES, TODAY)
    return [(problem.code, problem.entry_id) for problem in problems]


# -- what is about to be committed --------------------------------------------------------------------------


def test_what_is_staged_is_checked_not_what_lies_in_the_folder(project: Path, faq: Path) -> None:
    edit(faq / "mobile.yml", "您在手机应用的账单页就能申请发票。", "要九十九天。")
    git(project, "add", "faq")
    edit(faq / "mobile.yml", "要九十九天。", "马上就好。")
    change = staged_change(faq)
    assert (change.changed, change.removed, change.files) == ({"invoice"}, frozenset(), {"mobile.yml"})
    assert codes(faq) == [("figures", "invoice")]
    git(project, "add", "faq")
    assert codes(faq) == []


def test_with_nothing_staged_the_working_tree_is_checked(project: Path, faq: Path) -> None:
    assert staged_change(faq).changed == frozenset()
    edit(faq / "mobile.yml", "您在手机应用的账单页就能申请发票。", "要九十九天。")
    (faq / "new.yml").write_text(
        (faq / "home.yml").read_text(encoding="utf-8").replace("category: home", "category: new")
    )
    found = codes(faq)
    assert ("figures", "invoice") in found and any(code == "duplicate_id" for code, _ in found)


def test_old_faults_in_other_entries_do_not_stop_a_commit(project: Path, faq: Path) -> None:
    edit(faq / "mobile.yml", "每月三日出账单。", "要九十九天。")
    git(project, "commit", "-q", "-a", "-m", "unchecked")
    edit(faq / "mobile.yml", "在 App 的账单页申请", "在首页申请")
    git(project, "add", "faq")
    assert codes(faq) == []


def test_a_removed_entry_that_others_name_is_told(project: Path, faq: Path) -> None:
    text = (faq / "mobile.yml").read_text(encoding="utf-8")
    start, end = text.index("- id: data-rollover"), text.index("- id: invoice")
    (faq / "mobile.yml").write_text(text[:start] + text[end:], encoding="utf-8")
    git(project, "add", "faq")
    assert codes(faq) == [("dead_related", "data-over")]


def test_a_file_that_cannot_be_read_stops_the_commit(project: Path, faq: Path) -> None:
    (faq / "mobile.yml").write_text("entries: [", encoding="utf-8")
    git(project, "add", "faq")
    assert codes(faq)[0][0] == "syntax"


# -- the hook -----------------------------------------------------------------------------------------------


def commit(project: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(Path(__file__).resolve().parents[3]), **more}
    return git(project, "commit", "-m", "x", *arguments, check=False, **environment)


def test_a_bad_entry_is_not_committed_and_a_good_one_is(project: Path, faq: Path) -> None:
    hook = install_hook(faq)
    assert hook == project / ".git" / "hooks" / "pre-commit" and os.access(hook, os.X_OK)
    edit(faq / "mobile.yml", "您在手机应用的账单页就能申请发票。", "要九十九天。")
    done = commit(project, "-a")
    assert (
        done.returncode == 1 and "条目 invoice" in done.stdout + done.stderr and "九十九天" in done.stdout + done.stderr
    )
    edit(faq / "mobile.yml", "要九十九天。", "马上就好。")
    assert commit(project, "-a").returncode == 0
    edit(faq / "mobile.yml", "马上就好。", "要九十九天。")
    assert commit(project, "-a", "--no-verify").returncode == 0


def test_a_commit_of_other_files_is_not_held_up(project: Path, faq: Path) -> None:
    install_hook(faq)
    (project / ".venv" / "bin" / "yida").write_text("#!/bin/sh\necho asked\nexit 7\n")
    (project / "readme").write_text("x")
    edit(faq / "mobile.yml", "您在手机应用的账单页就能申请发票。", "要九十九天。")
    git(project, "add", "readme")
    assert commit(project).returncode == 0
    done = commit(project, "faq/mobile.yml")
    assert done.returncode != 0 and "asked" in done.stdout + done.stderr


def test_without_the_command_the_commit_is_stopped_with_a_reason(project: Path, faq: Path) -> None:
    install_hook(faq)
    (project / ".venv" / "bin" / "yida").unlink()
    edit(faq / "mobile.yml", "您在手机应用的账单页就能申请发票。", "马上就好。")
    done = commit(project, "-a", PATH="/usr/bin:/bin")
    assert done.returncode == 1 and "没有找到 yida 命令" in done.stderr


def test_a_foreign_hook_is_kept_unless_told_otherwise(project: Path, faq: Path) -> None:
    hook = project / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho theirs\n")
    with pytest.raises(HookRefused) as caught:
        install_hook(faq)
    assert "--force" in caught.value.message_zh and "theirs" in hook.read_text()
    install_hook(faq, force=True)
    assert MARK in hook.read_text(encoding="utf-8")
    assert "theirs" in hook.with_name("pre-commit.before-yida").read_text()
    install_hook(faq)
    assert "theirs" in hook.with_name("pre-commit.before-yida").read_text()


def test_the_configured_folder_of_hooks_is_used(project: Path, faq: Path) -> None:
    git(project, "config", "core.hooksPath", "tools/hooks")
    assert install_hook(faq) == project / "tools" / "hooks" / "pre-commit"


def test_outside_a_repository_it_is_said(faq: Path) -> None:
    for work in (lambda: install_hook(faq), lambda: staged_change(faq), lambda: install_hook(faq / "none")):
        with pytest.raises(HookRefused):
            work()
