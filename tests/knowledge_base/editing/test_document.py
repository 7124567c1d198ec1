"""One entry's text changes, every other byte of the file stays."""

from __future__ import annotations

import difflib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.settings import ROOT
from knowledge_base.editing.document import add_entry, edit_text, remove_entry, replace_entry
from knowledge_base.editing.errors import EditRefused
from knowledge_base.editing.forms import FIELDS, Form, entry_form, set_field
from knowledge_base.errors import EntryUnknown
from knowledge_base.yaml_reader import read_yaml

from .conftest import HAND_WRITTEN, changed, new_form

REAL = sorted((ROOT / "knowledge_base" / "faq").glob("*.yml"))


def forms(text: str) -> dict[str, Form]:
    return {item["id"]: entry_form(item) for item in read_yaml(text.encode(), "x.yml").data["entries"]}


def lines_changed(before: str, after: str) -> list[str]:
    """`-old` and `+new` lines, bytes and line ends included."""
    found = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    return [line[0] + line[2:] for line in found if line[0] in "+-"]


def test_a_changed_sentence_changes_one_line() -> None:
    form = changed(forms(HAND_WRITTEN)["shop-hours"], question="营业厅几点开始营业？")
    assert lines_changed(HAND_WRITTEN, replace_entry(HAND_WRITTEN, "shop-hours", form)) == [
        '-    question: "营业厅几点开门？"\n',
        '+    question: "营业厅几点开始营业？"\n',
    ]


def test_items_that_stay_keep_their_quotes_comments_and_blank_lines() -> None:
    form = changed(
        forms(HAND_WRITTEN)["shop-hours"],
        similar=["几点上班", "店：几点关门", "星期天开吗", "中午休息吗", "晚上几点关"],
    )
    assert lines_changed(HAND_WRITTEN, replace_entry(HAND_WRITTEN, "shop-hours", form)) == [
        "-      - '周末开不开'\n",
        "+      - 星期天开吗\n",
        "+      - 晚上几点关\n",
    ]


def test_items_that_change_places_bring_their_lines_along() -> None:
    form = changed(forms(HAND_WRITTEN)["shop-hours"], similar=["店：几点关门", "几点上班", "周末开不开", "中午休息吗"])
    after = replace_entry(HAND_WRITTEN, "shop-hours", form)
    assert '      - "店：几点关门"   # 含冒号\n' in after and forms(after)["shop-hours"] == form


def test_a_block_of_text_stays_a_block_and_a_bracket_a_bracket() -> None:
    form = changed(
        forms(HAND_WRITTEN)["shop-hours"],
        text="只有一行。",
        keywords=["营业厅", "129", "开门"],
        valid={"from": "2026-02-01"},
    )
    after = replace_entry(HAND_WRITTEN, "shop-hours", form)
    assert "      text: |\n        只有一行。\n      speech" in after
    assert '    keywords: [营业厅, "129", 开门]   # 方括号\n' in after
    assert "    valid:   {from: 2026-02-01}\n" in after
    assert "    # 答案按 2026 年新作息\n" in after


@pytest.mark.parametrize(
    ("entry_id", "fields"),
    [
        ("shop-hours", {"speech": "九点开门。"}),
        ("shop-hours", {"text": "一\n\n  缩进\n二"}),
        ("shop-hours", {"valid": None, "note": "去掉有效期"}),
        ("shop-hours", {"channels": ["web", "app"], "related": ["shop-where"], "action": "recharge"}),
        ("shop-where", {"similar": ["最近的厅在哪", "[方括号]在哪", "逗号, 在哪"]}),
        ("shop-where", {"text": "第一行\n第二行", "speech": "见 {{ a.b }}"}),
        ("shop-where", {"note": "一行说明", "keywords": ["地址", "位置"]}),
        ("shop-where", {"note": None}),
        ("shop-last", {"similar": ["厅里能缴费吗", "柜台充值行吗", "又一句: 有冒号"]}),
        ("shop-last", {"text": "一\n二", "owner": "渠道部"}),
    ],
)
def test_only_lines_of_the_entry_change(entry_id: str, fields: dict[str, Any]) -> None:
    before = forms(HAND_WRITTEN)
    form = changed(before[entry_id], **fields)
    after = replace_entry(HAND_WRITTEN, entry_id, form)
    assert forms(after) == {**before, entry_id: form}
    outside = [part for part in parts(HAND_WRITTEN) if f"id: {entry_id}" not in part]
    assert [part for part in parts(after) if f"id: {entry_id}" not in part] == outside


def parts(text: str) -> list[str]:
    """The text cut before each entry and each comment between entries."""
    found, current = [], ""
    for line in text.splitlines(keepends=True):
        if line.startswith(("  - id:", "  # ---", "# 文件")):
            found.append(current.rstrip("\n"))
            current = ""
        current += line
    return [*found, current.rstrip("\n")]


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_every_field_of_the_real_files_can_be_changed_without_touching_anything_else(path: Any) -> None:
    text = path.read_text(encoding="utf-8")
    before = forms(text)
    new: dict[str, Any] = {
        "question": "新的问法：带“引号”和#号", "similar": ["甲: 乙", "- 短横", "第三句"], "answer.text": "一\n\n- 二 {{ plan.a.b }}",
        "answer.speech": "{{ plan.a.b | speak }}元", "keywords": ["129", "on", "null"], "related": ["other-one"],
        "action": "recharge", "channels": ["web"], "regions": ["四川"], "segments": ["elder"],
        "valid": {"from": "2026-01-01", "to": "2026-12-31"}, "owner": "客服部", "note": "改: 过",
    }  # fmt: skip
    assert new.keys() == FIELDS.keys()
    for entry_id in [*list(before)[:1], *list(before)[-1:]]:
        assert replace_entry(text, entry_id, before[entry_id]) == text
        everything = changed(before[entry_id])
        for field, value in new.items():
            form = changed(before[entry_id])
            set_field(form, field, value)
            set_field(everything, field, value)
            after = replace_entry(text, entry_id, form)
            assert forms(after) == {**before, entry_id: entry_form(form)}
            head, tail = shared(text, after)
            assert after == text or inside_entry(text, entry_id, head, tail)
        assert forms(replace_entry(text, entry_id, everything))[entry_id] == entry_form(everything)
        added = add_entry(text, changed(everything, id="brand-new"))
        assert added.startswith(text) and forms(added)["brand-new"] == changed(everything, id="brand-new")
        if len(before) > 1:
            assert forms(remove_entry(text, entry_id)) == {k: f for k, f in before.items() if k != entry_id}


