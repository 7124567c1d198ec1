"""The answer after the work: read in many words, kept once, followed up when bad."""

from __future__ import annotations

import asyncio

import pytest

from service_desk.desk import ServiceDesk
from service_desk.errors import BadScore, OpenChildren, TicketNotFound
from service_desk.survey import parse_survey
from service_desk.types import Kind, TicketState

from .conftest import PHONE, at, fault

SAID: dict[int | None, list[str]] = {
    1: [
        "1", "１", "1。", "按1", "1号", "一", "1非常满意", "五星", "5星", "给个五星好评",
        "非常满意", "很满意，谢谢", "挺满意的", "挺好的", "太好了！", "师傅服务很好", "满分",
        "赞", "完美",
    ],
    2: [
        "2", " 2 ", "我选2", "四颗星", "三星", "满意", "还行", "还行吧", "一般", "一般般",
        "还可以", "凑合", "马马虎虎", "不错", "好", "好的", "没有不满意", "没毛病",
    ],
    3: [
        "3", "选3吧", "三", "3不满意", "一星", "两星", "不满意", "不太满意", "不是很满意",
        "不怎么满意", "很不满意", "非常不满意", "不好", "不太好", "不怎么样", "太差了", "差评",
        "垃圾", "根本没解决", "问题没修好", "差",
    ],
    None: [
        "谢谢", "", "你好", "我要查话费", "2分", "13800000001", "3个月没人管", "4", "10086",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "score"), [(text, score) for score, texts in SAID.items() for text in texts]
)
def test_an_answer_is_understood_in_words_and_figures(text: str, score: int | None) -> None:
    assert parse_survey(text) == score


async def _resolved(desk: ServiceDesk, phone: str = PHONE) -> str:
    ticket = await desk.create(fault(phone), "k")
    await desk.move(ticket.ticket_id, TicketState.RESOLVED, "li", "换了光猫")
    return ticket.ticket_id


async def test_one_answer_a_ticket_the_first_counts(desk: ServiceDesk) -> None:
    ticket_id = await _resolved(desk)
    first = await desk.record_survey(ticket_id, PHONE, 1, "很好", "a")
    second = await desk.record_survey(ticket_id, PHONE, 3, "不满意", "b")
    assert (first.recorded, first.score, first.note_zh) == (True, 1, "谢谢您的肯定，祝您生活愉快。")
    assert (second.recorded, second.score, second.followup_id) == (False, 1, None)
    assert [e.after for e in (await desk.get(ticket_id)).events if e.what == "survey"] == ["1"]


async def test_twenty_bad_answers_at_once_open_one_follow_up(desk: ServiceDesk) -> None:
    ticket_id = await _resolved(desk)
    results = await asyncio.gather(
        *(desk.record_survey(ticket_id, PHONE, 3, "不满意", f"k{n % 4}") for n in range(20)))  # fmt: skip
    assert len({r.followup_id for r in results}) == 1
    assert len([t for t in await desk.find(PHONE) if t.kind is Kind.FOLLOWUP]) == 1


async def test_a_bad_answer_opens_a_follow_up_with_a_manager_and_a_due_time_before_which_it_cannot_close(
    desk: ServiceDesk,
) -> None:
    ticket_id = await _resolved(desk)
    result = await desk.record_survey(ticket_id, PHONE, 3, "师傅迟到", "a")
    assert result.followup_id is not None and result.followup_id in result.note_zh
    followup = await desk.get(result.followup_id)
    assert (followup.kind, followup.parent_id, followup.due_at) == (
        Kind.FOLLOWUP,
        ticket_id,
        at("2026-11-24 10:00"),
    )
    assert followup.owner in ("徐经理", "唐经理") and followup.handler_id
    with pytest.raises(OpenChildren):
        await desk.move(ticket_id, TicketState.CLOSED, "li")
    await desk.move(followup.ticket_id, TicketState.RESOLVED, "xu", "已致歉")
    assert (await desk.move(ticket_id, TicketState.CLOSED, "li")).state is TicketState.CLOSED


async def test_a_talk_without_a_ticket_can_be_judged_too(desk: ServiceDesk) -> None:
    good = await desk.record_survey(None, PHONE, 2, "还行", "a")
    bad = await desk.record_survey(None, PHONE, 3, "没说清楚", "b")
    again = await desk.record_survey(None, PHONE, 3, "没说清楚", "b")
    assert good.recorded and good.ticket_id is None
    assert bad == again and bad.followup_id


async def test_a_wrong_score_or_another_customers_ticket_is_refused(desk: ServiceDesk) -> None:
    ticket_id = await _resolved(desk)
    with pytest.raises(BadScore):
        await desk.record_survey(ticket_id, PHONE, 4, "", "a")
    with pytest.raises(TicketNotFound):
        await desk.record_survey(ticket_id, "13800000002", 1, "", "b")
