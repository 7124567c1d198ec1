"""Caller profiles: the table, requests, observation, memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice_gateway.profiles import (
    ELDER,
    STANDARD,
    AnswerKind,
    Choice,
    Observation,
    PersonOffer,
    Remembered,
    RequestWords,
    choose,
    requested,
)  # fmt: skip
from voice_gateway.profiles.choice import Reason
from voice_gateway.profiles.errors import RequestsInvalid
from voice_gateway.profiles.requests import MANDARIN, request_words
from voice_gateway.synthesis import Style

LEXICONS = Path(__file__).resolve().parents[3] / "nlu" / "dialects" / "words"


def test_the_two_profiles_are_the_table_of_the_design():
    assert STANDARD.style == Style(1.0, 200) and ELDER.style == Style(0.75, 500)
    assert [STANDARD.end_of_turn(kind) for kind in AnswerKind] == [0.7, 0.5, 1.2]
    assert [ELDER.end_of_turn(kind) for kind in AnswerKind] == [1.3, 1.3, 1.3]
    assert (STANDARD.no_input, ELDER.no_input) == (6, 10)
    assert (STANDARD.options, ELDER.options) == (5, 3)
    assert (STANDARD.wording, ELDER.wording) == ("text", "elder")
    assert (STANDARD.person, ELDER.person) == (PersonOffer.ON_REQUEST, PersonOffer.AFTER_FIRST_FAILURE)


@pytest.mark.parametrize(
    ("text", "manner"),
    [("慢一点", "slower"), ("你能不能说慢点啊", "slower"), ("太快了，我跟不上", "slower"), ("姑娘，慢慢说", "slower"), ("讲慢啲", "slower"),
     ("说大声点", "louder"), ("声音太小了，我听不清", "louder"), ("我耳朵背，大点声", "louder"), ("长辈版", "elder"), ("换成长辈版吧", "elder"),
     ("说快点", "standard"), ("太慢了", "standard"), ("不用说这么慢", "standard"), ("标准版", "standard")],
)  # fmt: skip
def test_a_request_is_understood(text: str, manner: str):
    assert (request := requested(text)) and request.manner == manner


@pytest.mark.parametrize(
    "text",
    ["网速慢一点都上不去", "我家网太慢了怎么办", "快点派人来", "电视声音太小了没声音", "手机打电话对方听不见", "四川话费怎么查", "", "。", "查话费", "慢" * 60],
)
def test_what_is_no_request_is_left_to_the_bot(text: str):
    assert requested(text) is None


@pytest.mark.parametrize(
    ("text", "dialect"),
    [("讲四川话", "sichuan"), ("你会不会讲粤语", "cantonese"), ("说东北话行不行", "dongbei"), ("用河南话跟我说", "henan_shandong"), ("讲普通话", MANDARIN),
     ("上海话", "wu")],
)
def test_a_dialect_is_asked_for_by_its_name(text: str, dialect: str):
    request = requested(text)
    assert (request.dialect if request else "") == dialect


def test_dialects_are_named_as_the_lexicons():
    assert request_words().dialects - {MANDARIN} == {path.stem for path in LEXICONS.glob("*.yml")}


def test_a_broken_word_list_says_what_is_missing():
    with pytest.raises(RequestsInvalid) as error:
        RequestWords({"around": {"before": []}})
    assert "after" in error.value.message_zh


def test_the_age_on_file_makes_an_elder():
    assert choose(elder_on_file=True).profile is ELDER
    assert choose(elder_on_file=False).profile is STANDARD
    assert choose().with_age(True).reason is Reason.AGE


def test_a_request_beats_the_age_and_is_remembered():
    fast = requested("说快点")
    assert fast
    choice = choose(elder_on_file=True).asked(fast)
    assert choice.profile is STANDARD
    assert choice.with_age(True).observed(Observation((1, 1, 1))).profile is STANDARD
    assert choose(choice.to_remember, elder_on_file=True).profile is STANDARD


def test_louder_means_short_sentences_too_and_is_kept():
    loud = requested("大声点")
    assert loud
    choice = Choice().asked(loud)
    assert choice.profile is ELDER and choice.louder
    assert choice.to_remember == Remembered("elder", "", True)


def test_a_dialect_is_kept_beside_the_profile():
    choice = Choice().asked(requested("讲四川话"))  # type: ignore[arg-type]
    assert (choice.profile, choice.dialect) == (STANDARD, "sichuan")
    assert choose(choice.to_remember).dialect == "sichuan"
    assert choice.asked(requested("讲普通话")).dialect == ""  # type: ignore[arg-type]


def test_three_signs_within_six_turns_make_an_elder():
    seen = Observation().heard(8, 5.0).silence()
    assert not seen.suggests_elder
    assert Choice().observed(seen).profile is STANDARD
    seen = seen.repeat_wanted()
    choice = Choice().observed(seen)
    assert (choice.profile, choice.reason, choice.to_remember.profile) == (ELDER, Reason.OBSERVED, "elder")


def test_signs_far_apart_and_short_words_make_none():
    seen = Observation().silence().silence()
    for _ in range(4):
        seen = seen.heard(12, 2.5)
    assert not seen.heard(2, 9.0).silence().suggests_elder
    assert not Observation().heard(10, 0.0).heard(3, 9).heard(9, 2).suggests_elder


def test_an_age_on_file_is_not_written_down_and_nonsense_is_not_believed():
    assert choose(elder_on_file=True).to_remember.profile == ""
    assert choose(Remembered("child")).profile is STANDARD
    assert choose(Remembered("elder")).to_remember.profile == "elder"
