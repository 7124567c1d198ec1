"""Which reading is believed, and which of several was meant."""

from __future__ import annotations

import pytest
import yaml

from voice_gateway.profiles import AnswerKind
from voice_gateway.recognition.choosing import settled, tidy
from voice_gateway.recognition.errors import TermsInvalid
from voice_gateway.recognition.port import Hint
from voice_gateway.recognition.reading import Reading, confidence, sober
from voice_gateway.recognition.similar import apart
from voice_gateway.recognition.terms import FILE, LONGEST, Terms, terms
from voice_gateway.turns.numbers import Expected


def heard(text: str, trust: float = 0.8, seconds: float = 2.0) -> Reading:
    return sober(Reading(text, trust), seconds, terms())


def meant(hint: Hint, *texts: str, trust: float = 0.7) -> str:
    return settled([Reading(text, trust) for text in texts], hint, terms(), 1.0).text


# ---------------------------------------------------------------------- one reading


@pytest.mark.parametrize("text", [
    "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", "字幕由Amara.org社区提供", "字幕志愿者 杨茜茜", "谢谢大家的观看", "感谢观看",
    "我们下期再见", "作词 李宗盛", "优优独播剧场——YoYo Television Series Exclusive",
])  # fmt: skip
def test_subtitles_that_nobody_said_are_not_heard(text: str):
    assert heard(text) == Reading("", 0.0)


@pytest.mark.parametrize("text", ["取消订阅", "我要订阅彩铃", "谢谢你", "再见", "我看不到字", "点赞的活动", "怎么转发短信"])
def test_what_customers_say_of_the_like_is_heard(text: str):
    assert heard(text).text == text


def test_a_loop_is_shortened_and_doubted():
    found = heard("我要查话费我要查话费我要查话费我要查话费我要查话费", seconds=6)
    assert (found.text, found.confidence < 0.5) == ("我要查话费我要查话费", True)
    assert heard("8888888", seconds=3).text == "8888888", "digits do repeat"


def test_more_than_anybody_can_say_in_the_time_is_not_heard():
    assert heard("我想查一下这个月的话费余额", seconds=0.5).text == ""
    assert heard("我想查一下这个月的话费余额", seconds=2.5).text


def test_other_scripts_and_foreign_words_are_hardly_believed():
    assert heard("안녕하세요").text == ""
    assert heard("Thank you").confidence < 0.3
    assert heard("wifi").confidence == 0.8
    assert heard("查流量ありがとう", 0.9).text == "查流量"
    assert heard("帮我取消\ufffd").text == "帮我取消"


def test_confidence_falls_with_the_evidence_and_with_silence():
    scores = [confidence(score, 10) for score in (-0.1, -0.3, -0.6, -0.9, -1.5, -3.0)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.9 and scores[-1] < 0.1
    assert confidence(-1.2, 4, silence=0.7) == 0.0 == confidence(-0.1, 0)
    assert 0.3 < confidence(-1.0, 2) < 0.9, "short answers share the doubt whether anything was said"


# ---------------------------------------------------------------------- several readings


@pytest.mark.parametrize(("readings", "answer"), [
    (("西等", "期待", "是的"), "是的"), (("部队",), "不对"), (("好灯", "好的"), "好的"), (("不要", "不用"), "不要"),
    (("请问流量怎么查",), "请问流量怎么查"), (("薛仁", "削减"), "薛仁"), (("请",), "请"),
])  # fmt: skip
def test_an_expected_answer_is_chosen_where_it_was_among_the_readings_or_sounds_the_same(readings: tuple[str, ...], answer: str):
    assert meant(Hint(AnswerKind.YES_NO), *readings) == answer


def test_without_a_question_of_yes_and_no_nothing_is_bent_towards_one():
    assert meant(Hint(), "部队") == "部队"


def test_an_expected_reading_that_is_hardly_believed_is_not_taken():
    found = settled([Reading("查流量", 0.9), Reading("是的", 0.2)], Hint(AnswerKind.YES_NO), terms(), 1.0)
    assert found.text == "查流量"


def test_options_just_read_out_are_expected():
    assert meant(Hint(words=("话费", "流量")), "花费") == "话费"
    assert meant(Hint(words=("话费", "流量")), "宽带") == "宽带"


@pytest.mark.parametrize(("said", "text"), [
    ("我要转员工客服", "我要转人工客服"), ("员工。", "人工"), ("转员工", "转人工"), ("给员工办套餐", "给员工办套餐"),
    ("转员工名下", "转员工名下"),
])  # fmt: skip
def test_the_way_to_a_person_is_not_lost_to_what_is_always_misheard(said: str, text: str):
    assert meant(Hint(), said) == text


def test_where_two_answers_sound_as_near_none_is_chosen():
    assert meant(Hint(words=("移机", "一级")), "以及") == "以及"


def test_the_reading_with_a_whole_number_is_chosen():
    hint = Hint(AnswerKind.DIGITS, Expected.PHONE)
    assert meant(hint, "1391235678", "幺三九一二三四五六七八") == "13912345678"
    assert meant(hint, "转人工", "13912345") == "转人工"
    assert meant(Hint(AnswerKind.DIGITS, Expected.CODE), "12345", "一二三四五六") == "123456"


def test_what_speaks_against_itself_goes_behind_and_the_others_stay_as_alternatives():
    found = settled([Reading("甲乙", 0.4), Reading("丙丁", 0.8)], Hint(), terms(), 1.0)
    assert (found.text, found.confidence, found.alternatives) == ("丙丁", 0.8, ("甲乙",))
    assert settled([Reading("我", 0.05)], Hint(), terms(), 1.0).text == ""


def test_spaces_between_chinese_words_go_and_those_of_latin_ones_stay():
    assert tidy("我 要 查 流量。") == "我要查流量"
    assert tidy("open wifi 5 G") == "open wifi 5G"


def test_sounds_that_accents_merge_are_alike():
    assert apart("刘亮", "流量") == 0.0
    assert apart("话费", "宽带") == 1.0
    assert apart("", "话费") == 1.0 and apart("", "") == 0.0


# ---------------------------------------------------------------------- the word lists


def test_the_word_list_of_the_house_is_read_and_a_broken_one_is_told():
    lists = yaml.safe_load(FILE.read_text("utf-8"))
    assert Terms.of(lists).open[0] == "话费"
    for broken in (None, {**lists, "open": []}, {**lists, "always": [1]}, {**lists, "invented": ["("]}, {**lists, "misheard": ["员工"]},
                   {**lists, "misheard": {"(": "人工"}}, {**lists, "open": ["话费"] * LONGEST}):  # fmt: skip
        with pytest.raises(TermsInvalid) as told:
            Terms.of(broken)
        assert "terms.yml" in told.value.message_zh
