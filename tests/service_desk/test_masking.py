"""Nothing personal in a log line or an error."""

from __future__ import annotations

import logging

import pytest

from bss.errors import SystemTimeout
from common.clock import FakeClock
from common.log import JsonFormatter
from service_desk.desk import ServiceDesk
from service_desk.errors import DeskError, TicketNotFound
from service_desk.handover import Line
from service_desk.types import TicketState

from .conftest import Inbox, fault, move_to

SECRETS = ("13800000002", "13800000006", "李秀英", "幸福里3幢501", "光猫红灯闪", "师傅态度差")


async def test_a_full_run_leaves_no_personal_word_in_the_log(
    desk: ServiceDesk, inbox: Inbox, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    inbox.failures = [SystemTimeout("to 13800000002"), ConnectionError("13800000002 unreachable")]
    ticket = await desk.create(
        fault(
            "13800000002",
            contact_phone="13800000006",
            customer_name="李秀英",
            address="幸福里3幢501",
            description="光猫红灯闪",
        ),
        "k:13800000002",
    )
    await desk.create(fault("13800000002", description="光猫红灯闪，还没人来"), "k2")
    await desk.urge(ticket.ticket_id, "customer", "u")
    await desk.handover.enqueue("wx-13800000002", "13800000002", transcript=[Line("customer", "光猫红灯闪")])
    await desk.move(ticket.ticket_id, TicketState.RESOLVED, "li", "换尾纤")
    await desk.record_survey(ticket.ticket_id, "13800000002", 3, "师傅态度差", "s")
    move_to(clock, "2026-11-24 23:00")
    await desk.tick()
    with pytest.raises(DeskError) as error:
        await desk.get(ticket.ticket_id, "13800000009")
    assert (
        isinstance(error.value, TicketNotFound) and "1380000" not in f"{error.value}{error.value.message_zh}"
    )
    formatter = JsonFormatter("test")
    raw = "\n".join(
        f"{r.getMessage()} {vars(r)}" for r in caplog.records if r.name.startswith("service_desk")
    )
    lines = "\n".join(formatter.format(r) for r in caplog.records)
    assert raw and "notice not sent" in raw
    for secret in SECRETS:
        assert secret not in raw and secret not in lines
