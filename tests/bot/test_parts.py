"""Small parts: choices, sanitising, limits, session tokens, exposure."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import limits
from bot.conversation.choices import resolve
from bot.conversation.limits import RateLimit
from bot.conversation.sanitize import clean, says_something
from bot.gateway.safety import check_exposure
from bot.gateway.sessions import Sessions
from common.clock import FakeClock
from common.errors import ConfigError
from common.settings import Settings

BUTTONS = [{"title": t, "payload": f"我选{t}"} for t in ("甲套餐", "乙套餐", "丙套餐")]


@pytest.mark.parametrize(("said", "meant"), [
    ("2", 1), ("二", 1), ("第二个", 1), ("选三", 2), ("我要第一个", 0), ("我选第2项吧", 1), ("按1", 0), ("就第一条", 0),
    ("第三个。", 2), ("最后一个", 2), ("就最后那个吧", 2), ("乙套餐", 1), (" 1 ", 0),
])  # fmt: skip
def test_an_ordinal_stands_for_its_button(said: str, meant: int):
    assert resolve(said, BUTTONS) == BUTTONS[meant]["payload"]


@pytest.mark.parametrize("said", ["4", "第九个", "0", "246810", "12", "2024", "我有两个问题", "一个月多少钱", "三", "", "套餐"])
def test_what_is_no_ordinal_is_left_alone(said: str):
    few = BUTTONS[:2]
    assert resolve(said, few) == said
    assert resolve("1", []) == "1"


@pytest.mark.parametrize(("text", "kept"), [
    ("  查话费 ", "查话费"), ("查\u200b话\u2060费\ufeff", "查话费"), ("\u202e费话查\u202c", "费话查"), ("a\x00b\x1b[31m", "a b [31m"),
    ("第一行\n第二行\t三", "第一行\n第二行\t三"), ("查\ud800话费", "查话费"), ("/restart", "／restart"), ("  /restart", "／restart"),
    ("\u200b/restart", "／restart"), ("1/2", "1/2"), ("𠮷", "𠮷"),
])  # fmt: skip
def test_hidden_characters_go_and_words_stay(text: str, kept: str):
    assert clean(text, 1000) == (kept, False)


@given(st.text(st.characters(codec=None), max_size=60))
def test_whatever_is_typed_can_be_kept_and_commands_nobody(text: str):
    kept, cut = clean(text, 40)
    kept.encode()
    assert len(kept) <= 40
    assert cut or len(kept) < 60
    assert not kept.startswith("/")
    assert "\x00" not in kept and "\u202e" not in kept
    again, _ = clean(kept, 40)
    assert again == kept.strip()


def test_marks_and_pictures_say_nothing():
    assert [t for t in ("", "？！", "😀", "1", "好", "OK", "…") if says_something(t)] == ["1", "好", "OK"]


def test_a_bucket_fills_with_time():
    clock = FakeClock()
    limit = RateLimit(60, clock)
    assert [limit.take("a") for _ in range(60)] == [0.0] * 60
    assert limit.take("a") == pytest.approx(1.0)
    assert limit.take("b") == 0.0
    clock.advance(0.5)
    assert limit.take("a") == pytest.approx(0.5)
    clock.advance(0.5)
    assert limit.take("a") == 0.0
    clock.advance(3600)
    assert [limit.take("a") for _ in range(61)][-1] > 0, "an hour of silence saves up one minute, not sixty"


def test_a_bucket_remembers_a_bounded_number_of_keys(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "MAX_KEYS", 10)
    limit = RateLimit(1, FakeClock())
    for n in range(100):
        limit.take(str(n))
    assert len(limit._buckets) == 10


def test_a_token_opens_its_conversation_and_no_other():
    sessions = Sessions("secret")
    mine, token = sessions.new()
    other, _ = sessions.new()
    assert mine.startswith("web:") and mine != other
    assert sessions.conversation(token) == mine
    assert sessions.token(mine) == token, "the same after a restart"
    assert Sessions("secret").conversation(token) == mine
    assert Sessions("another").conversation(token) is None
    assert sessions.conversation(f"{other}.{token.rpartition('.')[2]}") is None


@pytest.mark.parametrize("token", [None, 5, "", "x", ".", "web:", "web:x.", "web:x.y", "rest:x.y", "web:\ud800.\ud800", "web:é.é",
                                   "web:" + "x" * 500, ["web:x"], {"a": 1}])  # fmt: skip
def test_what_is_no_token_opens_nothing(token: object):
    assert Sessions("secret").conversation(token) is None


def test_no_other_kind_of_conversation_can_be_signed_into():
    sessions = Sessions("secret")
    assert sessions.conversation(sessions.token("rest:somebody")) is None


def test_an_ended_session_stays_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.gateway.sessions.MAX_ENDED", 3)
    sessions = Sessions("secret")
    made = [sessions.new() for _ in range(4)]
    for conversation_id, _ in made:
        sessions.end(conversation_id)
    assert [sessions.conversation(token) for _, token in made] == [made[0][0], None, None, None]


REAL: dict[str, Any] = {
    "channel_key": "c" * 16, "session_key": "s" * 16, "internal_key": "i" * 16, "voice_key": "v" * 16, "demo": False
}  # fmt: skip


@pytest.mark.parametrize("bind", ["0.0.0.0", "::", "192.0.2.1", "kefu.example"])
def test_what_is_open_needs_keys_of_its_own(bind: str):
    check_exposure(Settings(bind=bind, **REAL))
    check_exposure(Settings(bind=bind, **{**REAL, "voice_key": ""}))  # lets no PBX in
    for name, bad in (
        ("channel_key", "short"), ("session_key", ""), ("internal_key", "yida-demo-internal-key"),
        ("voice_key", "yida-demo-voice-key"), ("voice_key", "short"), ("demo", True),
    ):  # fmt: skip
        with pytest.raises(ConfigError) as refused:
            check_exposure(Settings(bind=bind, **{**REAL, name: bad}))
        assert f"YIDA_{name.upper()}" in refused.value.message_zh
        assert str(bad) not in refused.value.message_zh.replace("YIDA_DEMO", "") or bad in ("", True)


@pytest.mark.parametrize("bind", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_this_machine_may_use_the_demo(bind: str):
    check_exposure(Settings(bind=bind))


def test_the_alphabet_of_a_token_fits_a_url():
    _, token = Sessions("secret").new()
    assert set(token) <= set(string.ascii_letters + string.digits + "-_:.")


@pytest.mark.parametrize(("said", "meant"), [("1", "确认办理"), ("按1", "确认办理"), ("第一个", "第一个"), ("就第一个吧", "就第一个吧"), ("第二个", "返回")])
def test_a_place_in_words_agrees_to_nothing(said: str, meant: str) -> None:
    assert resolve(said, [{"title": word, "payload": word} for word in ("确认办理", "返回", "取消")]) == meant
