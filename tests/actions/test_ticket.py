"""工单: progress, urging, withdrawing."""

from __future__ import annotations

from common.clock import FakeClock
from service_desk.desk import ServiceDesk
from service_desk.types import Category, Kind, Ticket, TicketDraft, TicketState
from tests.actions.conftest import CHEN_CHEN, LI_XIUYING, ZHANG_WEI, Talk


async def report(desk: ServiceDesk, phone: str = ZHANG_WEI, category: Category = Category.BROADBAND,
                 kind: Kind = Kind.FAULT) -> Ticket:
    draft = TicketDraft(kind, category, "上不了网", phone, area="翠湖新村")
    return await desk.create(draft, f"{phone}:{category}:{kind}")


async def test_the_one_open_ticket_is_told_with_who_works_on_it_and_what_can_be_done(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk)
    c = talk(ZHANG_WEI)
    text = await c.say("修到哪一步了", "query_ticket")
    assert (ticket.ticket_id in text and ticket.handler in text and "明天" in text) or "后天" in text
    assert c.buttons == ["催工单", "约上门时间", "撤销工单"]
    assert f'<say-as interpret-as="ticket_id">{ticket.ticket_id}</say-as>' in c.replies[0]["speech"]


async def test_without_any_ticket_that_is_said_and_a_repair_offered(talk: Talk) -> None:
    c = talk(ZHANG_WEI)
    assert "没有查到您的工单" in await c.say("查工单", "query_ticket")
    assert "宽带报修" in c.buttons


async def test_several_tickets_are_listed_and_each_can_be_asked_for(talk: Talk, desk: ServiceDesk) -> None:
    first, second = await report(desk), await report(desk, category=Category.IPTV)
    c = talk(ZHANG_WEI)
    text = await c.say("我有几个没处理完的工单", "query_ticket")
    assert "2 张" in text and first.ticket_id in text and second.ticket_id in text
    text = await c.say(next(b for b in c.buttons if second.ticket_id in b), "query_ticket")
    assert second.ticket_id in text and first.ticket_id not in text
    text = await c.say("电视那张呢", "query_ticket")
    assert second.ticket_id in text and first.ticket_id not in text
    assert first.ticket_id in await c.say(f"单号末尾是{first.ticket_id[-4:]}帮我看眼", "query_ticket")


async def test_the_last_finished_ticket_is_told_when_none_is_open(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk)
    for state in (TicketState.DISPATCHED, TicketState.EN_ROUTE, TicketState.ON_SITE):
        await desk.move(ticket.ticket_id, state, "zhang")
    await desk.move(ticket.ticket_id, TicketState.RESOLVED, "zhang", "换了光猫")
    text = await talk(ZHANG_WEI).say("查工单进度", "query_ticket")
    assert "没有在办" in text and "换了光猫" in text


async def test_nobody_hears_of_a_strangers_ticket_even_with_its_number(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk, LI_XIUYING)
    c = talk(ZHANG_WEI)
    assert "没有查到这张工单" in await c.say(f"查一下{ticket.ticket_id}", "query_ticket")
    assert "只能由机主本人" in await c.say(f"查{LI_XIUYING}的工单", "query_ticket")
    assert "没有查到这张工单" in await c.say(f"撤销工单{ticket.ticket_id}", "cancel_ticket")
    assert "没有查到这张工单" in await c.say(f"催一下{ticket.ticket_id}", "urge_ticket")
    assert (await desk.get(ticket.ticket_id)).urge_count == 0


async def test_an_authorised_daughter_may_ask_by_her_mothers_number(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk, LI_XIUYING)
    c = talk(CHEN_CHEN)
    assert ticket.ticket_id in await c.say(f"查一下{LI_XIUYING}的报修", "query_ticket")
    assert ticket.ticket_id in await c.say(f"查{ticket.ticket_id}", "query_ticket")


async def test_somebody_unknown_proves_who_they_are_first(talk: Talk, desk: ServiceDesk) -> None:
    await report(desk)
    c = talk()
    assert "手机号" in await c.say("查工单进度", "query_ticket")
    assert c.loop == "verify_form"


async def test_an_urge_is_counted_once_an_hour_and_tells_who_was_hurried(talk: Talk, desk: ServiceDesk, clock: FakeClock) -> None:
    ticket = await report(desk)
    c = talk(ZHANG_WEI)
    assert f"催了{ticket.handler}" in await c.say("催一下我的单子", "urge_ticket")
    assert "已经催过" in await c.say("怎么还不来", "urge_ticket")
    assert (await desk.get(ticket.ticket_id)).urge_count == 1
    assert "转人工" in c.buttons
    clock.advance(3700)
    assert "紧急" in await c.say("再催一次", "urge_ticket")
    assert (await desk.get(ticket.ticket_id)).urge_count == 2


