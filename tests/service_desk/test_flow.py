"""People, suspension, warnings and reopening, as timelines on a virtual clock."""

from __future__ import annotations

import pytest

from common.clock import FakeClock
from common.errors import InvalidInput
from service_desk.desk import ServiceDesk
from service_desk.errors import IllegalMove, NotAllowed, SuspensionNotApproved
from service_desk.models import EventRow
from service_desk.types import Category, TicketState

from .conftest import Inbox, OpenDesk, at, complaint, fault, move_to, small_directory


async def test_the_owner_stays_through_a_transfer_and_both_changes_are_audited(
    desk: ServiceDesk, inbox: Inbox
) -> None:
    ticket = await desk.create(fault(), "k")
    moved = await desk.assign(ticket.ticket_id, "lin", handler="张师傅", why="李师傅请假")
    assert (moved.owner, moved.handler) == (ticket.owner, "张师傅")
    last = moved.events[-1]
    assert (last.who, last.what, last.why, last.before, last.after) == (
        "lin",
        "handler",
        "李师傅请假",
        "李师傅",
        "张师傅",
    )
    moved = await desk.assign(ticket.ticket_id, "lin", owner="lin")
    assert moved.owner == "林班长" and moved.events[-1].what == "owner"
    assert inbox.texts[-1] == "【易答】工单GD2611230001改由张师傅处理，其他安排不变。"


async def test_nobody_unknown_or_full_can_be_given_a_ticket(open_desk: OpenDesk) -> None:
    desk = open_desk(small_directory(people=2, limit=1))
    a = await desk.create(fault("13800000001"), "a")
    b = await desk.create(fault("13800000002"), "b")
    with pytest.raises(NotAllowed):
        await desk.assign(a.ticket_id, "boss", handler=b.handler_id)
    with pytest.raises(InvalidInput):
        await desk.assign(a.ticket_id, "boss", handler="路人甲")


async def test_a_ticket_without_a_handler_cannot_move_alarms_after_a_quarter_and_is_given_when_one_is_free(
    open_desk: OpenDesk, clock: FakeClock, inbox: Inbox
) -> None:
    desk = open_desk(small_directory(people=1, limit=1))
    first = await desk.create(fault("13800000001"), "a")
    waiting = await desk.create(fault("13800000002"), "b")
    with pytest.raises(IllegalMove):
        await desk.move(waiting.ticket_id, TicketState.ACCEPTED, "boss")
    clock.advance(14 * 60)
    assert await desk.unassigned() == []
    clock.advance(60)
    (alarm,) = await desk.unassigned()
    assert (alarm.ticket_id, alarm.minutes) == (waiting.ticket_id, 15)
    await desk.move(first.ticket_id, TicketState.RESOLVED, "p0", "好了")
    done = await desk.tick()
    assert done.assigned == (waiting.ticket_id,) and done.unassigned == ()
    given = await desk.get(waiting.ticket_id)
    assert given.state is TicketState.ACCEPTED and given.handler == "人师傅"
    assert "已派单" in inbox.texts[-1]


async def test_one_warning_two_hours_before_due_also_after_a_restart(
    open_desk: OpenDesk, clock: FakeClock
) -> None:
    desk = open_desk()
    ticket = await desk.create(fault(category=Category.NETWORK), "k")
    move_to(clock, "2026-11-24 07:59")
    assert await desk.due_warnings() == []
    move_to(clock, "2026-11-24 08:00")
    (warning,) = await desk.due_warnings()
    assert (warning.ticket_id, warning.minutes_left) == (ticket.ticket_id, 120)
    assert "还有120分钟到期" in warning.text_zh
    again = open_desk()
    assert await desk.due_warnings() == await again.due_warnings() == []
    move_to(clock, "2026-11-24 12:00")
    assert await again.due_warnings() == []


async def test_a_warning_missed_while_we_were_down_comes_late_and_says_so(
    desk: ServiceDesk, clock: FakeClock
) -> None:
    await desk.create(fault(category=Category.NETWORK), "k")
    move_to(clock, "2026-11-24 11:00")
    (warning,) = await desk.due_warnings()
    assert warning.minutes_left == -60 and "已超过时限" in warning.text_zh


async def test_what_is_solved_cancelled_or_suspended_is_not_warned_of(
    desk: ServiceDesk, clock: FakeClock
) -> None:
    solved, cancelled, suspended = [
        await desk.create(fault(f"1380000000{n}", Category.NETWORK), "k") for n in range(1, 4)
    ]
    await desk.move(solved.ticket_id, TicketState.RESOLVED, "deng", "已恢复")
    await desk.cancel(cancelled.ticket_id, "好了", "customer", "c")
    await desk.ask_suspension(suspended.ticket_id, "等物业开门", "deng")
    await desk.decide_suspension(suspended.ticket_id, True, "xu", "同意")
    move_to(clock, "2026-11-25 08:00")
    assert await desk.due_warnings() == []


