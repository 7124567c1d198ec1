"""Registering: numbers, people, joins, repeats."""

from __future__ import annotations

import asyncio
import re

import pytest

from common.clock import FakeClock
from common.errors import InvalidInput
from service_desk.desk import ServiceDesk
from service_desk.errors import TicketNotFound
from service_desk.types import Category, Kind, Priority, TicketDraft, TicketState

from .conftest import PHONE, Inbox, OpenDesk, at, complaint, fault, move_to, small_directory


async def test_a_ticket_has_a_number_two_people_a_due_time_and_one_notice(
    desk: ServiceDesk, inbox: Inbox
) -> None:
    ticket = await desk.create(fault(trail=("问：光猫灯　答：红灯",)), "k1")
    assert ticket.ticket_id == "GD2611230001"
    assert ticket.state is TicketState.ACCEPTED
    assert (ticket.owner, ticket.department) == ("高班长", "field_repair")
    assert ticket.handler == "李师傅"
    assert ticket.due_at == at("2026-11-25 10:00")
    assert ticket.trail == ("问：光猫灯　答：红灯",)
    assert [e.what for e in ticket.events] == ["created", "owner", "handler", "state"]
    assert all(e.at == at("2026-11-23 10:00") for e in ticket.events)
    assert inbox.texts == [
        "【易答】您的宽带报障已登记，工单号GD2611230001，由李师傅处理，最晚11月25日10点前给您结果。"
    ]


async def test_numbers_begin_anew_each_day(desk: ServiceDesk, clock: FakeClock) -> None:
    first = await desk.create(fault("13800000001"), "a")
    second = await desk.create(fault("13800000002"), "b")
    move_to(clock, "2026-11-24 00:00")
    third = await desk.create(fault("13800000003"), "c")
    assert [t.ticket_id for t in (first, second, third)] == ["GD2611230001", "GD2611230002", "GD2611240001"]


async def test_twenty_customers_at_once_get_twenty_numbers_in_a_row(desk: ServiceDesk) -> None:
    made = await asyncio.gather(*(desk.create(fault(f"138000010{n:02}"), f"k{n}") for n in range(20)))
    assert sorted(t.ticket_id for t in made) == [f"GD261123{n:04}" for n in range(1, 21)]


async def test_twenty_repeats_at_once_make_one_ticket_and_one_notice(desk: ServiceDesk, inbox: Inbox) -> None:
    made = await asyncio.gather(*(desk.create(fault(), "same") for _ in range(20)))
    assert {t.ticket_id for t in made} == {"GD2611230001"}
    assert not any(t.joined for t in made)
    assert len(inbox.sent) == 1
    assert len((await desk.get("GD2611230001")).events) == 4


async def test_twenty_reports_of_the_same_thing_at_once_are_joined_into_one(desk: ServiceDesk) -> None:
    made = await asyncio.gather(*(desk.create(fault(description=f"第{n}次报"), f"k{n}") for n in range(20)))
    assert {t.ticket_id for t in made} == {"GD2611230001"}
    assert sum(t.joined for t in made) == 19
    text = (await desk.get("GD2611230001")).description
    assert all(f"第{n}次报" in text for n in range(20))


async def test_a_key_of_one_customer_gives_nothing_of_another(desk: ServiceDesk) -> None:
    one = await desk.create(fault("13800000001"), "k")
    two = await desk.create(fault("13800000002"), "k")
    assert one.ticket_id != two.ticket_id and two.phone == "13800000002"


async def test_a_second_report_within_a_day_joins_and_is_not_lost(
    desk: ServiceDesk, clock: FakeClock
) -> None:
    first = await desk.create(fault(), "a")
    clock.advance(23 * 3600)
    again = await desk.create(
        fault(description="现在光猫也不亮了", channel="hotline", trail=("检测：无光",)), "b"
    )
    assert again.ticket_id == first.ticket_id and again.joined
    assert "不用重复登记" in again.note_zh and again.ticket_id in again.note_zh
    assert "现在光猫也不亮了" in again.description and "检测：无光" in again.trail
    assert again.events[-1].what == "joined" and "hotline" in again.events[-1].why