async def test_a_ticket_past_its_promise_is_urged_with_an_apology(talk: Talk, desk: ServiceDesk, clock: FakeClock) -> None:
    await report(desk)
    clock.advance(3 * 86400)
    c = talk(ZHANG_WEI)
    assert "对不起" in await c.say("三天了还没人来", "urge_ticket")
    assert "转人工" in c.buttons


async def test_of_several_the_one_spoken_of_is_urged(talk: Talk, desk: ServiceDesk) -> None:
    first, second = await report(desk), await report(desk, category=Category.IPTV)
    c = talk(ZHANG_WEI)
    assert "要催哪一张" in await c.say("催一下", "urge_ticket")
    await c.say(f"查工单{first.ticket_id}", "query_ticket")
    await c.say("催一下", "urge_ticket")
    assert (await desk.get(first.ticket_id)).urge_count == 1 and (await desk.get(second.ticket_id)).urge_count == 0


async def test_nothing_open_means_nothing_to_urge(talk: Talk) -> None:
    assert "没有查到在办的工单" in await talk(ZHANG_WEI).say("催工单", "urge_ticket")


async def test_a_ticket_is_withdrawn_only_after_a_yes(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk)
    c = talk(ZHANG_WEI)
    text = await c.say("网好了，师傅不用来了", "cancel_ticket")
    assert ticket.ticket_id in text and "确认撤销吗" in text
    assert (await desk.get(ticket.ticket_id)).open
    assert "没有办理" in await c.say("先不", "deny")
    assert (await desk.get(ticket.ticket_id)).open
    await c.say("撤销工单", "cancel_ticket")
    assert "已撤销" in await c.say("确认撤销", "cancel_ticket")
    assert (await desk.get(ticket.ticket_id)).state is TicketState.CANCELLED
    await c.say("确认", "affirm")
    assert "没有在办的工单" in await c.say("撤销工单", "cancel_ticket")


async def test_a_bare_cancel_at_the_readback_of_a_withdrawal_is_asked_again(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk)
    c = talk(ZHANG_WEI)
    await c.say("撤销工单", "cancel_ticket")
    assert "办的话请说" in await c.say("取消", "cancel")
    assert (await desk.get(ticket.ticket_id)).open and c.loop == "cancel_ticket_form"


async def test_of_several_the_right_one_is_withdrawn(talk: Talk, desk: ServiceDesk) -> None:
    first, second = await report(desk), await report(desk, category=Category.IPTV)
    c = talk(ZHANG_WEI)
    assert "撤销哪一张" in await c.say("撤单", "cancel_ticket")
    text = await c.say("电视那张", "nlu_fallback")
    assert second.ticket_id in text
    await c.say("对", "affirm")
    assert (await desk.get(first.ticket_id)).open and not (await desk.get(second.ticket_id)).open


async def test_a_repairer_who_is_there_cannot_be_withdrawn(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk)
    for state in (TicketState.DISPATCHED, TicketState.EN_ROUTE, TicketState.ON_SITE):
        await desk.move(ticket.ticket_id, state, "zhang")
    c = talk(ZHANG_WEI)
    await c.say("撤单", "cancel_ticket")
    assert "已经到现场" in await c.say("确认", "affirm")
    assert (await desk.get(ticket.ticket_id)).state is TicketState.ON_SITE


async def test_a_complaint_is_withdrawn_in_its_own_words(talk: Talk, desk: ServiceDesk) -> None:
    await report(desk, category=Category.BILLING, kind=Kind.COMPLAINT)
    assert "不再回电" in await talk(ZHANG_WEI).say("投诉那个我消气了，收回来吧", "cancel_ticket")


async def test_elders_hear_short_sentences(talk: Talk, desk: ServiceDesk) -> None:
    await report(desk, LI_XIUYING)
    c = talk(LI_XIUYING, profile="elder")
    assert "师傅就不来了" in await c.say("不用来了", "cancel_ticket")


async def test_a_question_in_between_does_not_lose_the_withdrawal(talk: Talk, desk: ServiceDesk) -> None:
    ticket = await report(desk)
    c = talk(ZHANG_WEI)
    await c.say("撤单", "cancel_ticket")
    text = await c.say("我还有多少话费", "query_balance")
    assert "35.80 元" in text and "咱们接着办「撤销工单」" in text and ticket.ticket_id in text
    await c.say("确认", "affirm")
    assert not (await desk.get(ticket.ticket_id)).open
