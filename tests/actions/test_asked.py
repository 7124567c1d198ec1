"""What is noted of a question to the knowledge base, and of what the customer did next."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from actions.asked import verdict_of
from common.clock import FakeClock
from knowledge_base.mining.recorder import Recorder
from knowledge_base.mining.tables import open_store
from knowledge_base.mining.usage import EntryUsage, Usage, asked
from knowledge_base.misses import Miss, Misses
from knowledge_base.service import KnowledgeBase
from tests.actions.conftest import Talk
from tests.actions.conversation import Conversation

NOBODY_KNOWS = "蓝牙耳机左边不响了咋修理"


class Noted:
    """What stands in the tables after everything was written."""

    def __init__(self, recorder: Recorder, clock: FakeClock, folder: Path) -> None:
        self._recorder = recorder
        url = f"sqlite:///{folder / 'usage.db'}"
        self._misses, self._usage = Misses(sa.create_engine(url), clock), Usage(open_store(url))

    def misses(self) -> list[Miss]:
        self._recorder.flush()
        return self._misses.recent()[::-1]

    def reasons(self) -> list[str]:
        return [miss.reason for miss in self.misses() if miss.reason != "low_margin"]

    def of(self, entry_id: str) -> EntryUsage:
        self._recorder.flush()
        return next(u for u in self._usage.by_entry() if u.entry_id == entry_id)


@pytest.fixture
def noted(recorder: Recorder, clock: FakeClock, tmp_path: Path) -> Noted:
    return Noted(recorder, clock, tmp_path)


@pytest.fixture
def intent() -> str:
    from tests.actions.conversation import rules

    return next(name for name, action in rules().items() if action == "action_answer_question")


@pytest.fixture
def question(knowledge: KnowledgeBase) -> tuple[str, str]:
    """A stored question and its entry: answered word by word."""
    entry = next(e for e in knowledge.snapshot.entries if not e.limited)
    return entry.question, entry.id


@pytest.fixture
def vague(knowledge: KnowledgeBase) -> str:
    """A question that is met with choices."""
    words = ("流量", "宽带", "发票", "账单", "积分", "套餐", "漫游", "过户", "话费", "彩铃", "光猫", "补卡")
    return next(w for word in words for w in (word, f"{word}怎么回事") if knowledge.search(w, channel="web").outcome == "choose")


async def delivered_twice(conversation: Conversation, text: str, intent: str) -> None:
    """One message served twice under its id, as after a lost answer."""
    slots, loop, events, turn = dict(conversation.slots), conversation.loop, list(conversation.events), conversation._turn
    await conversation.say(text, intent)
    conversation.slots, conversation.loop, conversation.events, conversation._turn = slots, loop, events, turn
    await conversation.say(text, intent)


async def test_an_answer_and_thanks_for_it_are_counted_once_however_often_they_come(
    talk: Talk, noted: Noted, intent: str, question: tuple[str, str]
) -> None:
    conversation = talk()
    await delivered_twice(conversation, question[0], intent)
    await delivered_twice(conversation, "明白了，谢谢", "thank")
    used = noted.of(question[1])
    assert (used.served, used.helpful, used.not_helpful) == (1, 1, 0) and noted.reasons() == []


async def test_an_answer_that_did_not_help_is_a_miss_and_the_customer_hears_a_way_on(
    talk: Talk, noted: Noted, intent: str, question: tuple[str, str]
) -> None:
    conversation = talk()
    await conversation.say(question[0], intent)
    assert conversation.buttons[-1] == "没帮到"
    assert "没帮上您" in await conversation.say("没帮到") and "转人工" in conversation.buttons
    (miss,) = noted.misses()
    assert (miss.reason, miss.question, miss.nearest, miss.channel) == ("not_helpful", question[0], question[1], "web")
    assert noted.of(question[1]).not_helpful == 1


async def test_asking_for_a_person_after_an_answer_is_a_miss_of_that_question(
    talk: Talk, noted: Noted, intent: str, question: tuple[str, str]
) -> None:
    conversation = talk()
    await conversation.say(question[0], intent)
    await conversation.say("等一下", "wait")
    await conversation.say("转人工", "transfer_human")
    assert [(m.reason, m.question) for m in noted.misses()] == [("handed_over", question[0])]


async def test_another_request_after_an_answer_says_nothing_about_it(
    talk: Talk, noted: Noted, intent: str, question: tuple[str, str]
) -> None:
    conversation = talk()
    await conversation.say(question[0], intent)
    await conversation.say("查话费", "query_balance")
    await conversation.say("转人工", "transfer_human")
    used = noted.of(question[1])
    assert noted.reasons() == [] and (used.served, used.helpful, used.not_helpful) == (1, 0, 0)


async def test_a_choice_taken_is_counted_and_one_passed_by_is_a_miss(
    talk: Talk, noted: Noted, intent: str, vague: str, knowledge: KnowledgeBase
) -> None:
    conversation, offered = talk(), [hit.entry_id for hit in knowledge.search(vague, channel="web").hits]
    await conversation.say(vague, intent)
    await conversation.say(conversation.buttons[1], intent)
    assert noted.of(offered[1]).chosen == 1 and noted.of(offered[1]).served == 1 and noted.of(offered[0]).offered == 1
    await conversation.say(vague, intent)
    await conversation.say("查话费", "query_balance")
    assert [(m.reason, m.question, m.nearest) for m in noted.misses() if m.reason != "low_margin"] == [
        ("not_chosen", vague, offered[0])]  # fmt: skip


async def test_nothing_found_and_then_a_person_is_one_asking_with_two_fates(talk: Talk, noted: Noted, intent: str) -> None:
    conversation = talk()
    await conversation.say(NOBODY_KNOWS, "out_of_scope")
    await conversation.say("转人工", "transfer_human")
    missed = [miss for miss in noted.misses() if miss.question == NOBODY_KNOWS]
    assert [miss.reason for miss in missed] == ["none", "handed_over"] and asked(missed) == 1


async def test_what_is_noted_is_masked_and_a_secret_is_not_noted(talk: Talk, noted: Noted) -> None:
    conversation = talk()
    await conversation.say("我的号13800000001蓝牙耳机不响", "out_of_scope")
    conversation.events.append({"event": "bot", "text": "请输入密码", "metadata": {"data": {"secret": True}}})
    await conversation.say("蓝牙耳机密码246810", "out_of_scope")
    assert [m.question for m in noted.misses()] == ["我的号138****0001蓝牙耳机不响"]
    assert "13800000001" not in str(conversation.slots["asked"])


@pytest.mark.parametrize(("text", "verdict"), [
    ("没用", False), ("没有用", False), ("没帮到", False), ("你这回答没用", False), ("没解决啊", False), ("不是这个意思", False),
    ("我问的不是这个", False), ("答非所问", False), ("听不懂", False), ("谢谢", True), ("明白了", True), ("哦，知道了", True),
    ("好的谢谢", None), ("解决了吗", None), ("有用吗", None), ("好", None), ("没用完的流量怎么办", None), ("没用过这个", None),
    ("我家宽带三天没解决你们到底管不管我要投诉", None), ("流量用完了", None), ("", None),
])  # fmt: skip
def test_a_verdict_is_short_and_about_the_answer(text: str, verdict: bool | None) -> None:
    assert verdict_of(text) is verdict
