"""One conversation: one message after another, each answered once, also while Rasa is away."""

import asyncio

import pytest

from bot.conversation.errors import BotUnavailable, TooManyMessages
from bot.conversation.messages import Incoming, Stored
from bot.conversation.turns import Conversations
from common.clock import FakeClock
from common.trace import tracing
from tests.bot.fake_rasa import FakeRasa
from tests.bot.web.helpers import until

BUTTONS = [{"title": "查账单", "payload": "查上个月账单"}, {"title": "充值", "payload": "我要充值"}]


def message(text: str, message_id: str = "", who: str = "web:me", **more: str) -> Incoming:
    return Incoming(who, message_id or text, text, "web", **more)  # type: ignore[arg-type]


async def test_messages_are_served_in_the_order_they_came(conversations: Conversations, rasa: FakeRasa):
    texts = [f"第{n}句" for n in range(8)]
    answers = await asyncio.gather(*(conversations.handle(message(text)) for text in texts))
    assert rasa.texts == texts
    assert [[r.text for r in replies] for replies in answers] == [[f"收到：{text}"] for text in texts]
    assert [m.text for m in await conversations.journal.since("web:me", 0)] == [
        said for text in texts for said in (text, f"收到：{text}")
    ]


async def test_one_slow_customer_holds_up_nobody_else(conversations: Conversations, rasa: FakeRasa):
    rasa.gate.clear()
    slow = asyncio.create_task(conversations.handle(message("慢")))
    await until(lambda: len(rasa.turns) == 1)
    quick = asyncio.create_task(conversations.handle(message("快", who="web:other")))
    await until(lambda: len(rasa.turns) == 2)
    rasa.gate.set()
    await asyncio.gather(slow, quick)


async def test_no_lock_is_left_when_nobody_waits(conversations: Conversations):
    await asyncio.gather(*(conversations.handle(message(str(n), who=f"web:{n % 3}")) for n in range(9)))
    assert conversations._locks == {}


async def test_the_same_id_is_answered_from_the_journal(conversations: Conversations, rasa: FakeRasa):
    first = await conversations.handle(message("查话费", "m1"))
    await conversations.handle(message("别的", "m2"))
    again = await asyncio.gather(*(conversations.handle(message("查话费", "m1")) for _ in range(3)))
    assert again == [first] * 3
    assert rasa.texts == ["查话费", "别的"]


async def test_a_message_is_journaled_before_it_is_answered(conversations: Conversations, rasa: FakeRasa):
    kept: list[Stored] = []
    rasa.gate.clear()
    turn = asyncio.create_task(conversations.handle(message("查话费", "m1"), kept.append))
    await until(lambda: len(kept) == 1)
    assert not turn.done()
    rasa.gate.set()
    await turn
    await conversations.handle(message("查话费", "m1"), kept.append)
    assert [(m.message_id, m.seq) for m in kept] == [("m1", 1), ("m1", 1)], "sent again it is confirmed again"


async def test_a_failed_turn_is_tried_again_and_says_so(conversations: Conversations, rasa: FakeRasa):
    rasa.fail_next = 1
    (reply,) = await conversations.handle(message("查话费", "m1"))
    assert reply.text == "收到：查话费"
    assert [(t["metadata"]["message_id"], t["again"]) for t in rasa.turns] == [("m1", False), ("m1", True)]


async def test_a_turn_that_breaks_by_itself_is_not_tried_for_ever(conversations: Conversations, rasa: FakeRasa):
    rasa.fail_next = 99
    with pytest.raises(BotUnavailable):
        await conversations.handle(message("查话费"))
    assert len(rasa.turns) == 3


@pytest.mark.parametrize("patience", [0.5])
async def test_while_rasa_is_away_the_customer_is_told_and_may_send_again(
    conversations: Conversations, rasa: FakeRasa, patience: float
):
    rasa.down = True
    with pytest.raises(BotUnavailable) as told:
        await conversations.handle(message("查话费", "m1"))
    assert "请过半分钟再发一次" in told.value.message_zh
    rasa.down = False
    (reply,) = await conversations.handle(message("查话费", "m1"))
    assert reply.text == "收到：查话费"
    assert rasa.turns[-1]["again"], "it may have been served before"
    assert [m.text for m in await conversations.journal.since("web:me", 0)] == ["查话费", "收到：查话费"]


