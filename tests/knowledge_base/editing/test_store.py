"""Saving one entry: checked, merged with what others did, written whole."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from common.clock import FakeClock
from knowledge_base.editing.errors import EditRefused
from knowledge_base.editing.files import LOCK_NAME
from knowledge_base.editing.forms import form_digest
from knowledge_base.editing.history import History
from knowledge_base.editing.store import EditStore
from knowledge_base.encoder import HashingEncoder
from knowledge_base.errors import EntryUnknown
from knowledge_base.loader import load_folder
from knowledge_base.service import KnowledgeBase
from tests.knowledge_base.conftest import REFERENCES

from .conftest import changed, cpu_seconds, large_base, new_form


def refused(store: EditStore, form: dict[str, Any], entry_id: str | None = "invoice") -> list[tuple[str, str]]:
    """(code, field) of what a save is refused for; nothing is written."""
    before = {path.name: path.read_bytes() for path in store.folder.glob("*.yml")}
    base = store.get(entry_id).base if entry_id else None
    with pytest.raises(EditRefused) as caught:
        store.save(entry_id, "mobile", form, base, "王编辑")
    assert {path.name: path.read_bytes() for path in store.folder.glob("*.yml")} == before
    assert all(problem.message and problem.file == "mobile.yml" for problem in caught.value.problems)
    return [(problem.code, problem.field) for problem in caught.value.problems]


# -- one editor ---------------------------------------------------------------------------------------------


def test_a_saved_entry_is_served_and_recorded(store: EditStore, history: History, faq: Path) -> None:
    opened = store.get("invoice")
    assert (opened.category, opened.file, opened.base) == ("mobile", "mobile.yml", form_digest(opened.form))
    saved = store.save("invoice", "mobile", changed(opened.form, text="在首页申请。"), opened.base, "王编辑", "改入口")
    assert "-    text: 在 App 的账单页申请。\n+    text: 在首页申请。" in saved.diff.replace("      text", "    text")
    assert store.get("invoice").base == saved.base != opened.base
    (version, _) = history.versions("invoice")
    assert (version.id, version.author, version.note) == (saved.version, "王编辑", "改入口")
    kb = KnowledgeBase.open(faq, HashingEncoder(), REFERENCES)
    assert kb.search("电子发票怎么开").hits[0].text == "在首页申请。"


def test_a_new_entry_goes_to_the_end_of_its_category(store: EditStore, faq: Path) -> None:
    saved = store.save(None, "home", new_form(), None, "王编辑")
    assert (saved.entry_id, store.get("gift").file) == ("gift", "home.yml")
    assert [entry.id for entry in load_folder(faq).entries if entry.file == "home.yml"][-1] == "gift"


def test_another_category_moves_the_entry(store: EditStore, history: History) -> None:
    opened = store.get("invoice")
    store.save("invoice", "home", opened.form, opened.base, "王编辑")
    assert store.get("invoice").file == "home.yml"
    assert history.versions()[0].changes == {"invoice": "changed"}


def test_an_entry_is_deleted_unless_others_refer_to_it(store: EditStore) -> None:
    with pytest.raises(EditRefused) as caught:
        store.delete("data-rollover", store.get("data-rollover").base, "王编辑")
    assert "data-over" in caught.value.problems[0].message
    store.delete("puk", store.get("puk").base, "王编辑")
    with pytest.raises(EntryUnknown):
        store.get("puk")


def test_saving_the_same_again_changes_nothing(store: EditStore, history: History, faq: Path) -> None:
    opened = store.get("invoice")
    form = changed(opened.form, note="第一次")
    first = store.save("invoice", "mobile", form, opened.base, "王编辑")
    before = (faq / "mobile.yml").stat().st_ino
    again = store.save("invoice", "mobile", form, opened.base, "王编辑")
    assert (again.version, again.diff, again.base) == ("", "", first.base)
    assert (faq / "mobile.yml").stat().st_ino == before and len(history.versions("invoice")) == 2


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"question": ""}, ("schema", "question")),
        ({"similar": ["只有一条"]}, ("schema", "similar")),
        ({"keywords": None}, ("schema", "")),
        ({"question": "账单几号出"}, ("duplicate_question", "question")),
        ({"similar": ["话费能开票吗", "月结日是哪天？", "第三句话"]}, ("duplicate_question", "similar[2]")),
        ({"text": "{{ plan.gone.fee }}"}, ("reference_unknown", "answer.text")),
        ({"speech": "见{{ 1 + 1 }}"}, ("template_invalid", "answer.speech")),
        ({"speech": "要五十二天。"}, ("figures", "answer.speech")),
        ({"speech": "我们的发票很多，" * 12}, ("speech_long", "answer.speech")),
        ({"text": "绝对能开。"}, ("forbidden", "answer.text")),
        ({"question": "发票开成\x07了怎么办"}, ("control", "question")),
        ({"related": ["nobody"]}, ("dead_related", "related")),
        ({"valid": {"to": "2026-03-01"}}, ("expired", "valid.to")),
        ({"valid": {"from": "2026-02-30"}}, ("date", "valid.from")),
        ({"action": "fly"}, ("schema", "action")),
        ({"unknown": "x"}, ("schema", "unknown")),
        ({"id": "invoice-two"}, ("id_changed", "id")),
        ({"id": "bill-day"}, ("duplicate_id", "id")),
    ],
)
def test_what_is_not_valid_is_refused_by_field(
    store: EditStore, fields: dict[str, Any], wrong: tuple[str, str]
) -> None:
    assert wrong in refused(store, changed(store.get("invoice").form, **fields))


@pytest.mark.parametrize(
    "form", [{}, {"id": 5}, {"id": None, "answer": []}, {"id": "x" * 99}, {"answer": {"text": ["a"]}}]
)
def test_a_form_of_any_shape_is_refused_and_nothing_breaks(store: EditStore, form: dict[str, Any]) -> None:
    assert refused(store, form, None)


def test_an_unknown_category_and_a_taken_id_are_refused(store: EditStore) -> None:
    with pytest.raises(EditRefused) as caught:
        store.save(None, "nowhere", new_form(), None, "王编辑")
    assert "可选 home、mobile" in str(caught.value.problems[0])
    assert ("duplicate_id", "id") in refused(store, new_form("invoice"), None)


def test_warnings_do_not_stop_a_save(store: EditStore) -> None:
    opened = store.get("invoice")
    saved = store.save("invoice", "mobile", changed(opened.form, text="每张 30 元。"), opened.base, "王编辑")
    assert [problem.code for problem in saved.warnings] == ["typed_price"]


def test_one_bad_entry_does_not_keep_the_others_of_its_file_from_being_edited(store: EditStore, faq: Path) -> None:
    path = faq / "mobile.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("id: puk", "id: 坏编号"), encoding="utf-8")
    opened = store.get("invoice")
    store.save("invoice", "mobile", changed(opened.form, note="好的"), opened.base, "王编辑")
    assert "坏编号" in path.read_text(encoding="utf-8")
    assert [c.problems[0].field for c in store.categories() if c.problems] == ["id"]


def test_a_file_that_cannot_be_read_is_told_and_left_alone(store: EditStore, faq: Path) -> None:
    for raw in (b"\xd0\xd4" * 30, b"entries: [", b"\x00\x01\x02", b"a:\n\t- b\n", b"x" * (50 << 20)):
        (faq / "home.yml").write_bytes(raw)
        (home,) = [c for c in store.categories() if c.category == "home"]
        assert home.problems and home.entries == 0
        with pytest.raises(EditRefused):
            store.save(None, "home", new_form(), None, "王编辑")
        assert (faq / "home.yml").read_bytes() == raw
    assert store.get("invoice").file == "mobile.yml"


def test_a_mark_of_the_encoding_line_ends_and_mode_are_kept(store: EditStore, faq: Path) -> None:
    path = faq / "mobile.yml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    path.chmod(0o640)
    opened = store.get("invoice")
    store.save("invoice", "mobile", changed(opened.form, note="新"), opened.base, "王编辑")
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and raw.count(b"\r\n") == raw.count(b"\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_to_a_file_elsewhere_stays_a_link(store: EditStore, faq: Path, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.yml"
    (faq / "mobile.yml").rename(real)
    (faq / "mobile.yml").symlink_to(real)
    opened = store.get("invoice")
    store.save("invoice", "mobile", changed(opened.form, note="新"), opened.base, "王编辑")
    assert (faq / "mobile.yml").is_symlink() and "note: 新" in real.read_text(encoding="utf-8")


# -- speed --------------------------------------------------------------------------------------------------


def test_a_save_among_a_thousand_entries_is_quick(tmp_path: Path, clock: FakeClock) -> None:
    folder = tmp_path / "large"
    large_base(folder, files=50, each=24)
    history = History(folder, tmp_path / "var", clock)
    store = EditStore(folder, REFERENCES, clock, history)
    opened = store.get("e-7-3")
    store.save("e-7-3", "part07", changed(opened.form, note="第一次"), opened.base, "甲")
    opened = store.get("e-7-3")
    assert (
        cpu_seconds(lambda: store.save("e-7-3", "part07", changed(opened.form, note="又一次"), opened.base, "甲")) < 2.0
    )
    assert cpu_seconds(lambda: history.versions("e-7-3")) < 1.0
    assert len(store.entries()) == 1200 and (folder / LOCK_NAME).exists()
