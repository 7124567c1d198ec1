"""Saving one entry: checked, merged with what others did, written whole."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from common.clock import FakeClock
from common.settings import ROOT
from knowledge_base.editing.errors import EditConflict, EditRefused, SaveFailed
from knowledge_base.editing.files import LOCK_NAME, folder_lock
from knowledge_base.editing.forms import form_digest
from knowledge_base.editing.history import History
from knowledge_base.editing.store import EditStore
from knowledge_base.encoder import HashingEncoder
from knowledge_base.errors import EntryUnknown
from knowledge_base.loader import load_folder
from knowledge_base.service import KnowledgeBase
from tests.knowledge_base.conftest import REFERENCES, SAMPLE, entry_data, write_faq

from .conftest import changed, cpu_seconds, held_by_another, large_base, new_form


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


# -- several editors ----------------------------------------------------------------------------------------


def test_two_editors_who_change_different_fields_both_keep_their_work(store: EditStore) -> None:
    opened = store.get("invoice")
    store.save("invoice", "mobile", changed(opened.form, keywords=["发票", "报销"]), opened.base, "甲")
    saved = store.save("invoice", "mobile", changed(opened.form, speech="在手机应用里申请。"), opened.base, "乙")
    assert saved.merged
    form = store.get("invoice").form
    assert (form["keywords"], form["answer"]["speech"]) == (["发票", "报销"], "在手机应用里申请。")


def test_two_editors_of_one_field_are_shown_all_three_sides(store: EditStore) -> None:
    opened = store.get("invoice")
    theirs = store.save("invoice", "mobile", changed(opened.form, text="甲的答案。", note="甲"), opened.base, "甲")
    with pytest.raises(EditConflict) as caught:
        store.save("invoice", "mobile", changed(opened.form, text="乙的答案。", owner="乙部门"), opened.base, "乙")
    conflict = caught.value
    sides = {f.field: (f.base, f.mine, f.theirs, f.state) for f in conflict.fields if f.state != "same"}
    assert sides == {
        "answer.text": ("在 App 的账单页申请。", "乙的答案。", "甲的答案。", "conflict"),
        "note": (None, None, "甲", "theirs"),
        "owner": (None, "乙部门", None, "mine"),
    }
    assert conflict.present == theirs.form and conflict.base == theirs.base
    assert (conflict.merged["note"], conflict.merged["owner"], conflict.merged["answer"]["text"]) == (
        "甲",
        "乙部门",
        "乙的答案。",
    )
    settled = store.save("invoice", "mobile", conflict.merged, conflict.base, "乙")
    assert settled.form["answer"]["text"] == "乙的答案。" and settled.form["note"] == "甲"


def test_what_fits_by_field_but_not_in_sense_is_shown_and_not_lost(store: EditStore) -> None:
    opened = store.get("late-fee")
    store.save("late-fee", "mobile", changed(opened.form, text="三天后收取。"), opened.base, "甲")
    first = store.get("late-fee")
    store.save("late-fee", "mobile", changed(first.form, text="逾期收取。"), first.base, "甲")
    with pytest.raises(EditConflict) as caught:
        store.save("late-fee", "mobile", changed(first.form, speech="三天后收取滞纳金。"), first.base, "乙")
    assert [problem.code for problem in caught.value.problems] == ["figures"]
    assert caught.value.merged["answer"] == {"text": "逾期收取。", "speech": "三天后收取滞纳金。"}


def test_an_entry_deleted_meanwhile_gives_the_editor_the_work_back(store: EditStore, faq: Path) -> None:
    opened = store.get("puk")
    store.delete("puk", opened.base, "甲")
    mine = changed(opened.form, note="乙的")
    with pytest.raises(EditConflict) as caught:
        store.save("puk", "mobile", mine, opened.base, "乙")
    assert caught.value.present is None and caught.value.merged == mine and "删除" in caught.value.message_zh
    with pytest.raises(EditConflict):
        store.delete("invoice", "0" * 16, "乙")


def test_after_a_restart_the_base_is_found_in_the_history(
    store: EditStore, faq: Path, clock: FakeClock, tmp_path: Path
) -> None:
    opened = store.get("invoice")
    store.save("invoice", "mobile", changed(opened.form, note="甲"), opened.base, "甲")
    fresh = EditStore(faq, REFERENCES, clock, History(faq, tmp_path / "var", clock))
    assert fresh.save("invoice", "mobile", changed(opened.form, owner="乙部"), opened.base, "乙").merged
    blind = EditStore(faq, REFERENCES, clock)
    with pytest.raises(EditConflict) as caught:
        blind.save("invoice", "mobile", changed(opened.form, owner="丙部"), opened.base, "丙")
    assert {f.state for f in caught.value.fields} == {"same", "conflict"}


def test_an_edit_in_a_text_editor_is_merged_and_recorded(store: EditStore, history: History, faq: Path) -> None:
    history.record_outside_edits()
    opened = store.get("invoice")
    path = faq / "mobile.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("我要开发票报销", "开票报销怎么弄"), encoding="utf-8")
    saved = store.save("invoice", "mobile", changed(opened.form, note="页面"), opened.base, "甲")
    assert saved.merged and "开票报销怎么弄" in store.get("invoice").form["similar"]
    assert [version.author for version in history.versions("invoice")] == ["甲", "文件编辑", "初始内容"]


def test_forty_saves_at_once_lose_nothing(
    faq: Path, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge_base.editing.files.LOCK_WAIT", 120.0)  # on a busy machine
    stores = [EditStore(faq, REFERENCES, clock, History(faq, tmp_path / "var", clock)) for _ in range(4)]
    ids = [sample[0] for sample in SAMPLE[:20]]

    def add(number: int) -> None:
        store, entry_id = stores[number % 4], ids[number % 20]
        while True:
            opened = store.get(entry_id)
            form = changed(opened.form, keywords=[*opened.form["keywords"], f"词{number}"])
            try:
                store.save(entry_id, opened.category, form, opened.base, f"人{number}")
            except EditConflict:
                continue
            return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    words = {entry.id: set(entry.keywords) for entry in load_folder(faq).entries}
    assert all({f"词{number}", f"词{number + 20}"} <= words[ids[number]] for number in range(20))
    assert len(History(faq, tmp_path / "var", clock).versions(limit=100)) == 41


_WORKER = """
import sys
from pathlib import Path
from common.clock import SystemClock
from knowledge_base.editing import files
from knowledge_base.editing.errors import EditConflict
from knowledge_base.editing.history import History
from knowledge_base.editing.store import EditStore
from tests.knowledge_base.conftest import REFERENCES
files.LOCK_WAIT = 120.0
faq, var, who = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
store = EditStore(faq, REFERENCES, SystemClock(), History(faq, var, SystemClock()))
for number in range(5):
    while True:
        opened = store.get("invoice")
        try:
            form = {**opened.form, "similar": [*opened.form["similar"], f"{who}的第{number}种问法"]}
            store.save("invoice", "mobile", form, opened.base, who)
            break
        except EditConflict:
            pass