async def test_the_repeat_of_a_joined_report_still_says_joined(desk: ServiceDesk) -> None:
    await desk.create(fault(), "a")
    one = await desk.create(fault(description="还是不行"), "b")
    two = await desk.create(fault(description="还是不行"), "b")
    assert one == two and two.joined


@pytest.mark.parametrize(
    "other",
    [
        fault("13800000002"),
        fault(category=Category.IPTV),
        complaint(category=Category.BROADBAND),
        fault(parent_id="GD2611230001"),
    ],
)
async def test_what_is_about_something_else_is_not_joined(desk: ServiceDesk, other: TicketDraft) -> None:
    await desk.create(fault(), "a")
    assert not (await desk.create(other, "b")).joined


async def test_after_a_day_or_when_it_was_done_a_new_ticket_is_made(
    desk: ServiceDesk, clock: FakeClock
) -> None:
    first = await desk.create(fault(), "a")
    await desk.move(first.ticket_id, TicketState.RESOLVED, "li", "换了尾纤")
    second = await desk.create(fault(), "b")
    clock.advance(24 * 3600)
    third = await desk.create(fault(), "c")
    assert len({first.ticket_id, second.ticket_id, third.ticket_id}) == 3


async def test_a_join_raises_the_priority_but_never_lowers_it(desk: ServiceDesk) -> None:
    await desk.create(fault(priority=Priority.HIGH), "a")
    assert (await desk.create(fault(priority=Priority.NORMAL), "b")).priority is Priority.HIGH
    severe = await desk.create(fault(severe=True), "c")
    assert severe.priority is Priority.URGENT and severe.owner == "徐经理"


async def test_the_fault_of_an_elder_is_mended_within_a_day(desk: ServiceDesk) -> None:
    assert (await desk.create(fault(elder=True), "k")).due_at == at("2026-11-24 10:00")


async def test_an_enterprise_is_answered_for_by_its_account_manager(desk: ServiceDesk) -> None:
    draft = fault("13800000005", Category("leased_fault"), segment="enterprise", account_manager="孙经理")
    ticket = await desk.create(draft, "k")
    assert (ticket.owner, ticket.handler) == ("孙经理", "郭工程师")
    assert ticket.category is Category.LEASED_LINE and ticket.priority is Priority.HIGH
    assert ticket.due_at == at("2026-11-23 14:00")


async def test_a_severe_complaint_goes_to_the_duty_manager_at_once(desk: ServiceDesk) -> None:
    ticket = await desk.create(complaint(category=Category.STAFF_ATTITUDE, severe=True), "k")
    assert ticket.owner_id in {s.staff_id for s in desk.directory.with_role("duty_manager")}
    assert ticket.priority is Priority.URGENT
    assert "escalated" in [e.what for e in ticket.events]


@pytest.mark.parametrize("channel", ["hotline", "app", "hall", "wechat", "web"])
async def test_each_channel_gives_one_ticket_with_user_words_and_source(
    desk: ServiceDesk, channel: str
) -> None:
    ticket = await desk.create(complaint(channel=channel), "k")
    assert (ticket.phone, ticket.description, ticket.channel) == (PHONE, "多扣了我20块钱", channel)


async def test_a_ticket_without_words_is_refused_and_uses_no_number(desk: ServiceDesk) -> None:
    with pytest.raises(InvalidInput):
        await desk.create(fault(description="  "), "k")
    assert (await desk.create(fault(), "k")).ticket_id.endswith("0001")


