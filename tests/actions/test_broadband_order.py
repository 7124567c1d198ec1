"""装宽带, 移机, 拆机, 换速率."""

from __future__ import annotations

import pytest

from actions.broadband_words import wanted_op
from actions.framework.turn import Said, Turn
from bss.demo import DemoOperator
from nlu.entities import extract
from service_desk.desk import ServiceDesk
from service_desk.types import Category, Kind
from tests.actions.conftest import CHEN_CHEN, LI_XIUYING, ZHANG_WEI, Talk


async def test_a_new_line_is_checked_read_back_and_registered(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(CHEN_CHEN)
    assert "装在哪里" in await c.say("我要装宽带", "install_broadband")
    assert "可以装" in await c.say("城东区桂花路8号2幢101室")
    assert c.buttons == ["300M，每月 60 元", "500M，每月 80 元", "1000M，每月 120 元"]
    await c.say("五百兆的吧")
    text = await c.say("下午")
    assert "桂花路8号2幢101室" in text and "每月 80 元" in text and "安装费 100 元" in text and "3 个工作日" in text
    assert not await desk.find_open(CHEN_CHEN)
    assert "登记好了" in await c.say("确认办理", "affirm")
    (ticket,) = await desk.find_open(CHEN_CHEN)
    assert ticket.kind is Kind.REQUEST and ticket.category is Category.INSTALLATION
    assert ticket.address == "城东区桂花路8号2幢101室" and "速率：500" in ticket.description
    await c.say("确认办理", "affirm")
    assert len(await desk.find_open(CHEN_CHEN)) == 1


async def test_address_and_speed_are_taken_from_the_first_sentence(talk: Talk) -> None:
    c = talk(CHEN_CHEN)
    text = await c.say("在城东区桂花路8号2幢101室装一条五百兆宽带", "install_broadband")
    assert "什么时候接电话" in text and "约时间" in text


async def test_somebody_who_is_no_customer_leaves_a_number(talk: Talk, desk: ServiceDesk) -> None:
    c = talk()
    await c.say("新房子想拉一条网，装宽带", "install_broadband")
    await c.say("翠湖新村5幢302室")
    await c.say("最便宜的")
    assert "联系电话" in c.text
    await c.say("13900001111")
    assert "139****1111" in await c.say("都行")
    await c.say("确认办理", "affirm")
    (ticket,) = await desk.all_open()
    assert ticket.phone == "" and ticket.contact_phone == "13900001111" and "速率：300" in ticket.description


async def test_where_nothing_can_be_laid_that_is_said(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(CHEN_CHEN)
    await c.say("装宽带", "install_broadband")
    assert "暂时没有资源" in await c.say("海岛渔港路3号2幢101室") and c.loop is None
    assert not await desk.find_open(CHEN_CHEN)


async def test_an_address_that_finds_no_house_is_asked_again(talk: Talk) -> None:
    c = talk(CHEN_CHEN)
    await c.say("装宽带", "install_broadband")
    assert "说详细点" in await c.say("我家") and c.loop == "install_broadband_form"


async def test_the_address_is_corrected_at_the_readback(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(CHEN_CHEN)
    await c.say("在城东区桂花路8号2幢101室装一条五百兆宽带", "install_broadband")
    await c.say("上午")
    await c.say("地址不对，是城东区桂花路9号3幢202室", "deny")
    assert "桂花路9号3幢202室" in c.text and "确认吗" in c.text
    assert "装在哪里" in await c.say("改地址")
    await c.say("城东区桂花路7号1幢301室")
    await c.say("确认办理", "affirm")
    (ticket,) = await desk.find_open(CHEN_CHEN)
    assert ticket.address == "城东区桂花路7号1幢301室"


async def test_who_has_a_line_is_asked_whether_they_want_another(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    assert "已经有宽带300M" in await c.say("装一条宽带", "install_broadband")
    await c.say("移机")
    await c.say("城东区桂花路8号2幢101室")
    text = await c.say("都可以")
    assert "移机费 80 元" in text and "宽带300M移到" in text
    await c.say("确认办理", "affirm")
    (ticket,) = await desk.find_open(ZHANG_WEI)
    assert ticket.title == "宽带移机"


async def test_another_speed_names_old_and_new_price(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    await c.say("宽带太慢，给我升到一千兆", "install_broadband")
    text = await c.say("上午")
    assert "宽带1000M" in text and "每月 120 元" in text and "套餐里带的" in text
    await c.say("好", "affirm")
    (ticket,) = await desk.find_open(ZHANG_WEI)
    assert ticket.title == "宽带换速率" and "1000" in ticket.description


async def test_a_speed_that_is_not_sold_is_said_so(talk: Talk) -> None:
    c = talk(ZHANG_WEI)
    await c.say("宽带提速", "install_broadband")
    assert "没有700M这一档" in await c.say("700兆")
    assert "什么时候接电话" in await c.say("最快的")


async def test_closing_within_the_contract_is_refused_with_the_reason(talk: Talk, desk: ServiceDesk) -> None:
    c = talk(ZHANG_WEI)
    assert "合约到2026年8月31日" in await c.say("宽带拆机", "install_broadband") and "移机" in c.buttons
    assert not await desk.find_open(ZHANG_WEI)


async def test_who_has_no_line_has_none_to_move_or_close(talk: Talk) -> None:
    assert "没有查到宽带" in await talk(CHEN_CHEN).say("宽带移机", "install_broadband")


async def test_a_move_is_only_for_somebody_proven(talk: Talk) -> None:
    c = talk()
    await c.say("我要搬家，宽带移走", "install_broadband")
    assert c.loop == "verify_form"


async def test_the_same_request_again_joins_the_open_ticket(talk: Talk, desk: ServiceDesk) -> None:
    for _ in range(2):
        c = talk(CHEN_CHEN)
        await c.say("在城东区桂花路8号2幢101室装一条五百兆宽带", "install_broadband")
        await c.say("上午")
        await c.say("确认办理", "affirm")
    assert "已经登记过" in c.text and len(await desk.find_open(CHEN_CHEN)) == 1


async def test_elders_are_offered_their_own_speed_and_short_words(talk: Talk) -> None:
    c = talk(LI_XIUYING, profile="elder")
    await c.say("网不够用，换个快的", "install_broadband")
    assert c.buttons == ["300M，每月 60 元", "500M，每月 80 元", "1000M，每月 120 元"]
    assert "什么时候给您打电话" in await c.say("三百的")


async def test_an_absent_address_system_is_said_honestly(talk: Talk, demo: DemoOperator) -> None:
    c = talk(CHEN_CHEN)
    await c.say("装宽带", "install_broadband")
    demo.faults.fail("addresses")
    assert "记录号" in await c.say("城东区桂花路8号2幢101室")


@pytest.mark.parametrize(("said", "op"), [
    ("新装一条宽带", "new"), ("把旧房子的宽带迁到新房子", "move"), ("不是坏了，是我要搬家，宽带移走", "move"), ("提速500M", "speed"),
    ("把宽带提速到一千兆", "speed"), ("不是取消上门，是取消整条宽带", "close"), ("我要拆宽带", "close"), ("宽带续费到期不续了，帮我销掉", "close"),
    ("网吧那种不用，就家用的给我来一条", "new"), ("老头子说现在的网太慢，要换那个快的", "speed"), ("宽带", None),
])  # fmt: skip
def test_what_is_wanted_with_the_line_is_read_from_the_words(said: str, op: str | None) -> None:
    entities = tuple({"entity": e.entity, "value": e.value, "start": e.start, "end": e.end} for e in extract(said))
    assert wanted_op(Turn("c", "m", Said(said, "", 1.0, entities), {}, "web", None, "standard", None, (), ())) == op
