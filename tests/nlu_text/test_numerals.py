"""Numbers both ways."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.text.numerals import find_numbers, parse_number
from nlu.text.reading import read_digits, read_number


@pytest.mark.parametrize(
    ("figure", "words"),
    [(0, "零"), (2, "二"), (10, "十"), (12, "十二"), (110, "一百一十"), (129, "一百二十九"), (200, "二百"),
     (1005, "一千零五"), (2000, "两千"), (2300, "两千三百"), (10010, "一万零一十"), (20000, "两万"),
     (100_000_000, "一亿"), (200_000_001, "两亿零一"), ("35.80", "三十五点八"), (0.5, "零点五"), (-3, "负三"),
     ("129.00", "一百二十九")],
)  # fmt: skip
def test_a_figure_is_read_as_people_say_it(figure: object, words: str) -> None:
    assert read_number(figure) == words  # type: ignore[arg-type]


def test_a_two_before_a_measure_word_is_liang() -> None:
    assert read_number(2, counting=True) == "两"
    assert read_number(12, counting=True) == "十二"


def test_digits_are_read_one_by_one_with_yao() -> None:
    assert read_digits("10086") == "幺零零八六"


@given(st.integers(0, 10**16 - 1))
def test_what_is_read_aloud_is_understood_again(number: int) -> None:
    assert parse_number(read_number(number)) == number


@given(st.text(max_size=60))
def test_no_text_breaks_the_search_for_numbers(text: str) -> None:
    position = 0
    for span in find_numbers(text):
        assert position <= span.start < span.end <= len(text)
        position = span.end


@pytest.mark.parametrize("what", ["", "abc", float("nan"), float("inf"), 10**16])
def test_what_is_no_readable_number_is_refused(what: object) -> None:
    with pytest.raises(ValueError, match="number"):
        read_number(what)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "value"),
    [("一百二十块", "120"), ("两千三", "2300"), ("三十五块八", "35.8"), ("三十五块八毛五分", "35.85"), ("一块半", "1.5"),
     ("三十块零五毛", "30.5"), ("两毛九", "0.29"), ("两块九毛九", "2.99"), ("1.5万", "15000"), ("三万五", "35000"),
     ("一百零五", "105"), ("两百五", "250"), ("百分之三十", "30"), ("幺三八", "138"), ("一点五个G", "1.5"),
     ("30GB", "30"), ("1,234.5元", "1234.5"), ("两万半", "25000"), ("千兆", "1000"), ("十", "10")],
)  # fmt: skip
def test_what_people_say_becomes_a_figure(words: str, value: str) -> None:
    assert parse_number(words) == Decimal(value)


@pytest.mark.parametrize("words", ["", "套餐", "千万", "万一", "一百二十块的套餐", "两三百"])
def test_what_is_no_single_number_gives_none(words: str) -> None:
    assert parse_number(words) is None


def test_units_are_told_apart_in_a_sentence() -> None:
    found = find_numbers("充二十块两个月，送30GB和一百二十分钟，打九折，百分之五")
    assert [(span.value, span.unit) for span in found] == [
        (20, "元"), (2, "个月"), (30, "GB"), (120, "分钟"), (9, "折"), (5, "%")
    ]  # fmt: skip


def test_a_time_of_day_is_not_a_decimal() -> None:
    assert [span.value for span in find_numbers("十八点三十分")] == [18, 30]


def test_a_phone_number_said_digit_by_digit_is_kept_as_digits() -> None:
    (span,) = find_numbers("我的号码是幺三八零零零零零零零一")
    assert span.digits == "13800000001"
