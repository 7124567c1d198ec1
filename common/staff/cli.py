"""`yida staff ...`: accounts from the command line. Passwords come from a prompt or stdin, never from arguments."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from common.settings import Settings
from common.staff.errors import AccountInvalid
from common.staff.roles import ROLE_NAMES, Role
from common.staff.service import Staff

OpenStaff = Callable[[], Staff]
_Command = Callable[[Staff, argparse.Namespace], Coroutine[Any, Any, None]]
#: Who stands in the audit trail for the command line.
BY = "cli"


def open_staff() -> Staff:
    """The staff of the configured database."""
    return Staff(Settings().database)  # type: ignore[call-arg]


def add_commands(subparsers: Any, open_staff: OpenStaff = open_staff) -> None:
    """Add `staff` to the command line. The chosen command is `args.run(args) -> exit status`."""
    staff = subparsers.add_parser("staff", help="编辑、审核、管理员和坐席的账号")
    commands = staff.add_subparsers(dest="staff_command", required=True, metavar="命令")

    def command(name: str, text: str, run: _Command, *, named: bool = True) -> Any:
        parser = commands.add_parser(name, help=text)
        if named:
            parser.add_argument("name", help="账号名")
        parser.set_defaults(run=lambda args: _run(open_staff, run, args))
        return parser

    roles = [role.value for role in Role]
    add = command("add", "新建账号；密码在提示后输入，或从标准输入读", _add)
    add.add_argument("--role", required=True, choices=roles, help="角色")
    add.add_argument("--shown", default="", help="显示的名字，默认同账号名")
    listing = command("list", "列出账号", _list, named=False)
    listing.add_argument("--json", action="store_true", help="输出 JSON")
    command("set-role", "改角色，登录的人要重新登录", _set_role).add_argument("--role", required=True, choices=roles)
    command("reset-password", "重设密码，登录的人要重新登录", _reset)
    command("disable", "停用账号；加 --undo 恢复", _disable).add_argument("--undo", action="store_true", help="恢复")
    audit = command("audit", "谁在什么时候做了什么，新的在前", _audit, named=False)
    audit.add_argument("--who", default="", help="只看这个账号")
    audit.add_argument("--limit", type=int, default=50, help="最多几条，默认 50")
    audit.add_argument("--json", action="store_true", help="输出 JSON")


def _run(open_staff: OpenStaff, command: _Command, args: argparse.Namespace) -> int:
    staff = open_staff()
    try:
        asyncio.run(command(staff, args))
    finally:
        staff.close()
    return 0


async def _add(staff: Staff, args: argparse.Namespace) -> None:
    account = await staff.accounts.add(args.name, _password(), Role(args.role), BY, args.shown)
    print(f"已建账号 {account.name}（{ROLE_NAMES[account.role]}）")


async def _list(staff: Staff, args: argparse.Namespace) -> None:
    accounts = await staff.accounts.all()
    if args.json:
        rows = [{"name": a.name, "shown": a.shown, "role": a.role.value, "disabled": a.disabled, "demo": a.demo,
                 "seen_at": a.seen_at} for a in accounts]  # fmt: skip
        print(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
        return
    for account in accounts:
        marks = [mark for mark, on in (("已停用", account.disabled), ("演示密码", account.demo)) if on]
        seen = f"{account.seen_at:%Y-%m-%d %H:%M}" if account.seen_at else "从未登录"
        print("\t".join([account.name, ROLE_NAMES[account.role], account.shown, seen, "、".join(marks)]))


async def _set_role(staff: Staff, args: argparse.Namespace) -> None:
    await staff.accounts.set_role(args.name, Role(args.role), BY)
    print(f"{args.name} 现在是{ROLE_NAMES[Role(args.role)]}")


async def _reset(staff: Staff, args: argparse.Namespace) -> None:
    await staff.accounts.find(args.name)
    await staff.accounts.reset_password(args.name, _password(), BY)
    print(f"{args.name} 的密码已重设")


async def _disable(staff: Staff, args: argparse.Namespace) -> None:
    await staff.accounts.disable(args.name, BY, disabled=not args.undo)
    print(f"{args.name} 已{'恢复' if args.undo else '停用'}")


async def _audit(staff: Staff, args: argparse.Namespace) -> None:
    deeds, _ = await staff.audit.recent(max(1, args.limit), who=args.who)
    if args.json:
        rows = [{"at": d.at, "who": d.who, "what": d.what, "thing": d.thing, "detail": d.detail} for d in deeds]
        print(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
        return
    for deed in deeds:
        print("\t".join([f"{deed.at:%Y-%m-%d %H:%M:%S}", deed.who, deed.what_zh, deed.thing, deed.detail]))


def _password() -> str:
    """From a prompt, typed twice; from the first line of stdin where that is no terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("密码：")
    if getpass.getpass("再输一次：") != first:
        raise AccountInvalid(message_zh="两次输入的密码不一样。")
    return first
