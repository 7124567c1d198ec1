"""增值业务."""

from __future__ import annotations

import pytest

from actions.menu import TITLES
from actions.vas import service_named, wish_of
from actions.vas_names import NAMES
from bss.catalogue.loader import default_catalogue
from bss.demo import DemoOperator
from bss.types import OrderAction, ProductKind
from service_desk.desk import ServiceDesk
from tests.actions.conftest import CHEN_CHEN, LI_XIUYING, WANG_QIANG, ZHANG_WEI, Talk, said_twice


async def _running(demo: DemoOperator, phone: str = ZHANG_WEI) -> set[str]:
    products = await demo.unguarded.products.products(phone, ProductKind.VAS)
    return {p.offer_id for p in products if p.ends is None}


def test_every_service_of_the_catalogue_has_names() -> None:
    offers = default_catalogue().offers(ProductKind.VAS, "")
    assert {o.offer_id for o in offers} == set(NAMES)
    assert all(service_named(o.name) == o.offer_id for o in offers)


async def test_all_services_are_listed_with_their_fees(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("查询我开通了哪些增值业务", "manage_vas")
    assert "来电显示 免费" in text and "彩铃 每月 5 元" in text and "每月共 5 元" in text
    assert conversation.buttons[0] == "退订彩铃" and conversation.loop is None


async def test_the_menu_button_lists(talk: Talk) -> None:
    assert "彩铃" in await talk(ZHANG_WEI).say(TITLES["manage_vas"], "manage_vas")


async def test_without_services_this_is_good_news(talk: Talk, demo: DemoOperator) -> None:
    await demo.operator.orders.order(CHEN_CHEN, "vas.music_member", OrderAction.REMOVE, "k")
    conversation = talk(CHEN_CHEN)
    assert "没有增值业务" in await conversation.say("把彩铃什么的给我退了", "manage_vas")


@pytest.mark.parametrize("said", [
    "取消彩铃", "打我电话老唱歌，把那歌去了", "取消彩林", "彩铃，取消", "帮我取消咗个彩铃佢", "不退来电显示，退的是彩铃",
    "不要开通彩铃，是要取消", "谁打我电话都唱歌，我不要唱，你给我关了", "彩铃我不要了",
])  # fmt: skip
async def test_a_cancellation_is_understood_and_read_back(talk: Talk, demo: DemoOperator, said: str) -> None:
    text = await talk(ZHANG_WEI).say(said, "manage_vas")
    assert "取消您的彩铃（每月 5 元），用到月底，4月1日起不再收费" in text
    assert "vas.ringback" in await _running(demo)


async def test_it_is_cancelled_once_on_yes(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("取消彩铃", "manage_vas")
    assert "已退订" in await said_twice(conversation, "要得", "affirm")
    assert await _running(demo) == {"vas.caller_id"}
    assert len(await demo.operator.orders.orders(ZHANG_WEI)) == 1
    assert "已经退过了" in await conversation.say("取消彩铃", "manage_vas")


async def test_a_subscription_says_price_and_start(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("开通视频会员", "manage_vas")
    assert "每月 15 元" in text and "今天生效" in text and "随时退" in text
    await conversation.say("确认办理", "affirm")
    assert "vas.video_member" in await _running(demo)


async def test_no_at_the_read_back_is_no_cancellation(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("开通视频会员", "manage_vas")
    assert "什么都没有改动" in await conversation.say("不要了", "deny")
    assert await _running(demo) == {"vas.caller_id", "vas.ringback"}


async def test_what_they_have_is_not_sold_twice(talk: Talk, demo: DemoOperator) -> None:
    text = await talk(ZHANG_WEI).say("开通来店显示", "manage_vas")
    assert "已经开着来电显示了，免费的" in text


async def test_a_bare_name_is_answered_not_acted_on(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    assert "您已经开着，免费" in await conversation.say("来电显示", "manage_vas")
    assert conversation.loop is None


async def test_another_song_is_a_matter_for_a_person(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    assert "选歌" in await conversation.say("换个彩铃，要喜庆点的", "manage_vas")
    assert "转人工" in conversation.buttons


async def test_what_they_do_not_have_is_not_charged(talk: Talk) -> None:
    text = await talk(ZHANG_WEI).say("我没订过音乐会员，给我退掉", "manage_vas")
    assert "没有开音乐会员，不会扣这个钱" in text and "彩铃 每月 5 元" in text


async def test_cancel_without_a_name_asks_which_of_theirs(talk: Talk) -> None:
    conversation = talk(ZHANG_WEI)
    assert "哪一项" in await conversation.say("取消一个业务", "manage_vas")
    assert conversation.buttons == ["来电显示", "彩铃"]
    assert "取消您的彩铃" in await conversation.say("第二个")


async def test_all_paid_ones_go_together_and_free_ones_stay(talk: Talk, demo: DemoOperator) -> None:
    await demo.operator.orders.order(ZHANG_WEI, "vas.reading", OrderAction.ADD, "k")
    conversation = talk(ZHANG_WEI)
    text = await conversation.say("给我把那些乱七八糟的业务全退了", "manage_vas")
    assert "一共退 2 项，每月省 13 元" in text
    assert "彩铃、阅读会员" in await said_twice(conversation, "确认", "affirm")
    assert await _running(demo) == {"vas.caller_id"}
    assert len(await demo.operator.orders.orders(ZHANG_WEI)) == 3


async def test_forwarding_asks_the_number_reads_it_back_and_says_the_last_step(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(ZHANG_WEI)
    assert "转到哪个号码" in await conversation.say("胡叫转一到另外一个号", "manage_vas")
    assert "转到 13900001234" in await conversation.say("幺三九零零零零幺二三四")
    assert "转到 057188001122" in await conversation.say("不对，转到座机0571-88001122", "deny")
    text = await conversation.say("对", "affirm")
    assert "**21*057188001122#" in text and "##21#" in text
    assert "vas.forward" in await _running(demo)


async def test_forwarding_given_at_once_is_read_back_at_once(talk: Talk) -> None:
    assert "转到 13900001234" in await talk(ZHANG_WEI).say("把来电呼叫转移到13900001234", "manage_vas")


@pytest.mark.parametrize("said", ["取消呼叫转移", "不开转移，是取消转移"])
async def test_forwarding_that_is_not_there_still_tells_the_code(talk: Talk, said: str) -> None:
    conversation = talk(ZHANG_WEI)
    assert "##21#" in await conversation.say(said, "manage_vas")
    assert "#" not in conversation.replies[0]["speech"]


async def test_a_suspended_customer_may_cancel_but_not_subscribe(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(WANG_QIANG)
    assert "欠费 23.40 元" in await conversation.say("开通视频会员", "manage_vas")
    await conversation.say("取消彩铃", "manage_vas")
    await conversation.say("确认", "affirm")
    assert await _running(demo, WANG_QIANG) == set()


async def test_an_elder_hears_only_what_costs(talk: Talk, demo: DemoOperator) -> None:
    await demo.operator.orders.order(LI_XIUYING, "vas.news", OrderAction.ADD, "k")
    conversation = talk(LI_XIUYING, profile="elder")
    text = await conversation.say("看哈我开了些啥子业务", "manage_vas")
    assert text == "手机报，一个月 3 元。不想要哪个，告诉我。"
    assert await conversation.say("手机报不要了", "manage_vas") == "把手机报退掉，下个月不收钱。办不办？"


async def test_a_child_cannot_cancel_for_the_parent_without_the_right(talk: Talk, demo: DemoOperator) -> None:
    conversation = talk(CHEN_CHEN)
    text = await conversation.say("给我妈取消来电显示", "manage_vas")
    assert "机主本人" in text and "vas.caller_id" in await _running(demo, LI_XIUYING)


async def test_a_system_away_at_the_yes_is_admitted_and_noted(talk: Talk, demo: DemoOperator, desk: ServiceDesk) -> None:
    conversation = talk(ZHANG_WEI)
    await conversation.say("取消彩铃", "manage_vas")
    demo.faults.remove("orders")
    assert "没有办" in await conversation.say("确认", "affirm")
    assert "vas.ringback" in await _running(demo) and len(await desk.find_open(ZHANG_WEI)) == 1


@pytest.mark.parametrize(("said", "wish"), [
    ("开通来电显示", "add"), ("不开转移，是取消转移", "remove"), ("视频会员试用到头了，别续", "remove"),
    ("呼叫等待开一下", "add"),
    ("我要跟我老伴打电话不要钱那个，你给我办一个", "add"),
    ("关机时候的来电短信告诉我，开上", "add"), ("吾要拿电话转到屋里厢座机浪去", "add"), ("来电显示", None),
])  # fmt: skip
def test_open_and_close_are_told_apart(said: str, wish: str | None) -> None:
    assert wish_of(said) == wish
