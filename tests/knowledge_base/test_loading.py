"""What an editor gets told about a file, and what is made of a good one."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
import yaml

from common.settings import ROOT
from knowledge_base.entry import Entry
from knowledge_base.loader import load_folder, parse_file
from knowledge_base.problems import Problem
from knowledge_base.schema import MAX_FILE_BYTES, faq_schema
from tests.knowledge_base.conftest import SAMPLE, entry_data, write_faq

GOOD = """\
category: plans
title: 套餐
owner: 产品部
entries:
  - id: plan-a
    question: 有哪些套餐
    similar: [套餐都有啥, 介绍一下套餐, 想看看套餐]
    answer:
      text: 有 5G 套餐。
      speech: 有五G套餐。
    keywords: [套餐, 129, on, 2026-01-01]
    valid: {from: 2026-01-01, to: 2026-12-31}
"""


def problems_of(text: str | bytes, name: str = "plans.yml") -> tuple[Problem, ...]:
    return parse_file(text.encode() if isinstance(text, str) else text, name).problems


def test_a_good_file_becomes_entries_and_every_value_stays_as_typed() -> None:
    file = parse_file(GOOD.encode(), "plans.yml")
    assert file.problems == ()
    (entry,) = file.entries
    assert entry.keywords == ("套餐", "129", "on", "2026-01-01")
    assert (entry.valid_from, entry.valid_to) == (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert (entry.owner, entry.category, entry.line) == ("产品部", "plans", 5)
    assert entry.questions[0] == "有哪些套餐" and len(entry.questions) == 4


def test_a_byte_order_mark_is_no_problem() -> None:
    assert problems_of(b"\xef\xbb\xbf" + GOOD.encode()) == ()


@pytest.mark.parametrize(
    ("spoil", "line", "says"),
    [
        (lambda t: t.replace("    question: 有哪些套餐\n", ""), 5, "缺少字段 question"),
        (lambda t: t.replace("question:", "qestion:"), 6, "没有 qestion 这个字段"),
        (lambda t: t.replace("[套餐都有啥, 介绍一下套餐, 想看看套餐]", "[套餐都有啥]"), 7, "至少 3 条"),
        (lambda t: t.replace("plan-a", "套餐A"), 5, "小写字母"),
        (lambda t: t.replace("speech: 有五G套餐。", "speech:"), 10, "没有内容"),
        (lambda t: t.replace("2026-12-31", "2026-02-30"), 12, "没有 2026-02-30 这一天"),
        (lambda t: t.replace("from: 2026-01-01", "from: 2027-01-01"), 12, "开始日期晚于结束日期"),
        (lambda t: t.replace("    keywords", "\tkeywords"), 11, "Tab"),
        (lambda t: t.replace("    answer:", "   answer:"), 8, "缩进"),
        (lambda t: t + "    channels: [wechat, fax]\n", 13, "可选 web"),
        (lambda t: t + "    question: 又一次\n", 13, "写了两次"),
        (lambda t: t + "    note: &a 某\n    owner: *a\n", 13, "别名"),
        (lambda t: t + "    note: !!python/name:os.system 某\n", 13, "标签"),
        (lambda t: t.replace("category: plans", "category: other"), 1, "与文件名 plans 不同"),
        (lambda t: t.replace("text: 有 5G 套餐。", "text: {{ plan.a.fee }} 元"), 9, "引号"),
        (lambda t: "", 0, "空的"),
        (lambda t: "- 1\n- 2\n", 1, "应当是一组字段"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_how_to_mend_it(spoil, line: int, says: str) -> None:
    found = problems_of(spoil(GOOD))
    assert found
    assert any(problem.line == line and says in str(problem) for problem in found), [str(p) for p in found]
    assert all("plans.yml" in str(problem) and "改法" in str(problem) for problem in found)


def test_a_gbk_file_is_named_as_such() -> None:
    (problem,) = problems_of(GOOD.encode("gbk"))
    assert "GBK" in problem.message and "UTF-8" in problem.mend


@pytest.mark.parametrize("raw", [b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", b"\xff\xfe\x00a", b"\x00" * 100])
def test_what_is_no_text_is_refused(raw: bytes) -> None:
    assert problems_of(raw)


def test_a_huge_file_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    with (tmp_path / "big.yml").open("wb") as stream:
        stream.truncate(50 * 1024 * 1024)
    (problem,) = load_folder(tmp_path).problems
    assert problem.code == "too_big" and str(MAX_FILE_BYTES // 1048576) in problem.message


def test_aliases_cannot_blow_up_memory() -> None:
    layers = "\n".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 30))
    assert problems_of(f"l0: &l0 [a]\n{layers}\n")


def test_deep_nesting_is_refused() -> None:
    assert problems_of("[" * 5000)


def test_bad_entries_are_left_out_and_good_ones_kept() -> None:
    text = GOOD + GOOD.split("entries:\n")[1].replace("plan-a", "plan-b").replace("    question: 有哪些套餐\n", "")
    file = parse_file(text.encode(), "plans.yml")
    assert [entry.id for entry in file.entries] == ["plan-a"] and len(file.problems) == 1


def test_an_id_used_twice_across_files_is_told_with_both_places(tmp_path: Path) -> None:
    write_faq(tmp_path, "one", [entry_data(SAMPLE[0])])
    write_faq(tmp_path, "two", [entry_data(SAMPLE[0])])
    folder = load_folder(tmp_path)
    (problem,) = folder.problems
    assert problem.code == "duplicate_id" and "one.yml" in problem.message and problem.file == "two.yml"
    assert len(folder.entries) == 1


def test_files_for_editors_alone_are_not_loaded(tmp_path: Path) -> None:
    write_faq(tmp_path, "one", [entry_data(SAMPLE[0])])
    (tmp_path / "_draft.yml").write_text("没写完: [", encoding="utf-8")
    (tmp_path / ".one.yml.swp").write_bytes(b"\0")
    assert load_folder(tmp_path).problems == []


def test_an_entry_applies_by_channel_region_segment_and_day() -> None:
    (entry,) = parse_file((GOOD + "    regions: [四川]\n    channels: [app]\n").encode(), "plans.yml").entries
    day = dt.date(2026, 5, 1)
    assert entry.applies("app", "四川省成都市", None, day)
    assert entry.applies(None, None, None, day)
    assert not entry.applies("web", "四川", None, day)
    assert not entry.applies("app", "广东", None, day)
    assert not entry.applies("app", "", None, day)
    assert not entry.applies("app", "四川", None, dt.date(2027, 1, 1))


def test_the_printed_schema_is_the_schema_in_use() -> None:
    printed = json.loads((ROOT / "knowledge_base" / "faq.schema.json").read_text(encoding="utf-8"))
    assert printed == faq_schema()


def test_the_guide_for_editors_shows_a_valid_file_and_every_field() -> None:
    guide = (ROOT / "docs" / "faq-format.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(.*?)```", guide, re.DOTALL)
    assert example is not None
    assert problems_of(example[1]) == ()
    shown = yaml.safe_load(example[1])["entries"][0]
    fields = faq_schema()["properties"]["entries"]["items"]["properties"]
    assert [field for field in fields if field not in shown and f"`{field}`" not in guide] == []


def test_an_entry_is_hashable_and_cannot_be_changed() -> None:
    (entry,) = parse_file(GOOD.encode(), "plans.yml").entries
    assert isinstance(entry, Entry) and hash(entry)
    with pytest.raises(AttributeError):
        entry.question = "别的"  # type: ignore[misc]
