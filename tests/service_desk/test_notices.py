"""Notices go out exactly once, whatever the message system does."""

from __future__ import annotations

import asyncio

from bss.errors import NotACustomer, SystemTimeout
from bss.types import Message, MessageKind
from common.clock import FakeClock
from common.ids import CountingIds
from service_desk.desk import ServiceDesk
from service_desk.settings import DeskSettings
from service_desk.types import Appointment, Period, TicketState

from .conftest import Inbox, OpenDesk, at, fault


async def test_each_step_the_customer_cares_about_sends_one_notice(desk: ServiceDesk, inbox: Inbox) -> None:
    ticket = await desk.create(fault(), "k")
    visit = Appointment(at("2026-11-24 00:00").date(), Period.AFTERNOON)
    await desk.book_visit(ticket.ticket_id, visit, "customer", "v")
    for state, why in (
        (TicketState.EN_ROUTE, ""),
        (TicketState.ON_SITE, ""),
        (TicketState.RESOLVED, "更换了光猫"),
        (TicketState.CLOSED, ""),
    ):
        for _ in range(2):
            await desk.move(ticket.ticket_id, state, "li", why, f"m-{state}")
    assert inbox.texts == [
        "【易答】您的宽带报障已登记，工单号GD2611230001，由李师傅处理，最晚11月25日10点前给您结果。",
        "【易答】工单GD2611230001已派单，李师傅将于11月24日下午2点到6点上门，请留人并保持电话畅通。",
        "【易答】工单GD2611230001：李师傅已出发，请保持电话畅通。",
        "【易答】工单GD2611230001已处理好。处理结果：更换了光猫。满意吗？回复1非常满意，2满意，3不满意。",
    ]
    assert {m.kind for m in inbox.sent.values()} == {MessageKind.TICKET}
    assert inbox.calls == 4


async def test_a_notice_that_failed_is_sent_again_later_and_never_doubled(
    desk: ServiceDesk, inbox: Inbox, clock: FakeClock
) -> None:
    inbox.failures = [SystemTimeout(), ConnectionError("down")]
    await desk.create(fault(), "k")
    assert inbox.texts == []
    assert await desk.flush_notices() == 0
    clock.advance(60)
    assert await desk.flush_notices() == 0
    clock.advance(120)
    assert await desk.flush_notices() == 1
    clock.advance(3600)
    assert await desk.flush_notices() == 0
    assert len(inbox.texts) == 1 and inbox.calls == 3


async def test_an_answer_that_was_lost_does_not_double_the_message(
    desk: ServiceDesk, inbox: Inbox, clock: FakeClock
) -> None:
    inbox.lose_answers = 1
    await desk.create(fault(), "k")
    clock.advance(60)
    assert await desk.flush_notices() == 1
    assert inbox.calls == 2 and len(inbox.texts) == 1


async def test_notices_owed_survive_a_restart(open_desk: OpenDesk, inbox: Inbox, clock: FakeClock) -> None:
    inbox.failures = [SystemTimeout()]
    first = open_desk()
    await first.create(fault(), "k")
    first.close()
    clock.advance(60)
    second = open_desk()
    sent = await asyncio.gather(*(second.flush_notices() for _ in range(5)))
    assert sum(sent) == 1 and len(inbox.texts) == 1


async def test_a_number_that_is_no_customer_is_not_tried_again(
    desk: ServiceDesk, inbox: Inbox, clock: FakeClock
) -> None:
    inbox.failures = [NotACustomer()]
    await desk.create(fault(), "k")
    clock.advance(24 * 3600)
    assert await desk.flush_notices() == 0 and inbox.calls == 1


async def test_a_slow_message_system_does_not_keep_the_customer_waiting(clock: FakeClock) -> None:
    class Slow:
        async def send(self, phone: str, text: str, kind: MessageKind, idempotency_key: str) -> Message:
            await asyncio.sleep(30)
            raise AssertionError

    desk = ServiceDesk("sqlite://", Slow(), clock, CountingIds(), settings=DeskSettings(notice_timeout=0.05))
    ticket = await asyncio.wait_for(desk.create(fault(), "k"), 5)
    assert ticket.ticket_id == "GD2611230001"
    desk.close()


async def test_a_fixed_line_gets_no_text_message(desk: ServiceDesk, inbox: Inbox) -> None:
    await desk.create(fault("057188880000"), "k")
    assert inbox.calls == 0
