"""Rule entities: a table of texts with the exact words and values, and what holds for any text."""

from __future__ import annotations

import datetime as dt
import itertools
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.entities import extract

NOW = dt.datetime(2026, 11, 23, 10, 0)  # a Monday
TABLE: dict[str, list[list[Any]]] = yaml.safe_load(Path(__file__).with_name("entities.yml").read_text(encoding="utf-8"))
CASES = [(str(text), wanted) for cases in TABLE.values() for text, wanted in cases]
#: Pieces that entities are made of, so that random texts meet the rules.
PIECES = ["138", "0000", "0001", "幺三八", "零零零零", "GD", "gd ", "2611230042", "+86", " ", "，", "-", "一百二十", "块", "块八", "元", "充", "两百五",
          "上个月", "三月", "去年", "12月3号", "2026年", "明天", "下午三点", "下周", "周一", "畅享", "129", "套餐", "孝心卡",
          "那个", "十个", "G", "兆", "半",
          "宽带",
          "人民路", "1号", "2单元", "浙江省", "李家村", "三组", "我妈", "的", "İ", "ß", "①", "٣", "²", "½", "㎡", "𝟙", "\u200b", "😀", "個", "千万", "点", "零"]


def _plain(value: Any) -> Any:
    """YAML reads `date: 2026-11-24` as a date."""
    return {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize(("text", "wanted"), CASES, ids=[c[0][:40] or "empty" for c in CASES])
def test_exactly_these_entities_are_found(text: str, wanted: list[list[Any]]) -> None:
    found = [(e.entity, e.value, e.text) for e in extract(text, NOW)]
    assert found == [(entity, _plain(value), str(said)) for entity, value, said in wanted]
    assert all(text[e.start:e.end] == e.text for e in extract(text, NOW))


def test_the_table_is_large_and_half_of_what_is_easily_mistaken_is_in_it() -> None:
    assert len(CASES) >= 220
    assert sum(not wanted for _, wanted in CASES) >= 90
    assert {e for _, wanted in CASES for e, _, _ in wanted} == {
        "phone", "ticket_id", "amount", "data_volume", "bandwidth", "month", "plan", "time", "address", "relation"}


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
                 st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=12).map("".join)))
def test_any_text_gives_spans_that_match_and_never_overlap(text: str) -> None:
    found = extract(text, NOW)
    assert all(text[e.start:e.end] == e.text and e.start < e.end and e.value is not None for e in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


@settings(max_examples=100, deadline=None)
@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "我的号码是", "帮我查", "充话费，"]),
       st.sampled_from(["", "这个号", "，谢谢", "上个月的账单"]), st.sampled_from(["", " ", "-", "，", "read"]))
def test_every_phone_is_found_typed_grouped_and_dictated(phone: str, before: str, after: str, gap: str) -> None:
    groups = list(phone) if gap == "read" else [phone[:3], phone[3:7], phone[7:]]
    said = "".join("零幺二三四五六七八九"[int(c)] for c in groups) if gap == "read" else gap.join(groups)
    assert [e.text for e in extract(before + said + after, NOW) if e.entity == "phone" and e.value == phone] == [said]


@given(st.datetimes(min_value=dt.datetime(2024, 1, 1), max_value=dt.datetime(2030, 12, 31)), st.sampled_from(
    ["明天上午", "下周一", "周末", "31号", "12月31号", "2月29号", "1月1号", "下个月31号", "上个月", "三月", "这周日", "去年二月"]))
def test_every_day_of_the_calendar_works_and_appointments_lie_ahead(now: dt.datetime, text: str) -> None:
    for entity in extract(text, now):
        if entity.entity == "time":
            assert dt.date.fromisoformat(entity.value["date"]) >= now.date()


def test_a_sentence_takes_less_than_a_millisecond() -> None:
    texts = [text for text, _ in CASES]
    for text in texts:
        extract(text, NOW)
    started = time.process_time()
    for text in texts:
        extract(text, NOW)
    assert (time.process_time() - started) / len(texts) < 0.001


def test_a_long_text_is_cut_and_stays_quick() -> None:
    started = time.process_time()
    for text in ("路" * 5000, "一" * 5000, "1 " * 5000, "阳光小区" * 1000, "浙江省杭州市" * 800, "三月" * 2000, "三个" * 2000, "我妈" * 2000):
        assert all(e.end <= 1000 for e in extract(text, NOW))
    assert time.process_time() - started < 2
