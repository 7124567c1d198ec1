"""停机保号, 复机."""

from __future__ import annotations

from bss.demo import DemoOperator
from bss.types import CustomerStatus
from tests.actions.conftest import CHEN_CHEN, LI_XIUYING, WANG_QIANG, ZHANG_WEI, Talk


async def status(demo: DemoOperator, phone: str) -> CustomerStatus:
    return (await demo.unguarded.customers.find(phone)).status


async def test_it_is_read_back_with_price_date_and_what_stops_and_done_on_a_yes(talk: Talk, demo: DemoOperator) -> None:
    c = talk(ZHANG_WEI)
    text = await c.say("出国半年，号先停着给我保留", "suspend_service")
    assert "每月 5 元" in text and "3月18日" in text and "最长 6 个月" in text and "验证码也收不到" in text
    assert await status(demo, ZHANG_WEI) == CustomerStatus.ACTIVE
    assert "复机" in await c.say("停吧", "suspend_service")
    assert await status(demo, ZHANG_WEI) == CustomerStatus.SUSPENDED_ON_REQUEST
    orders = len(await demo.unguarded.orders.orders(ZHANG_WEI, 50))
    await c.say("确认", "affirm")
    assert len(await demo.unguarded.orders.orders(ZHANG_WEI, 50)) == orders
    assert "不用再办" in await c.say("停机保号", "suspend_service")


async def test_a_no_changes_nothing(talk: Talk, demo: DemoOperator) -> None:
    c = talk(ZHANG_WEI)
    await c.say("停机保号", "suspend_service")
    assert "没有办理" in await c.say("先不办", "deny")
    assert await status(demo, ZHANG_WEI) == CustomerStatus.ACTIVE


async def test_a_later_date_cannot_be_booked_and_is_said_so(talk: Talk) -> None:
    assert "不能预约日期" in await talk(ZHANG_WEI).say("从下个月起给我停机保号", "suspend_service")


async def test_closing_the_number_is_explained_not_done(talk: Talk, demo: DemoOperator) -> None:
    c = talk(ZHANG_WEI)
    text = await c.say("这号我不要了，麻溜给我销号", "suspend_service")
    assert "营业厅" in text and "停机保号" in c.buttons and c.loop is None
    assert await status(demo, ZHANG_WEI) == CustomerStatus.ACTIVE


async def test_arrears_lead_to_a_payment(talk: Talk) -> None:
    for words, intent in (("停机保号", "suspend_service"), ("给我开机", "resume_service")):
        c = talk(WANG_QIANG)
        assert "23.40 元" in await c.say(words, intent)
        assert c.slots["offer"] == {"yes": "recharge_form"} and c.loop is None


async def test_who_wants_it_switched_on_is_not_switched_off(talk: Talk) -> None:
    assert "没有停机" in await talk(ZHANG_WEI).say("不是要停机，是要开机", "suspend_service")


async def test_a_stopped_number_comes_back_with_its_plans_price(talk: Talk, demo: DemoOperator) -> None:
    await demo.unguarded.orders.suspend(ZHANG_WEI, "s")
    c = talk(ZHANG_WEI)
    assert "每月 129 元" in await c.say("人回国了，号接上", "resume_service")
    assert "已复机" in await c.say("好的", "affirm")
    assert await status(demo, ZHANG_WEI) == CustomerStatus.ACTIVE
    assert "没有停机" in await c.say("复机", "resume_service")


async def test_a_lost_number_is_not_resumed_but_unblocked(talk: Talk, demo: DemoOperator) -> None:
    await demo.unguarded.orders.report_lost(ZHANG_WEI, "l")
    c = talk(ZHANG_WEI)
    assert "挂失" in await c.say("复机", "resume_service") and "解除挂失" in c.buttons


async def test_when_the_system_is_away_nothing_is_claimed(talk: Talk, demo: DemoOperator) -> None:
    c = talk(ZHANG_WEI)
    await c.say("停机保号", "suspend_service")
    demo.faults.fail("orders")
    text = await c.say("确认", "affirm")
    assert "没有办" in text and "办好了" not in text
    assert await status(demo, ZHANG_WEI) == CustomerStatus.ACTIVE


async def test_an_answer_that_did_not_arrive_is_asked_for_again_and_done_once(talk: Talk, demo: DemoOperator) -> None:
    c = talk(ZHANG_WEI)
    await c.say("停机保号", "suspend_service")
    before = len(await demo.unguarded.orders.orders(ZHANG_WEI, 50))
    demo.faults.slow("orders", 9)
    text = await c.say("确认", "affirm")
    assert "不能确定" in text
    assert len(await demo.unguarded.orders.orders(ZHANG_WEI, 50)) == before + 1


async def test_elders_hear_it_short_and_a_daughter_without_the_right_is_refused(talk: Talk, demo: DemoOperator) -> None:
    assert "今天就停" in await talk(LI_XIUYING, profile="elder").say("停机保号", "suspend_service")
    c = talk(CHEN_CHEN)
    text = await c.say("给我妈办停机保号", "family_agent", others={"suspend_service": 0.3})
    assert "没有办理业务" in text and c.loop is None
    assert await status(demo, LI_XIUYING) == await status(demo, CHEN_CHEN) == CustomerStatus.ACTIVE


async def test_a_question_in_between_and_cancel(talk: Talk, demo: DemoOperator) -> None:
    c = talk(ZHANG_WEI)
    await c.say("停机保号", "suspend_service")
    assert "咱们接着办「停机保号」" in await c.say("我还有多少话费", "query_balance")
    assert "什么都没有改动" in await c.say("取消", "cancel") and c.loop is None
    assert await status(demo, ZHANG_WEI) == CustomerStatus.ACTIVE