"""


def test_two_processes_on_one_entry_lose_nothing(faq: Path, tmp_path: Path) -> None:
    workers = [
        subprocess.Popen([sys.executable, "-c", _WORKER, str(faq), str(tmp_path / "var"), who], cwd=ROOT)
        for who in ("甲", "乙")
    ]
    assert [worker.wait(300) for worker in workers] == [0, 0]
    (entry,) = [entry for entry in load_folder(faq).entries if entry.id == "invoice"]
    assert {f"{who}的第{n}种问法" for who in "甲乙" for n in range(5)} <= set(entry.similar)


def test_who_waits_too_long_is_told_and_who_holds_the_lock_may_take_it_again(faq: Path) -> None:
    with held_by_another(faq), pytest.raises(SaveFailed) as caught, folder_lock(faq, wait=0.1):
        pass  # pragma: no cover - never reached
    assert "别人正在保存" in caught.value.message_zh
    with folder_lock(faq), folder_lock(faq, wait=0.1):
        pass


def test_readers_see_whole_files_only_while_others_write(store: EditStore, faq: Path) -> None:
    stop, seen = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            folder = load_folder(faq)
            seen.append((len(folder.entries), len(folder.problems)))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(10):
        opened = store.get("invoice")
        store.save("invoice", "mobile", changed(opened.form, note=f"第{number}次"), opened.base, "甲")
    stop.set()
    reader.join()
    assert set(seen) == {(len(SAMPLE), 0)}


def test_a_file_deleted_while_it_is_looked_at_is_no_error(faq: Path, clock: FakeClock) -> None:
    store = EditStore(faq, REFERENCES, clock)
    stop, failures = threading.Event(), []

    def flicker() -> None:
        while not stop.is_set():
            write_faq(
                faq,
                "flicker",
                [entry_data(("flick", "闪烁的条目", ["闪一下", "闪两下", "闪三下"], "好。", "好。", {}))],
            )
            (faq / "flicker.yml").unlink()

    writer = threading.Thread(target=flicker)
    writer.start()
    deadline = time.monotonic() + 1.0
    while time.monotonic() < deadline:
        try:
            store.get("invoice")
            store.categories()
        except Exception as error:
            failures.append(error)
    stop.set()
    writer.join()
    assert failures == []


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
