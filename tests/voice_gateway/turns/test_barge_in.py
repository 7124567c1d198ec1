"""Interruption: by characters, by words, never of a notice; and where a prompt is taken up again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_gateway.profiles import ELDER, STANDARD
from voice_gateway.turns import TurnError, Verdict, clauses_of, judge, rest
from voice_gateway.turns.words import TurnWords


@pytest.mark.parametrize("text", ["嗯", "哦哦", "好的", "对，对", "嗯嗯，好的。", "是的是的", "好的谢谢", "哦，知道了", "要得"])
def test_a_listener_does_not_stop_a_prompt(text: str):
    assert judge(text, STANDARD) is Verdict.GO_ON
    assert judge(text, ELDER) is Verdict.GO_ON


@pytest.mark.parametrize("text", ["停", "等等", "不对", "人工", "好的等一下", "嗯，不是这个", "转人工", "听不清"])
def test_some_words_stop_it_at_once(text: str):
    assert judge(text, STANDARD) is Verdict.STOP
    assert judge(text, ELDER) is Verdict.STOP


def test_others_stop_it_by_their_number_of_characters():
    assert judge("查", STANDARD) is Verdict.UNSURE
    assert judge("流量", STANDARD) is Verdict.STOP
    assert judge("流量", ELDER) is Verdict.UNSURE
    assert judge("查流量", ELDER) is Verdict.STOP
    assert judge("好的，我", STANDARD) is Verdict.UNSURE, "sounds in front do not count"
    assert judge("wifi", STANDARD) is Verdict.STOP, "a Latin word is two"
    assert judge("", STANDARD) is Verdict.UNSURE
    assert judge("停机保号", ELDER) is Verdict.STOP
    assert judge("停机", ELDER) is Verdict.UNSURE, "停 inside 停机 is no order"


def test_a_notice_of_price_is_heard_to_its_end():
    assert judge("停停停，人工", STANDARD, interruptible=False) is Verdict.GO_ON


def test_a_prompt_goes_on_from_the_clause_that_was_cut():
    text = '您好，您还有<say-as interpret-as="amount">35.80</say-as>。要充值吗？'
    clauses = clauses_of(text)
    assert clauses == ("您好，", '您还有<say-as interpret-as="amount">35.80</say-as>。', "要充值吗？")
    assert rest(clauses, 1) == clauses[1:]
    assert rest(clauses, 9) == clauses[2:]
    assert rest((), 0) == ()


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="您好，。！？、<>/= \nab1", max_size=40))
def test_no_text_loses_anything_when_it_is_cut(text: str):
    assert "".join(clauses_of(text)).replace(" ", "").replace("\n", "") == text.replace(" ", "").replace("\n", "")


def test_a_broken_list_says_what_is_missing():
    with pytest.raises(TurnError) as error:
        TurnWords({"never": ["嗯"]})
    assert "always" in error.value.message_zh
