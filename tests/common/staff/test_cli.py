"""`yida staff`: accounts from the command line; passwords from a prompt or stdin only."""

from __future__ import annotations

import argparse
import io
import json

import pytest

from common.errors import YidaError
from common.staff.cli import add_commands
from common.staff.errors import PasswordWeak

from .conftest import GOOD, OpenStaff


def run(open_staff: OpenStaff, monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> int:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True), open_staff)
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    args = parser.parse_args(["staff", *arguments])
    return int(args.run(args))


def test_an_account_lives_its_life_on_the_command_line(open_staff: OpenStaff, monkeypatch, capsys) -> None:
    assert run(open_staff, monkeypatch, "add", "boss", "--role", "admin", typed=GOOD + "\n") == 0
    assert run(open_staff, monkeypatch, "add", "li", "--role", "editor", "--shown", "李编辑", typed=GOOD) == 0
    run(open_staff, monkeypatch, "set-role", "li", "--role", "reviewer")
    run(open_staff, monkeypatch, "reset-password", "li", typed=GOOD + " neu\n")
    run(open_staff, monkeypatch, "disable", "li")
    out = capsys.readouterr().out
    assert "已建账号 li（编辑）" in out and "li 现在是审核" in out and "li 已停用" in out and GOOD not in out
    run(open_staff, monkeypatch, "list", "--json")
    listed = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert (listed["li"]["role"], listed["li"]["disabled"], listed["li"]["shown"]) == ("reviewer", True, "李编辑")
    run(open_staff, monkeypatch, "disable", "li", "--undo")
    run(open_staff, monkeypatch, "list")
    run(open_staff, monkeypatch, "audit")
    out = capsys.readouterr().out
    assert "李编辑" in out and "停用账号" in out and "改角色" in out and "cli" in out
    run(open_staff, monkeypatch, "audit", "--json", "--limit", "1")
    assert json.loads(capsys.readouterr().out)[0]["what"] == "account_enabled"


def test_a_weak_password_and_an_unknown_name_are_told(open_staff: OpenStaff, monkeypatch) -> None:
    with pytest.raises(PasswordWeak):
        run(open_staff, monkeypatch, "add", "li", "--role", "editor", typed="123456\n")
    with pytest.raises(YidaError) as unknown:
        run(open_staff, monkeypatch, "disable", "ghost")
    assert "ghost" in unknown.value.message_zh


def test_no_command_takes_a_password_as_an_argument(open_staff: OpenStaff, monkeypatch, capsys) -> None:
    with pytest.raises(SystemExit):
        run(open_staff, monkeypatch, "add", "li", GOOD, "--role", "editor")
    with pytest.raises(SystemExit):
        run(open_staff, monkeypatch, "reset-password", "li", "--password", GOOD)