async def test_a_short_limit_is_warned_of_half_way(desk: ServiceDesk, clock: FakeClock) -> None:
    await desk.create(complaint(category=Category.PLAN_DISPUTE), "k")
    clock.advance(29 * 60)
    assert await desk.due_warnings() == []
    clock.advance(60)
    assert [w.minutes_left for w in await desk.due_warnings()] == [30]


async def test_an_approved_suspension_stops_the_clock_from_the_asking(
    desk: ServiceDesk, clock: FakeClock, inbox: Inbox
) -> None:
    ticket = await desk.create(fault(category=Category.NETWORK), "k")  # due 11-24 10:00
    move_to(clock, "2026-11-23 16:00")
    await desk.ask_suspension(ticket.ticket_id, "等业主回来", "deng")
    move_to(clock, "2026-11-23 17:00")
    ticket = await desk.decide_suspension(ticket.ticket_id, True, "xu", "情况属实")
    assert ticket.state is TicketState.SUSPENDED and ticket.due_at is None
    assert "暂时挂起" in desk.progress_zh(ticket)
    move_to(clock, "2026-11-26 09:00")
    ticket = await desk.resume(ticket.ticket_id, "deng", "业主到家")
    assert ticket.state is TicketState.ACCEPTED
    assert ticket.due_at == at("2026-11-27 03:00")  # 18 h were left at the asking
    assert [("挂起" in t) or ("恢复" in t) for t in inbox.texts] == [False, True, True]


async def test_a_suspension_over_the_holidays_keeps_the_working_time_that_was_left(
    desk: ServiceDesk, clock: FakeClock
) -> None:
    move_to(clock, "2026-12-31 15:00")
    ticket = await desk.create(complaint(), "k")  # billing: 8 working hours
    move_to(clock, "2026-12-31 17:00")
    await desk.ask_suspension(ticket.ticket_id, "等清单", "pan")
    await desk.decide_suspension(ticket.ticket_id, True, "tang")
    move_to(clock, "2027-01-02 12:00")
    ticket = await desk.resume(ticket.ticket_id, "pan")
    assert ticket.due_at == at("2027-01-04 15:00")  # 6 working hours left


async def test_a_refused_suspension_leaves_the_due_time(desk: ServiceDesk, clock: FakeClock) -> None:
    ticket = await desk.create(fault(), "k")
    await desk.ask_suspension(ticket.ticket_id, "太忙", "li")
    clock.advance(3600)
    refused = await desk.decide_suspension(ticket.ticket_id, False, "xu", "理由不充分")
    assert (refused.state, refused.due_at) == (ticket.state, ticket.due_at)
    assert [e.what for e in refused.events[-2:]] == ["suspend_ask", "suspend_no"]


async def test_only_another_manager_may_approve_and_nothing_is_suspended_without(desk: ServiceDesk) -> None:
    ticket = await desk.create(fault(), "k")
    with pytest.raises(SuspensionNotApproved):
        await desk.move(ticket.ticket_id, TicketState.SUSPENDED, "xu")
    with pytest.raises(NotAllowed):
        await desk.decide_suspension(ticket.ticket_id, True, "xu")
    await desk.ask_suspension(ticket.ticket_id, "等料", "徐静")
    with pytest.raises(NotAllowed):
        await desk.ask_suspension(ticket.ticket_id, "等料", "li")
    for who in ("li", "xu", "徐静", "路人"):
        with pytest.raises(NotAllowed):
            await desk.decide_suspension(ticket.ticket_id, True, who)
    assert (await desk.decide_suspension(ticket.ticket_id, True, "tang")).state is TicketState.SUSPENDED


async def test_a_reopened_ticket_begins_a_new_limit_and_can_be_warned_of_again(
    desk: ServiceDesk, clock: FakeClock
) -> None:
    ticket = await desk.create(fault(category=Category.NETWORK), "k")
    move_to(clock, "2026-11-24 09:00")
    assert len(await desk.due_warnings()) == 1
    await desk.move(ticket.ticket_id, TicketState.RESOLVED, "deng", "好了")
    move_to(clock, "2026-11-26 10:00")
    ticket = await desk.move(ticket.ticket_id, TicketState.REOPENED, "customer", "又坏了")
    assert ticket.due_at == at("2026-11-27 10:00") and ticket.resolved_at is None and ticket.resolution == ""
    move_to(clock, "2026-11-27 08:00")
    assert len(await desk.due_warnings()) == 1


async def test_the_audit_cannot_be_changed(desk: ServiceDesk) -> None:
    await desk.create(fault(), "k")

    def forge(session) -> None:  # type: ignore[no-untyped-def]
        session.query(EventRow).first().who = "nobody"

    with pytest.raises(RuntimeError, match="append-only"):
        await desk._core.store.write(forge)
