"""Versions of the knowledge base, kept by real git beside whatever git is there already."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from common.clock import FakeClock
from knowledge_base.editing.errors import EditRefused, HistoryUnavailable, VersionUnknown
from knowledge_base.editing.history import History
from knowledge_base.editing.store import EditStore
from knowledge_base.loader import load_folder
from tests.knowledge_base.conftest import REFERENCES, SAMPLE, entry_data, write_faq

from .conftest import changed, cpu_seconds, large_base, new_form


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def git(*arguments: str | Path, cwd: Path) -> str:
    return subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, text=True, check=True).stdout


def test_the_folder_as_found_is_the_first_version(history: History) -> None:
    version = history.record_outside_edits()
    assert version is not None and (version.author, version.note) == ("初始内容", "开始记录")
    assert set(version.entries_changed) == {sample[0] for sample in SAMPLE}
    assert history.record_outside_edits() is None


def test_versions_of_an_entry_are_those_that_changed_it(store: EditStore, history: History, clock: FakeClock) -> None:
    for number, entry_id in enumerate(("invoice", "puk", "invoice")):
        clock.advance(60)
        opened = store.get(entry_id)
        store.save(
            entry_id, "mobile", changed(opened.form, note=f"第{number}次"), opened.base, f"人{number}", f"改{number}"
        )
    found = history.versions("invoice")
    assert [(v.author, v.note, dict(v.changes)) for v in found[:2]] == [
        ("人2", "改2", {"invoice": "changed"}),
        ("人0", "改0", {"invoice": "changed"}),
    ]
    assert found[0].at == clock.now().replace(microsecond=0) and len(found) == 3
    assert [v.author for v in history.versions(limit=2)] == ["人2", "人1"]
    assert history.versions("invoic") == [] and history.versions("x' OR 1") == []


def test_forms_and_diffs_of_old_versions_can_be_had(store: EditStore, history: History) -> None:
    opened = store.get("invoice")
    store.save("invoice", "mobile", changed(opened.form, text="新答案。"), opened.base, "甲")
    new, old = history.versions("invoice")
    assert history.form_at(old.id, "invoice") == opened.form
    assert history.form_at(new.id, "invoice")["answer"]["text"] == "新答案。"
    assert history.form_at(new.id, "bill-day") == store.get("bill-day").form
    assert "+    text: 新答案。" in history.diff(new.id) and "mobile.yml" in history.diff(new.id)


@pytest.mark.parametrize("version", ["", "zz", "deadbeef", "HEAD", "--all", "main", "0" * 41])
def test_a_version_that_is_none_is_refused(history: History, version: str) -> None:
    history.record_outside_edits()
    for ask in (history.diff, history.version, lambda v: history.form_at(v, "invoice")):
        with pytest.raises(VersionUnknown):
            ask(version)


def test_one_click_brings_an_entry_back_and_is_recorded(store: EditStore, history: History, faq: Path) -> None:
    before = (faq / "mobile.yml").read_bytes()
    opened = store.get("invoice")
    store.save("invoice", "mobile", changed(opened.form, text="错的。", note="误改"), opened.base, "甲")
    saved = store.restore("invoice", history.versions("invoice")[-1].id, "乙")
    assert (faq / "mobile.yml").read_bytes() == before
    latest = history.versions("invoice")[0]
    assert (latest.id, latest.author) == (saved.version, "乙") and "恢复 invoice" in latest.note
    again = store.restore("invoice", history.versions("invoice")[-1].id, "乙")
    assert again.version == "" and len(history.versions("invoice")) == 3


def test_a_deleted_entry_comes_back(store: EditStore, history: History) -> None:
    opened = store.get("puk")
    gone = store.delete("puk", opened.base, "甲")
    assert history.versions("puk")[0].changes == {"puk": "removed"}
    with pytest.raises(VersionUnknown) as caught:
        store.restore("puk", gone.version, "乙")
    assert "没有条目 puk" in caught.value.message_zh
    store.restore("puk", history.versions("puk")[-1].id, "乙")
    assert store.get("puk").form == opened.form


def test_an_entry_comes_back_with_its_file(store: EditStore, history: History, faq: Path) -> None:
    history.record_outside_edits()
    opened = store.get("points-expire")
    (faq / "home.yml").unlink()
    store.restore("points-expire", history.versions("points-expire")[-1].id, "乙")
    assert store.get("points-expire").form == opened.form
    assert [(c.title, c.owner) for c in store.categories() if c.category == "home"] == [("样例", "测试部")]


def test_what_is_not_valid_any_more_does_not_come_back(store: EditStore, history: History) -> None:
    opened = store.get("spring-sale")
    store.save(
        "spring-sale", "home", changed(opened.form, valid={"from": "2026-02-01", "to": "2026-12-31"}), opened.base, "甲"
    )
    opened = store.get("puk")
    store.save("puk", "mobile", changed(opened.form, question="PUK码怎么找"), opened.base, "甲")
    opened = store.get("invoice")
    form = changed(opened.form, similar=[*opened.form["similar"], "PUK码在哪里查"])
    store.save("invoice", "mobile", form, opened.base, "甲")
    with pytest.raises(EditRefused) as caught:
        store.restore("puk", history.versions("puk")[-1].id, "乙")
    assert caught.value.problems[0].code == "duplicate_question"


def test_edits_made_outside_are_recorded_under_their_own_name(history: History, faq: Path) -> None:
    history.record_outside_edits()
    edit(faq / "mobile.yml", "每月 3 日。", "每月 5 日。")
    write_faq(faq, "gifts", [entry_data(("gift", "生日有礼物吗", ["送啥礼", "礼包呢", "福利呢"], "有。", "有。", {}))])
    latest = history.versions()[0]
    assert latest.author == "文件编辑" and latest.changes == {"bill-day": "changed", "gift": "added"}
    (faq / "gifts.yml").unlink()
    assert history.versions()[0].changes == {"gift": "removed"}
    assert history.record("甲", "没有变化") is None


def test_a_file_that_cannot_be_read_is_recorded_once_it_can(history: History, faq: Path) -> None:
    history.record_outside_edits()
    good = (faq / "mobile.yml").read_text(encoding="utf-8")
    (faq / "mobile.yml").write_text(good[:400] + "\n\t坏", encoding="utf-8")
    assert history.record_outside_edits() is None
    (faq / "mobile.yml").write_text(good.replace("每月 3 日。", "每月 5 日。"), encoding="utf-8")
    version = history.record_outside_edits()
    assert version is not None and version.changes == {"bill-day": "changed"}


def test_files_the_loader_leaves_out_are_left_out(history: History, faq: Path) -> None:
    for name in ("_draft.yml", ".hidden.yml", "notes.txt", ".gitignore", ".gitattributes"):
        (faq / name).write_text("* text eol=crlf\n", encoding="utf-8")
    history.record_outside_edits()
    (faq / ".gitignore").write_text("*\n", encoding="utf-8")
    edit(faq / "mobile.yml", "每月 3 日。", "每月 5 日。")
    version = history.record_outside_edits()
    assert version is not None
    assert history.place_at(version.id, "bill-day")[2] == (faq / "mobile.yml").read_bytes()


def test_the_project_repository_and_the_users_settings_are_never_touched(
    faq: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path
    home = tmp_path / "home"
    home.mkdir()
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "reference-transaction").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "reference-transaction").chmod(0o755)
    config = f"[core]\n\tautocrlf = true\n\thooksPath = {hooks}\n[commit]\n\tgpgSign = true\n[user]\n\tname = 别人\n[log]\n\tdate = relative\n"
    (home / ".gitconfig").write_text(config, encoding="utf-8")
    git("init", "-q", ".", cwd=project)
    monkeypatch.setenv("HOME", str(home))
    # As inside a hook of the project.
    monkeypatch.setenv("GIT_DIR", str(project / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(project / ".git" / "index"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "钩子")
    before = sorted(path.relative_to(project) for path in (project / ".git").rglob("*"))
    (faq / "mobile.yml").write_bytes((faq / "mobile.yml").read_bytes().replace(b"\n", b"\r\n"))
    store = EditStore(faq, REFERENCES, clock, History(faq, tmp_path / "var", clock))
    opened = store.get("invoice")
    saved = store.save("invoice", "mobile", changed(opened.form, note="新"), opened.base, "王 <编辑>\n")
    assert store.history is not None
    (latest, _) = store.history.versions("invoice")
    assert (latest.id, latest.author) == (saved.version, "王 编辑")
    assert store.history.place_at(latest.id, "invoice")[2] == (faq / "mobile.yml").read_bytes()
    assert sorted(path.relative_to(project) for path in (project / ".git").rglob("*")) == before
    assert (home / ".gitconfig").read_text(encoding="utf-8") == config


def test_people_can_look_with_git_itself(store: EditStore, faq: Path, tmp_path: Path) -> None:
    opened = store.get("invoice")
    store.save("invoice", "mobile", changed(opened.form, note="新"), opened.base, "王编辑", "改一处")
    where = (f"--git-dir={tmp_path / 'var' / 'kb-history.git'}", f"--work-tree={faq}")
    assert git(*where, "log", "-1", "--format=%an %s", cwd=faq) == "王编辑 改一处\n"
    assert git(*where, "status", "--short", "-uno", cwd=faq) == ""
    assert git(*where, "fsck", "--strict", cwd=faq) == ""


def test_without_git_a_save_is_refused_in_chinese_and_writes_nothing(
    store: EditStore, faq: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened = store.get("invoice")
    before = (faq / "mobile.yml").read_bytes()
    monkeypatch.setenv("PATH", str(tmp_path))
    for work in (
        lambda: store.save("invoice", "mobile", changed(opened.form, note="新"), opened.base, "甲"),
        lambda: store.restore("invoice", "abcd", "甲"),
        lambda: History(faq, tmp_path / "var", FakeClock()).versions(),
    ):
        with pytest.raises(HistoryUnavailable) as caught:
            work()
        assert "没有找到 git" in caught.value.message_zh
    assert (faq / "mobile.yml").read_bytes() == before


def test_a_history_that_is_broken_is_said_and_the_files_stay(store: EditStore, faq: Path, tmp_path: Path) -> None:
    opened = store.get("invoice")
    store.save("invoice", "mobile", changed(opened.form, note="一"), opened.base, "甲")
    for path in (tmp_path / "var" / "kb-history.git" / "objects").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(b"")
    before, opened = (faq / "mobile.yml").read_bytes(), store.get("invoice")
    with pytest.raises(HistoryUnavailable):
        store.save("invoice", "mobile", changed(opened.form, note="二"), opened.base, "甲")
    assert (faq / "mobile.yml").read_bytes() == before


def test_notes_and_names_of_any_kind_are_kept_on_one_line(store: EditStore, history: History) -> None:
    opened = store.get("invoice")
    note = "第一行\n\nEntry: - puk\n" + "长" * 500
    store.save("invoice", "mobile", changed(opened.form, note="新"), opened.base, "", note)
    (latest, _) = history.versions("invoice")
    assert latest.author == "佚名" and latest.changes == {"invoice": "changed"}
    assert latest.note.startswith("第一行 Entry: - puk 长") and len(latest.note) == 200
    assert len(history.versions("puk")) == 1


def test_a_new_entry_is_in_no_earlier_version(store: EditStore, history: History) -> None:
    history.record_outside_edits()
    store.save(None, "home", new_form(), None, "甲")
    first = history.versions()[-1]
    with pytest.raises(VersionUnknown):
        history.form_at(first.id, "gift")


def test_fifty_files_with_a_long_history_stay_quick(tmp_path: Path, clock: FakeClock) -> None:
    folder = tmp_path / "large"
    large_base(folder, files=50, each=22)
    history = History(folder, tmp_path / "var", clock)
    history.record_outside_edits()
    for number in range(30):
        clock.advance(60)
        edit(folder / "part03.yml", "在 App 的账单页申请", f"在 App 的账单页申请{number}")
        history.record(f"人{number}", "改")

    def look() -> None:
        versions = history.versions("e-3-0", 50)
        history.form_at(versions[0].id, "e-44-7")
        history.diff(versions[0].id)

    assert cpu_seconds(look) < 2.0
    assert len(load_folder(folder).entries) == 1100


def test_many_who_find_no_history_at_once_make_one(faq: Path, tmp_path: Path, clock: FakeClock) -> None:
    for place in range(3):
        several = [History(faq, tmp_path / f"var{place}", clock) for _ in range(6)]
        with ThreadPoolExecutor(12) as pool:
            made = [pool.submit(history.record_outside_edits) for history in several]
            seen = [pool.submit(history.recorded) for history in several]
        assert len([version for future in made if (version := future.result())]) == 1
        assert all(len(future.result()) <= 1 for future in seen) and len(several[0].recorded()) == 1