async def test_a_turn_without_any_reply_counts_as_failed(conversations: Conversations, rasa: FakeRasa):
    rasa.script["查话费"] = []
    with pytest.raises(BotUnavailable):
        await conversations.handle(message("查话费"))


@pytest.mark.parametrize("patience", [0.5])
async def test_a_rasa_that_hangs_is_given_up(conversations: Conversations, rasa: FakeRasa, patience: float):
    rasa.gate.clear()
    with pytest.raises(BotUnavailable):
        await asyncio.wait_for(conversations.handle(message("查话费")), 3)
    rasa.gate.set()


async def test_too_many_messages_are_refused_until_time_has_passed(conversations: Conversations, clock: FakeClock):
    for n in range(60):
        await conversations.handle(message("", f"m{n}"))
    with pytest.raises(TooManyMessages) as refused:
        await conversations.handle(message("", "m60"))
    assert refused.value.retry_after == 1
    clock.advance(1)
    await conversations.handle(message("", "m60"))


async def test_an_ordinal_means_the_button(conversations: Conversations, rasa: FakeRasa):
    rasa.script["查话费"] = [{"text": "35.80 元", "buttons": BUTTONS}]
    for said in ("第二个", "充值"):
        await conversations.handle(message("查话费", f"ask {said}"))
        await conversations.handle(message(said))
    assert rasa.texts == ["查话费", "我要充值"] * 2


@pytest.mark.parametrize("nothing", ["", "   ", "😀", "？！", "\u202e\u200b"])
async def test_what_says_nothing_is_answered_without_the_bot(conversations: Conversations, rasa: FakeRasa, nothing: str):
    (reply,) = await conversations.handle(message(nothing, "m1"))
    assert reply.text.startswith("您好")
    assert rasa.turns == []


async def test_a_picture_instead_of_a_code_does_not_uncover_the_code(conversations: Conversations, rasa: FakeRasa):
    rasa.script["查话费"] = [{"text": "验证码？", "data": {"secret": True}}]
    for text in ("查话费", "😀", "135790"):
        await conversations.handle(message(text))
    kept = await conversations.journal.since("web:me", 0)
    assert [m.text for m in kept if m.sender == "user"] == ["查话费", "••••••", "••••••"]
    assert rasa.texts[-1] == "135790", "the bot gets it"


async def test_a_long_message_is_cut_and_that_is_said(conversations: Conversations, rasa: FakeRasa):
    (reply,) = await conversations.handle(message("查" * 3000, "m1"))
    assert rasa.texts == ["查" * 1000]
    assert reply.text.startswith("（您这条消息比较长，我先看了前 1000 个字。）\n")


async def test_only_the_gateway_says_who_the_customer_is(conversations: Conversations, rasa: FakeRasa):
    await conversations.journal.set_profile("web:me", "elder")
    with tracing("t" * 16):
        await conversations.handle(message("甲", verified_phone="13800000001", trace_id="0123456789abcdef"))
        await conversations.handle(message("乙", profile="standard"))
    first, second = (turn["metadata"] for turn in rasa.turns)
    assert first == {"channel": "web", "message_id": "甲", "trace_id": "0123456789abcdef", "profile": "elder",
                     "verified_phone": "13800000001"}  # fmt: skip
    assert second["profile"] == "standard"
    assert "verified_phone" not in second


async def test_listeners_hear_everything_until_they_stop(conversations: Conversations):
    heard: list[tuple[str, str]] = []

    async def listener(said: Stored) -> None:
        heard.append((said.sender, said.text))

    stop = conversations.listen("web:me", listener)
    await conversations.handle(message("你好"))
    await conversations.say("web:me", [{"text": "您的工单有新进度"}], "system", "notice-1")
    await conversations.handle(message("你好", who="web:other"))
    stop()
    await conversations.handle(message("再见"))
    assert heard == [("user", "你好"), ("bot", "收到：你好"), ("system", "您的工单有新进度")]
    assert conversations._listeners == {}