def shared(one: str, other: str) -> tuple[int, int]:
    """How many lines are the same from the start, and from the end."""
    lines, others = one.splitlines(keepends=True), other.splitlines(keepends=True)
    least = min(len(lines), len(others))
    head = next((i for i in range(least) if lines[i] != others[i]), least)
    tail = next((i for i in range(least - head) if lines[-1 - i] != others[-1 - i]), least - head)
    return head, tail


def inside_entry(text: str, entry_id: str, head: int, tail: int) -> bool:
    """Whether all lines but the first `head` and the last `tail` belong to the entry."""
    lines = text.splitlines()
    begin = lines.index(f"  - id: {entry_id}")
    after = next((i for i in range(begin + 1, len(lines)) if lines[i].startswith("  - id:")), len(lines))
    return begin <= head and len(lines) - tail <= after


def test_new_entries_follow_the_last_one_and_comments_at_the_end_stay_last() -> None:
    after = add_entry(HAND_WRITTEN, new_form())
    assert after.endswith("# 文件到此为止\n") and list(forms(after))[-1] == "gift"
    assert [line[0] for line in lines_changed(HAND_WRITTEN, after)] == ["+"] * len(lines_changed(HAND_WRITTEN, after))


def test_comments_between_entries_outlive_the_entries() -> None:
    after = remove_entry(HAND_WRITTEN, "shop-where")
    assert "  # ---- 地点 ----\n  - id: shop-last\n" in after
    after = remove_entry(HAND_WRITTEN, "shop-last")
    assert after.endswith("      说明\n# 文件到此为止\n")


@pytest.mark.parametrize(
    "text", [HAND_WRITTEN.replace("\n", "\r\n"), HAND_WRITTEN.rstrip("\n")], ids=["crlf", "no end"]
)
def test_line_ends_stay_as_they_are(text: str) -> None:
    before = forms(text)
    for entry_id in before:
        form = changed(before[entry_id], question="换一个问法", text="两行\n答案", note="新的")
        after = replace_entry(text, entry_id, form)
        assert forms(after) == {**before, entry_id: form}
        assert after.count("\r\n") == (after.count("\n") if "\r" in text else 0)
    added = add_entry(text, new_form())
    assert forms(added)["gift"] == new_form() and ("\n" in added.replace("\r\n", "")) == ("\r" not in text)


def test_many_changes_of_one_file_are_made_at_once() -> None:
    before = forms(HAND_WRITTEN)
    replaced = {"shop-hours": changed(before["shop-hours"], note="甲")}
    after = edit_text(HAND_WRITTEN, replaced, [new_form(), new_form("gift-two", "周年有礼物吗")], ["shop-where"])
    assert list(forms(after)) == ["shop-hours", "shop-last", "gift", "gift-two"]
    assert forms(after)["shop-hours"]["note"] == "甲"


def test_what_cannot_be_done_is_refused_with_a_reason() -> None:
    with pytest.raises(EntryUnknown):
        replace_entry(HAND_WRITTEN, "nobody", new_form())
    only = remove_entry(remove_entry(HAND_WRITTEN, "shop-where"), "shop-last")
    with pytest.raises(EditRefused) as caught:
        remove_entry(only, "shop-hours")
    assert caught.value.problems[0].code == "last_entry"
    flow = "category: x-y\ntitle: 样例\nowner: 部门\nentries: [{id: abc, question: 问题}]\n"
    with pytest.raises(EditRefused) as caught:
        replace_entry(flow, "abc", new_form("abc"))
    assert caught.value.problems[0].code == "layout"
    for broken in ("entries: [", "", "a: 1\n", "entries:\n\t- id: x\n"):
        with pytest.raises(EditRefused):
            add_entry(broken, new_form())


def test_a_file_does_not_grow_beyond_what_is_read() -> None:
    many = [new_form(f"gift-{n}") for n in range(2000)]
    with pytest.raises(EditRefused) as caught:
        edit_text(HAND_WRITTEN, added=many)
    assert caught.value.problems[0].code == "too_big"


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)
_LONG = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), min_size=1, max_size=60)


@settings(max_examples=150, deadline=None)
@given(question=_TEXT, similar=st.lists(_TEXT, min_size=1, max_size=4), text=_LONG, words=st.lists(_TEXT, max_size=3))
def test_whatever_an_editor_types_comes_back_as_typed(
    question: str, similar: list[str], text: str, words: list[str]
) -> None:
    for entry_id in ("shop-hours", "shop-where"):
        before = forms(HAND_WRITTEN)
        form = changed(
            before[entry_id], question=question, similar=similar, text=text, keywords=words or ["词"], note=text
        )
        after = replace_entry(HAND_WRITTEN, entry_id, form)
        assert forms(after) == {**before, entry_id: form}
        assert forms(add_entry(HAND_WRITTEN, {**form, "id": "new"}))["new"] == {**form, "id": "new"}
