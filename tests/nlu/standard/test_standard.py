"""What was said, in standard Mandarin: dialect, sound-alikes, habits, corrections; the original is never lost."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.standard.aligned import Aligned, Edit
from nlu.standard.entities import hear_entities
from nlu.standard.form import standard

NOW = dt.datetime(2026, 11, 23, 10, 0)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("使民认证", "实名认证"),
        ("查话肥", "查话费"),
        ("公单建度", "工单进度"),
        ("光毛红灯", "光猫红灯"),
        ("我要停鸡保号", "我要停机保号"),
        ("携号专网", "携号转网"),
        ("转仁工", "转人工"),
        ("国纪慢游怎么开", "国际漫游怎么开"),
        ("话肥语额", "话费余额"),
    ],
)
def test_misheard_words_of_the_trade_are_put_right(said: str, meant: str) -> None:
    assert standard(said).text == meant


@pytest.mark.parametrize(
    "text",
    ["我要查花费", "报修电话是多少", "浏览网页很慢", "手机型号支持吗", "宽带装好了怎么验收", "今天天气怎么样", "重置服务密码", "拆机要带什么",
     "信号不对，老是断", "是不是欠费了", "不是要投诉", "零零零零", "等等", "谢谢谢谢", "看看流量", "查查话费", "13800138000"],
)  # fmt: skip
def test_what_is_said_right_stays(text: str) -> None:
    assert standard(text).text == text.replace("，", ",")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("嗯那个我想我想查一下话费", "那个我想查一下话费"),
        ("我我我想问一下", "我想问一下"),
        ("那个，话费还有多少", "话费还有多少"),
        ("转人工转人工转人工", "转人工"),
        ("就是就是那个网，怎么说呢，它就是慢", "那个网,它就是慢"),
    ],
)
def test_fillers_stammers_and_repeats_go(said: str, meant: str) -> None:
    assert standard(said).text == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("查这个月的，不是，是上个月的账单", "查上个月的账单"),
        ("我要查这个月的账单，不是，是上个月的", "我要查上个月的账单"),
        ("帮我查流量，不对，查话费", "查话费"),
        ("充五十，哦不对，充一百", "充一百"),
    ],
)
def test_who_corrects_themselves_means_the_second(said: str, meant: str) -> None:
    assert standard(said).text == meant


def test_a_detail_taken_back_is_no_entity_and_spans_are_those_of_the_original() -> None:
    said = "我电话13800000001不对是13800000002"
    (found,) = hear_entities(said, NOW)
    assert (found.value, said[found.start : found.end]) == ("13800000002", "13800000002")
    (month,) = hear_entities("查这个月的，不是，是上个月的账单", NOW)
    assert month.value == "2026-10"


def test_a_misheard_plan_is_the_plan() -> None:
    said = "换成笑心咖三十九"
    (found,) = hear_entities(said, NOW)
    assert (found.entity, found.value, found.text) == ("plan", "plan.elder39", "笑心咖三十九")


@given(st.text(alphabet="我要查话费流量的不对是嗯那个宽带断了咋个，。13800 abc俺喺冇", max_size=60))
def test_every_character_knows_where_it_was_said(text: str) -> None:
    heard = standard(text)
    assert heard.original == text
    for form in (heard.mended, heard.said):
        assert len(form.text) == len(form.places)
        assert all(0 <= start <= end <= len(text) for start, end in form.places)
    for entity in hear_entities(text, NOW):
        assert text[entity.start : entity.end] == entity.text


def test_edits_at_once_keep_the_places_straight() -> None:
    text = Aligned.of("俺这个网咋上不去").edit([Edit(0, 1, "我"), Edit(4, 5, "怎么")])
    assert text.text == "我这个网怎么上不去"
    assert text.span(4, 6) == (4, 5) and text.span(6, 9) == (5, 8)
    with pytest.raises(ValueError, match="overlap"):
        text.edit([Edit(0, 2, ""), Edit(1, 3, "")])
