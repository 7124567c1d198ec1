"""Text in one written form, and its sounds."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.text.normalize import MAX_CHARS, normalize, question_key
from nlu.text.pinyin import fold, folded_syllables, syllables


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("Ｈｅｌｌｏ　５Ｇ", "hello 5g"), ("我的話費餘額", "我的话费余额"), ("流量\u202e还\u200b剩\ufeff多少", "流量还剩多少"),
     ("话费😀🇨🇳❤️", "话费"), ("怎么办！！！！", "怎么办!"), ("哈哈哈哈哈哈", "哈哈"), ("话 费  多 少", "话费多少"),
     ("10000000", "10000000"), ("  \n\t ", ""), ("查5G 流量", "查5g流量")],
)  # fmt: skip
def test_what_customers_type_gets_one_written_form(typed: str, plain: str) -> None:
    result = normalize(typed)
    assert (result.text, result.original) == (plain, typed)


@given(st.text(max_size=200))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalize(text).text
    assert normalize(once).text == once


def test_a_long_text_is_cut_and_says_so() -> None:
    started = time.perf_counter()
    result = normalize("长" * 100 + "文" * 1_000_000)
    assert result.truncated and len(result.text) <= MAX_CHARS
    assert time.perf_counter() - started < 1


def test_questions_that_differ_in_marks_case_and_script_have_one_key() -> None:
    assert question_key("5G 套餐，多少錢？") == question_key("５g套餐多少钱")


def test_syllables_have_no_tones_and_other_characters_stand_alone() -> None:
    assert syllables("查5G流量wifi") == ("cha", "5", "g", "liu", "liang", "w", "i", "f", "i")


@pytest.mark.parametrize(
    ("one", "other"),
    [("niu", "liu"), ("zhi", "zi"), ("chi", "ci"), ("shi", "si"), ("huang", "fang"), ("ran", "lan"), ("xin", "xing"),
     ("zhen", "zeng"), ("hui", "fei"), ("hua", "fa")],
)  # fmt: skip
def test_sounds_that_accents_confuse_fold_together(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("ma", "ba"), ("ji", "qi"), ("g", "h"), ("5", "6"), ("tao", "dao")])
def test_sounds_that_nobody_confuses_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_an_accent_and_its_written_form_sound_the_same() -> None:
    assert folded_syllables("刘量还胜多少") == folded_syllables("流量还剩多少")
