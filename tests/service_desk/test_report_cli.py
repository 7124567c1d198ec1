"""The report and the command line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

import pytest

from common.clock import FakeClock
from common.errors import InvalidInput
from service_desk import report
from service_desk.cli import add_commands
from service_desk.desk import ServiceDesk
from service_desk.types import Category, TicketState

from .conftest import PHONE, OpenDesk, at, complaint, fault, move_to


async def _some_tickets(desk: ServiceDesk, clock: FakeClock) -> None:
    met = await desk.create(fault("13800000001", Category.NETWORK), "a")
    late = await desk.create(complaint("13800000002", Category.PLAN_DISPUTE), "b")
    await desk.create(complaint("13800000003", Category.PLAN_DISPUTE), "c")
    await desk.create(fault("13800000004"), "d")
    off = await desk.create(fault("13800000005"), "e")
    await desk.cancel(off.ticket_id, "好了", "customer", "c")
    clock.advance(2 * 3600)
    for ticket in (met, late):
        await desk.move(ticket.ticket_id, TicketState.RESOLVED, "deng", "已处理")


async def test_the_report_counts_states_categories_and_time_limits(
    desk: ServiceDesk, clock: FakeClock
) -> None:
    await _some_tickets(desk, clock)
    found = await desk.counts(*report.span("2026-11-23"))
    assert found.total == 5
    assert found.by_state == {"accepted": 2, "cancelled": 1, "resolved": 2}
    assert found.by_category == {"broadband": 2, "network": 1, "plan_dispute": 2}
    assert found.by_kind == {"complaint": 2, "fault": 3}
    assert found.sla == {"met": 1, "missed": 1, "none": 1, "overdue": 1, "running": 1}
    assert found.sla_met_share == pytest.approx(1 / 3)
    assert await desk.counts(*report.span("2026-11")) == await desk.counts(*report.span("2026-11"))
    assert (await desk.counts(*report.span("2026-12"))).total == 0


def test_a_span_is_a_day_or_a_month_in_china() -> None:
    assert report.span("2026-02") == (at("2026-02-01 00:00"), at("2026-03-01 00:00"))
    assert report.span("2026-12-31") == (at("2026-12-31 00:00"), at("2027-01-01 00:00"))
    with pytest.raises(InvalidInput):
        report.span("昨天")


@pytest.fixture
def yida(open_desk: OpenDesk) -> Callable[..., int]:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(), open_desk)

    def run(*words: str) -> int:
        args = parser.parse_args(["ticket", *words])
        return int(args.run(args))

    return run


def test_the_command_line_lists_shows_moves_assigns_and_reports(
    yida: Callable[..., int], open_desk: OpenDesk, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    import asyncio

    asyncio.run(_some_tickets(open_desk(), clock))
    assert yida("list") == 0
    listed = capsys.readouterr().out
    assert "GD2611230004" in listed and "GD2611230005" not in listed and "到期11-25 10:00" in listed
    assert yida("list", "--phone", PHONE, "--json") == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert (one["ticket_id"], one["state"], one["phone"]) == ("GD2611230001", "resolved", "138****0001")
    assert yida("assign", "GD2611230004", "--handler", "张师傅", "--by", "lin") == 0
    assert yida("move", "GD2611230004", "resolved", "--by", "zhang", "--why", "换了光猫") == 0
    capsys.readouterr()
    assert yida("show", "gd2611230004") == 0
    shown = capsys.readouterr().out
    assert "zhang  state  accepted → resolved  换了光猫" in shown and "138****0004" in shown
    assert yida("report", "2026-11-23") == 0
    assert "按时率 50.0%" in capsys.readouterr().out
    assert yida("report", "2026-11", "--json") == 0
    assert json.loads(capsys.readouterr().out)["total"] == 5


def test_the_command_line_says_in_chinese_what_is_wrong(
    yida: Callable[..., int], open_desk: OpenDesk, capsys: pytest.CaptureFixture[str], clock: FakeClock
) -> None:
    assert yida("show", "GD0000000000") == 1
    assert "没有查到这张工单" in capsys.readouterr().err
    assert yida("list") == 0
    assert capsys.readouterr().out == "没有工单。\n"
    assert yida("show", "GD0000000000", "--json") == 1
    assert json.loads(capsys.readouterr().out)["error"] == "ticket_not_found"
    move_to(clock, "2026-11-24 00:00")
