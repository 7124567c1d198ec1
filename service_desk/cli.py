"""`yida ticket list|show|move|assign|report [--json]`."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import datetime as dt
import json
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from common.clock import SystemClock
from common.errors import YidaError
from common.ids import RandomIds
from common.masking import mask_phone
from common.settings import Settings
from service_desk import report, wording
from service_desk.desk import ServiceDesk
from service_desk.types import Category, Kind, Ticket, TicketState

OpenDesk = Callable[[], ServiceDesk]
_Command = Callable[[ServiceDesk, argparse.Namespace], Coroutine[Any, Any, Any]]
_SLA = {
    "met": "按时办结",
    "missed": "超时办结",
    "running": "办理中",
    "overdue": "已超时未办结",
    "none": "不计时",
}


def open_desk() -> ServiceDesk:
    """The desk of the configured database; notices are left for the running service to send."""
    return ServiceDesk(
        Settings().database,  # type: ignore[call-arg]
        None,
        SystemClock(),
        RandomIds(),
    )


def add_commands(subparsers: Any, open_desk: OpenDesk = open_desk) -> None:
    """Add `ticket` to the command line. The chosen command is `args.run(args) -> exit status`."""
    ticket = subparsers.add_parser("ticket", help="查看和处理工单")
    commands = ticket.add_subparsers(
        dest="ticket_command", required=True, metavar="list|show|move|assign|report"
    )

    def command(name: str, text: str, run: _Command) -> Any:
        parser = commands.add_parser(name, help=text)
        parser.add_argument("--json", action="store_true", help="输出 JSON")
        parser.set_defaults(run=lambda args: _run(open_desk, run, args))
        return parser

    listing = command("list", "列出未办结的工单，快到期的在前", _list)
    listing.add_argument("--phone", help="只看这个号码的，含已办结")
    listing.add_argument("--state", choices=[s.value for s in TicketState], help="只看这个状态")
    listing.add_argument("--limit", type=int, default=50, help="最多几张（默认 50）")
    command("show", "看一张工单和它的全部记录", _show).add_argument("ticket_id", help="工单号")
    move = command("move", "改状态", _move)
    move.add_argument("ticket_id", help="工单号")
    move.add_argument("state", choices=[s.value for s in TicketState], help="新状态")
    move.add_argument("--by", required=True, help="谁在操作（工号或姓名）")
    move.add_argument("--why", default="", help="原因；办结时写处理结果，会告诉客户")
    assign = command("assign", "换处理人或责任人", _assign)
    assign.add_argument("ticket_id", help="工单号")
    assign.add_argument("--handler", default="", help="处理人（工号或姓名）")
    assign.add_argument("--owner", default="", help="责任人（工号或姓名）")
    assign.add_argument("--by", required=True, help="谁在操作")
    assign.add_argument("--why", default="", help="原因")
    command("report", "统计某天或某月登记的工单", _report).add_argument(
        "when", nargs="?", default="", help="2026-11-23 或 2026-11（默认今天）"
    )


def _run(open_desk: OpenDesk, run: _Command, args: argparse.Namespace) -> int:
    try:
        desk = open_desk()
        try:
            answer: Any = asyncio.run(run(desk, args))
        finally:
            desk.close()
    except YidaError as error:
        if args.json:
            print(json.dumps({"error": error.code, "message": error.message_zh}, ensure_ascii=False))
        else:
            print(error.message_zh, file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps(_plain(answer), ensure_ascii=False, indent=1))
    elif isinstance(answer, list):
        print("\n".join(_line(t) for t in answer) if answer else "没有工单。")
    elif isinstance(answer, Ticket):
        print(_page(answer))
    else:
        print(_tables(answer))
    return 0


async def _list(desk: ServiceDesk, args: argparse.Namespace) -> list[Ticket]:
    state = TicketState(args.state) if args.state else None
    if args.phone:
        return [t for t in await desk.find(args.phone, args.limit) if state in (None, t.state)]
    return await desk.all_open(args.limit, state)


async def _show(desk: ServiceDesk, args: argparse.Namespace) -> Ticket:
    return await desk.get(args.ticket_id)


async def _move(desk: ServiceDesk, args: argparse.Namespace) -> Ticket:
    return await desk.move(args.ticket_id, TicketState(args.state), args.by, args.why)


async def _assign(desk: ServiceDesk, args: argparse.Namespace) -> Ticket:
    return await desk.assign(args.ticket_id, args.by, args.handler, args.owner, args.why)


async def _report(desk: ServiceDesk, args: argparse.Namespace) -> report.Report:
    start, end = report.span(args.when or SystemClock().now().date().isoformat())
    return await desk.counts(start, end)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        found = {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        for name in ("phone", "contact_phone"):
            if found.get(name):
                found[name] = mask_phone(found[name])
        if isinstance(value, report.Report):
            found["sla_met_share"] = value.sla_met_share
        return found
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    return value


def _line(t: Ticket) -> str:
    due = f"{t.due_at:%m-%d %H:%M}" if t.due_at else "不计时"
    return "  ".join(
        (
            t.ticket_id,
            wording.STATES[t.state],
            wording.PRIORITIES[t.priority],
            t.title,
            f"处理人{t.handler}",
            f"责任人{t.owner}",
            f"到期{due}",
        )
    )


def _page(t: Ticket) -> str:
    lines = [
        _line(t),
        f"客户 {mask_phone(t.phone) if t.phone else '未知'}  来源 {t.channel}  片区 {t.area or '未填'}",
        f"描述 {t.description}",
    ]
    if t.appointment:
        lines.append(f"上门 {wording.visit_fixed(t.appointment)}")
    lines += [f"自查 {line}" for line in t.trail]
    for e in t.events:
        change = f"{e.before} → {e.after}" if e.before else e.after
        lines.append("  ".join((f"{e.at:%Y-%m-%d %H:%M:%S}", e.who, e.what, change, e.why)).rstrip())
    return "\n".join(lines)


def _tables(r: report.Report) -> str:
    share = r.sla_met_share
    lines = [f"{r.start:%Y-%m-%d} 起，{r.end:%Y-%m-%d} 止（不含），共 {r.total} 张"]
    lines += [f"状态 {wording.STATES[TicketState(k)]} {n}" for k, n in r.by_state.items()]
    lines += [f"类别 {wording.CATEGORIES[Category(k)]} {n}" for k, n in r.by_category.items()]
    lines += [f"类型 {wording.KINDS[Kind(k)]} {n}" for k, n in r.by_kind.items()]
    lines += [f"时限 {_SLA[k]} {n}" for k, n in r.sla.items()]
    lines.append("按时率 " + (f"{share:.1%}" if share is not None else "暂无"))
    return "\n".join(lines)
