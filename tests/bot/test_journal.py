"""The journal: order, no id twice, secrets blotted out, and the same picture after a restart."""

import asyncio

import pytest

from bot.conversation.journal import Head, Journal
from common.clock import FakeClock

ME = "web:me"
ASK_CODE = {"text": "请输入验证码", "data": {"secret": True}, "buttons": [{"title": "重发", "payload": "重发验证码"}]}


async def test_messages_are_numbered_from_one_without_gaps(journal: Journal):
    for n in range(3):
        await journal.add_user(ME, f"m{n}", f"第{n}句")
        await journal.add_replies(ME, f"m{n}", [{"text": "甲"}, {"text": "乙"}])
    kept = await journal.since(ME, 0)
    assert [m.seq for m in kept] == list(range(1, 10))
    assert [m.sender for m in kept] == ["user", "bot", "bot"] * 3
    assert [m.seq for m in await journal.since(ME, 7)] == [8, 9]
    assert len({m.message_id for m in kept}) == 9


async def test_an_id_is_kept_once(journal: Journal):
    first, new = await journal.add_user(ME, "m1", "查话费")
    again, renewed = await journal.add_user(ME, "m1", "something else")
    assert (new, renewed) == (True, False)
    assert again == first
    other, _ = await journal.add_user("web:other", "m1", "查话费")
    assert other.seq == 1, "another conversation has its own ids"


async def test_a_customers_id_that_looks_like_a_replys_is_harmless(journal: Journal):
    await journal.add_user(ME, "a.1", "甲")
    await journal.add_user(ME, "a", "乙")
    replies = await journal.add_replies(ME, "a", [{"text": "答"}])
    assert [m.message_id for m in replies] == ["a.1"]
    assert [m.text for m in await journal.since(ME, 0)] == ["甲", "乙", "答"]
    _, new = await journal.add_user(ME, "a.1", "甲")
    assert not new


async def test_the_answer_to_a_question_for_a_secret_is_blotted_out(journal: Journal, tmp_path):
    await journal.add_replies(ME, "m0", [ASK_CODE])
    secret, _ = await journal.add_user(ME, "m1", "246810")
    assert secret.text == "••••••"
    await journal.add_replies(ME, "m1", [{"text": "好的"}])
    plain, _ = await journal.add_user(ME, "m2", "查话费")
    assert plain.text == "查话费"
    assert b"246810" not in b"".join(p.read_bytes() for p in tmp_path.glob("journal.db*"))


async def test_somebody_elses_words_do_not_end_the_question(journal: Journal):
    await journal.add_replies(ME, "m0", [ASK_CODE])
    await journal.add_replies(ME, "notice", [{"text": "您的工单有新进度"}], sender="system")
    head = await journal.head(ME)
    assert head.secret
    assert [b["title"] for b in head.buttons] == ["重发"]


async def test_a_restart_finds_everything_as_it_was(journal: Journal, clock: FakeClock, tmp_path):
    await journal.set_profile(ME, "elder")
    await journal.add_user(ME, "m1", "查话费", "话费")
    await journal.add_replies(ME, "m1", [ASK_CODE, {"text": "在短信里找", "speech": "x", "kind": "k"}])
    unanswered, _ = await journal.add_user(ME, "m2", "246810")
    before, said = await journal.head(ME), await journal.since(ME, 0)
    again = Journal(f"sqlite:///{tmp_path / 'journal.db'}", clock)
    await again.start()
    assert await again.since(ME, 0) == said
    head = await again.head(ME)
    assert head == before
    assert head == Head(4, "elder", (), secret=True)
    repeated, _ = await again.add_user(ME, "m3", "246810")
    assert (unanswered.text, repeated.text) == ("••••••", "••••••"), "the code stays secret although nobody answered"
    await again.close()


async def test_a_profile_set_in_the_middle_of_a_turn_disturbs_nothing(journal: Journal):
    for n in range(20):
        profile = ("elder", "standard")[n % 2]
        await asyncio.gather(
            journal.add_user(ME, f"m{n}", "甲"), journal.set_profile(ME, profile), journal.head(ME)
        )
        assert (await journal.head(ME)).profile == profile
        await asyncio.gather(journal.set_profile(ME, profile), journal.add_replies(ME, f"m{n}", [{"text": "乙"}]))
    assert [m.seq for m in await journal.since(ME, 0)] == list(range(1, 41))


async def test_a_reply_may_change_the_profile(journal: Journal):
    await journal.add_replies(ME, "m1", [{"text": "好的，慢慢来", "data": {"profile": "elder"}}])
    assert (await journal.head(ME)).profile == "elder"


async def test_many_conversations_at_once_stay_apart(journal: Journal):
    async def talk(name: str) -> None:
        for n in range(10):
            await journal.add_user(name, f"m{n}", f"{name} {n}")
            await journal.add_replies(name, f"m{n}", [{"text": f"答 {name} {n}"}])

    names = [f"web:{n}" for n in range(20)]
    await asyncio.gather(*map(talk, names))
    for name in names:
        kept = await journal.since(name, 0)
        assert [m.text for m in kept] == [t for n in range(10) for t in (f"{name} {n}", f"答 {name} {n}")]


async def test_of_a_long_history_the_newest_come(journal: Journal):
    for n in range(30):
        await journal.add_user(ME, f"m{n}", str(n))
    assert [m.text for m in await journal.since(ME, 0, limit=5)] == ["25", "26", "27", "28", "29"]


async def test_what_falls_out_of_memory_is_read_again(journal: Journal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.conversation.journal.MAX_CACHED", 2)
    for n in range(6):
        await journal.add_user(f"web:{n % 3}", f"m{n}", "甲")
    assert [(await journal.head(f"web:{n}")).seq for n in range(3)] == [2, 2, 2]


async def test_two_journals_on_one_base_do_not_lose_a_message(journal: Journal, clock: FakeClock, tmp_path):
    """Not how it is run; but what a second gateway wrote must not break the conversation for good."""
    other = Journal(f"sqlite:///{tmp_path / 'journal.db'}", clock)
    await other.start()
    await journal.add_user(ME, "m1", "甲")
    await other.add_user(ME, "m2", "乙")
    with pytest.raises(Exception, match="UNIQUE"):
        await journal.add_user(ME, "m3", "丙")
    await journal.add_user(ME, "m3", "丙")
    assert [m.text for m in await journal.since(ME, 0)] == ["甲", "乙", "丙"]
    await other.close()


async def test_forgetting_leaves_nothing(journal: Journal):
    await journal.add_user(ME, "m1", "甲")
    await journal.set_profile(ME, "elder")
    await journal.forget_all()
    assert await journal.since(ME, 0) == []
    assert await journal.head(ME) == Head()
