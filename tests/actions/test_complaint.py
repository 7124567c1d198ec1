"""投诉: no identity, the facts once, read back, a ticket with a date."""

from __future__ import annotations

import pytest

from actions.complaint_words import about, facts_in, severe
from bss.demo import DemoOperator
from common.clock import FakeClock
from service_desk.desk import ServiceDesk
from service_desk.types import Category, Kind, Priority
from tests.actions.conftest import LI_XIUYING, LIU_YANG, ZHANG_WEI, Talk


async def test_sympathy_comes_first_and_the_facts_are_asked_once(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    text = await c.say("我要投诉", "complain")
    assert text.index("对不起") < text.index("什么时候")
    text = await c.say("上个月乱扣我十块钱彩铃费，我要退钱", "query_bill")
    assert "乱扣我十块钱" in text and "计费类" in text and "138****0001" in text
    assert not await desk.find_open(ZHANG_WEI)
    text = await c.say("对，登记", "affirm")
    (ticket,) = await desk.find_open(ZHANG_WEI)
    assert ticket.ticket_id in text and ticket.handler in text and "18:00" in text
    assert ticket.kind is Kind.COMPLAINT and ticket.category is Category.BILLING and ticket.customer_name == "张伟"


async def test_a_complaint_told_in_one_breath_is_read_back_at_once(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    text = await c.say("你们业务员哄着我签了两年合约，现在要退还收违约金", "complain")
    assert text.startswith("说的和办的不一样") and "套餐争议类" in text and "对吗" in text
    await c.say("对", "affirm")
    await c.say("对", "affirm")
    assert len(await desk.find_open(ZHANG_WEI)) == 1


async def test_somebody_unknown_leaves_a_number_without_a_code(talk: Talk, desk: ServiceDesk, demo: DemoOperator) -> None:
    c = talk()
    assert "电话号码" in await c.say("师傅上门态度恶劣还骂人", "complain")
    assert "139****1111" in await c.say("13900001111")
    text = await c.say("对", "affirm")
    (ticket,) = await desk.all_open()
    assert ticket.ticket_id in text and ticket.phone == "" and ticket.contact_phone == "13900001111"
    assert ticket.category is Category.STAFF_ATTITUDE and "14:00" in text
    assert not await demo.messages(ZHANG_WEI)


async def test_leaving_no_number_is_allowed(talk: Talk, desk: ServiceDesk) -> None:
    c = talk()
    await c.say("你们天天打电话推销烦死了", "complain")
    assert "凭单号" in await c.say("不留电话", "deny")
    assert "有结果" in await c.say("对", "affirm")
    (ticket,) = await desk.all_open()
    assert ticket.contact_phone == "" and ticket.category is Category.SPAM_CALL


async def test_what_is_added_at_the_readback_is_read_back_too(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    await c.say("上个月多扣了我三十块钱没人管", "complain")
    text = await c.say("打了三次客服都没下文", "urge_ticket")
    assert "三十块钱" in text and "三次客服" in text
    await c.say("再补充")
    assert "要赔我" in await c.say("还要赔我误工费", "nlu_fallback")
    await c.say("是的", "affirm")
    (ticket,) = await desk.find_open(ZHANG_WEI)
    assert "三次客服" in ticket.description and "误工费" in ticket.description


async def test_a_wrong_record_is_told_anew(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    await c.say("上个月多扣了我三十块钱", "complain")
    assert "重新说一遍" in await c.say("不对", "deny")
    text = await c.say("是前年十二月多扣了我五十块", "query_bill")
    assert "五十块" in text and "三十块" not in text
    await c.say("对", "affirm")
    (ticket,) = await desk.find_open(ZHANG_WEI)
    assert "三十块" not in ticket.description


async def test_who_thinks_better_of_it_has_registered_nothing(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    await c.say("宽带断了五天没人管，怎么赔", "complain")
    assert "不登记了" in await c.say("算了不投诉了", "cancel")
    assert not await desk.find_open(ZHANG_WEI) and c.loop is None


async def test_a_severe_case_goes_to_the_duty_manager(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    await c.say("宽带断了五天没人管，我要告到工信部去", "complain")
    assert "值班经理" in await c.say("对", "affirm")
    (ticket,) = await desk.find_open(ZHANG_WEI)
    assert ticket.priority is Priority.URGENT


async def test_the_same_complaint_again_joins_the_open_one(talk: Talk, desk: ServiceDesk) -> None:
    for words in ("乱扣我十块钱彩铃的费用", "又扣我彩铃的费用了还不退"):
        c = talk(ZHANG_WEI)
        await c.say(words, "complain")
        await c.say("对", "affirm")
    assert "不用重复登记" in c.text
    (ticket,) = await desk.find_open(ZHANG_WEI)
    assert "还不退" in ticket.description


async def test_the_complaint_is_taken_even_when_the_operators_system_is_away(talk: Talk, desk: ServiceDesk, demo: DemoOperator) -> None:
    demo.faults.fail("customers")
    c = talk(ZHANG_WEI)
    await c.say("信号太差打不通电话没人理", "complain")
    assert "投诉单号" in await c.say("对", "affirm")
    assert len(await desk.find_open(ZHANG_WEI)) == 1


async def test_an_elder_hears_short_sentences_and_an_enterprise_is_marked_as_one(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(LI_XIUYING, profile="elder")
    assert "对不住" in await c.say("你们多扣我的钱了", "complain")
    c = talk(LIU_YANG)
    await c.say("专线合同上没写的钱也往我头上按", "complain")
    await c.say("对", "affirm")
    (ticket,) = await desk.find_open(LIU_YANG)
    assert ticket.segment == "enterprise"


async def test_a_short_request_in_the_middle_is_served_and_the_complaint_goes_on(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    await c.say("我要投诉", "complain")
    text = await c.say("查话费", "query_balance")
    assert "35.80 元" in text and "咱们接着办「投诉登记」" in text
    await c.say("转人工", "transfer_human")
    assert c.loop is None


async def test_a_late_complaint_is_due_next_working_day(talk: Talk, clock: FakeClock) -> None:
    clock.advance(11 * 3600)
    c = talk(ZHANG_WEI)
    await c.say("乱扣我十块钱彩铃的费用", "complain")
    assert "3月19日" in await c.say("对", "affirm")


@pytest.mark.parametrize(("said", "category"), [
    ("师傅乱涨价还不耐烦", Category.STAFF_ATTITUDE), ("骚扰电话一天十个", Category.SPAM_CALL),
    ("业务员亲口答应的现在赖账", Category.PLAN_DISPUTE), ("乱扣费", Category.BILLING), ("断网三天了", Category.BROADBAND),
    ("电梯里没信号", Category.NETWORK), ("心里憋屈", Category.OTHER), ("她太肚太差了", Category.OTHER),
])  # fmt: skip
def test_the_category_follows_the_words(said: str, category: Category) -> None:
    assert about(said) is category


def test_only_what_happened_counts_as_facts() -> None:
    assert not facts_in("我要投诉你们") and not facts_in("我要头诉") and facts_in("多扣我的前一直不退我很生气")


def test_authorities_violence_and_days_without_service_are_severe() -> None:
    assert severe("我要告到12315") and severe("师傅动手打人") and severe("断网五天了") and not severe("断网一小时")