async def test_a_ticket_with_a_title_alone_is_taken_and_named_to_the_customer_by_what_it_is(
    desk: ServiceDesk,
) -> None:
    ticket = await desk.create(fault(description="", title="光猫收不到光"), "k")
    assert (ticket.title, ticket.description) == ("光猫收不到光", "光猫收不到光")
    assert desk.progress_zh(ticket).startswith("您的宽带报障工单GD2611230001")


async def test_a_ticket_is_shown_to_its_customer_only(desk: ServiceDesk) -> None:
    ticket = await desk.create(fault(contact_phone="13800000006"), "k")
    assert (await desk.get(" gd2611230001 ", PHONE)).ticket_id == ticket.ticket_id
    assert (await desk.get(ticket.ticket_id, "13800000006")).ticket_id == ticket.ticket_id
    with pytest.raises(TicketNotFound):
        await desk.get(ticket.ticket_id, "13800000003")
    with pytest.raises(TicketNotFound):
        await desk.get("GD0000000000")


async def test_find_gives_the_newest_first_and_find_open_only_what_is_open(desk: ServiceDesk) -> None:
    a = await desk.create(fault(), "a")
    b = await desk.create(complaint(), "b")
    await desk.cancel(a.ticket_id, "好了", "customer", "c")
    assert [t.ticket_id for t in await desk.find(PHONE)] == [b.ticket_id, a.ticket_id]
    assert [t.ticket_id for t in await desk.find_open(PHONE)] == [b.ticket_id]
    assert await desk.find("") == []


async def test_a_request_is_noted_when_a_system_is_down_also_of_somebody_unknown(
    desk: ServiceDesk, inbox: Inbox
) -> None:
    known = await desk.note_request(PHONE, "query_balance", "我话费还有多少", "wechat", "a")
    again = await desk.note_request(PHONE, "query_balance", "话费呢", "wechat", "b")
    other = await desk.note_request(PHONE, "change_plan", "换个便宜的套餐", "wechat", "c")
    unknown = await desk.note_request(None, "query_balance", "", "web", "d")
    assert known.kind is Kind.REQUEST and known.due_at == at("2026-11-23 18:00")
    assert again.joined and again.ticket_id == known.ticket_id
    assert len({known.ticket_id, other.ticket_id, unknown.ticket_id}) == 3
    assert unknown.phone == "" and len(inbox.sent) == 2


async def test_the_people_and_numbers_of_self_check_are_understood(desk: ServiceDesk) -> None:
    draft = fault(category=Category("broadband_fault"), priority=Priority("low"), department="access_network")
    ticket = await desk.create(draft, "k")
    assert (ticket.category, ticket.priority) == (Category.BROADBAND, Priority.NORMAL)
    assert ticket.department == "access_network" and ticket.handler == "何工程师"


async def test_a_sub_order_is_due_no_later_than_its_parent_and_keeps_it_from_closing(
    desk: ServiceDesk,
) -> None:
    parent = await desk.create(fault(category=Category.NETWORK), "a")
    child = await desk.create(fault(parent_id=parent.ticket_id), "b")
    assert child.due_at == parent.due_at
    await desk.move(parent.ticket_id, TicketState.RESOLVED, "deng", "已恢复")
    with pytest.raises(Exception, match="open_children"):
        await desk.move(parent.ticket_id, TicketState.CLOSED, "deng")
    await desk.cancel(child.ticket_id, "不需要了", "li", "c")
    assert (await desk.move(parent.ticket_id, TicketState.CLOSED, "deng")).state is TicketState.CLOSED


async def test_a_report_without_free_people_waits_in_the_queue_but_has_an_owner(open_desk: OpenDesk) -> None:
    desk = open_desk(small_directory(people=1, limit=1))
    await desk.create(fault("13800000001"), "a")
    waiting = await desk.create(fault("13800000002"), "b")
    assert waiting.state is TicketState.NEW
    assert (waiting.owner, waiting.handler, waiting.handler_id) == ("林班长", "装维班组", "")
    assert re.search("由林班长负责", desk.progress_zh(waiting))
