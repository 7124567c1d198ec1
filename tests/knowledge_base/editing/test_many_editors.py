"""Several editors, threads and processes on the same entries: nobody's work is lost."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from common.clock import FakeClock
from common.settings import ROOT
from knowledge_base.editing.errors import EditConflict, SaveFailed
from knowledge_base.editing.files import folder_lock
from knowledge_base.editing.history import History
from knowledge_base.editing.store import EditStore
from knowledge_base.loader import load_folder
from tests.knowledge_base.conftest import REFERENCES, SAMPLE, entry_data, write_faq

from .conftest import changed, held_by_another


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
