"""An entry is deleted by two people: one asks, another one approves, and there is a way back."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.clock import FakeClock
from common.ids import CountingIds
from knowledge_base.editing.drafts import Drafts
from knowledge_base.editing.errors import EditConflict, EditRefused, MoveRefused, SamePerson
from knowledge_base.editing.history import History
from knowledge_base.editing.store import EditStore
from knowledge_base.errors import EntryUnknown

from .conftest import changed


@pytest.fixture
def drafts(store: EditStore, tmp_path: Path, clock: FakeClock) -> Iterator[Drafts]:
    opened = Drafts(f"sqlite:///{tmp_path / 'yida.db'}", store, lambda *_: [], clock, CountingIds())
    yield opened
    opened.close()


def ask(drafts: Drafts, store: EditStore, entry_id: str = "puk", author: str = "小王", why: str = "业务下线"):
    return drafts.propose_deletion(entry_id, store.get(entry_id).base, author, why)


@contextlib.contextmanager
def refusing(words: str) -> Iterator[None]:
    with pytest.raises(MoveRefused) as refused:
        yield
    assert words in refused.value.message_zh


def save(store: EditStore, entry_id: str, **fields: object) -> None:
    present = store.get(entry_id)
    store.save(entry_id, present.category, changed(present.form, **fields), present.base, "小张")


def test_one_asks_another_approves_and_history_has_it_and_brings_it_back(
    drafts: Drafts, store: EditStore, history: History
) -> None:
    before = store.get("puk")
    draft = ask(drafts, store)
    assert (draft.state, draft.removes, draft.note, draft.form) == ("in_review", True, "业务下线", before.form)
    assert store.get("puk") == before, "nothing is gone before somebody else has said yes"
    with pytest.raises(SamePerson):
        drafts.approve(draft.draft_id, draft.version, " 小王")
    done = drafts.approve(draft.draft_id, draft.version, "老李")
    assert (done.state, done.reviewer) == ("published", "老李")
    with pytest.raises(EntryUnknown):
        store.get("puk")
    gone, first = history.versions("puk")[0], history.versions()[-1]
    assert (gone.id, gone.author, gone.note) == (done.published_as, "小王", "删除 puk：业务下线（审核：老李）")
    assert gone.changes == {"puk": "removed"}
    assert [move.move for move in drafts.moves(draft.draft_id)] == ["save", "submit", "approve"]
    store.restore("puk", first.id, "老李")
    assert store.get("puk").form == before.form


def test_an_entry_that_others_name_goes_only_when_the_approver_was_told_of_them(
    drafts: Drafts, store: EditStore, history: History
) -> None:
    save(store, "invoice", related=["data-rollover", "puk"])
    save(store, "elder-plan", related=["data-rollover"])
    draft = ask(drafts, store, "data-rollover")
    named = {one.entry_id for one in store.referring("data-rollover")}
    assert named == {"data-over", "invoice", "elder-plan"}
    for told in ((), ("data-over", "invoice")):
        with pytest.raises(EditRefused) as refused:
            drafts.approve(draft.draft_id, draft.version, "老李", told)
        assert "elder-plan" in str(refused.value) and ("invoice" in str(refused.value)) is (told == ())
    assert store.get("data-rollover") and drafts.get(draft.draft_id).state == "in_review"
    done = drafts.approve(draft.draft_id, draft.version, "老李", named)
    assert store.get("invoice").form["related"] == ["puk"] and "related" not in store.get("elder-plan").form
    assert history.version(done.published_as).changes == {
        "data-rollover": "removed", "data-over": "changed", "invoice": "changed", "elder-plan": "changed"
    }  # fmt: skip
    assert all(not category.problems for category in store.categories())


def test_a_request_is_made_of_what_stands_there_with_a_reason_and_once(drafts: Drafts, store: EditStore) -> None:
    base = store.get("puk").base
    with refusing("原因"):
        drafts.propose_deletion("puk", base, "小王", "  ")
    with pytest.raises(EntryUnknown):
        drafts.propose_deletion("nowhere", base, "小王", "没有用")
    first = ask(drafts, store)
    assert ask(drafts, store) == first, "pressed twice"
    with refusing("小王已经申请"):
        ask(drafts, store, author="小张")
    save(store, "puk", text="新内容。")
    with refusing("别人改过"):
        drafts.propose_deletion("puk", base, "小王", "没有用")


def test_what_was_changed_after_the_request_is_not_deleted_but_asked_for_again(
    drafts: Drafts, store: EditStore
) -> None:
    draft = ask(drafts, store)
    save(store, "puk", text="又要用了。")
    with pytest.raises(EditConflict):
        drafts.approve(draft.draft_id, draft.version, "老李", ())
    rejected = drafts.reject(draft.draft_id, draft.version, "老李", "内容改过，再看看")
    again = ask(drafts, store, why="还是要删")
    assert (again.draft_id, again.state, again.comment) == (rejected.draft_id, "in_review", "")
    assert drafts.approve(again.draft_id, again.version, "老李").state == "published"


def test_a_request_is_withdrawn_by_its_author_and_nothing_happened(drafts: Drafts, store: EditStore) -> None:
    draft = ask(drafts, store)
    assert drafts.withdraw(draft.draft_id, draft.version, "小王").state == "draft"
    assert store.get("puk")


def test_a_try_that_broke_off_after_the_files_is_finished_by_the_next(drafts: Drafts, store: EditStore) -> None:
    draft = ask(drafts, store)
    store.delete("puk", str(draft.base), "小王")
    done = drafts.approve(draft.draft_id, draft.version, "老李")
    assert (done.state, done.published_as) == ("published", "")


def test_the_last_entry_of_a_category_stays(drafts: Drafts, store: EditStore) -> None:
    for item in store.entries("mobile")[1:]:
        mend = [one.entry_id for one in store.referring(item.entry_id)]
        store.delete(item.entry_id, store.get(item.entry_id).base, "小王", mend=mend)
    last = store.entries("mobile")[0].entry_id
    draft = ask(drafts, store, last)
    with pytest.raises(EditRefused, match="最后一条"):
        drafts.approve(draft.draft_id, draft.version, "老李")


def test_tables_from_before_deletions_had_drafts_get_the_column(store: EditStore, tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    first = Drafts(f"sqlite:///{path}", store, lambda *_: [], FakeClock(), CountingIds())
    kept = first.save_draft(store.get("puk").form, "小王", "mobile", "puk", store.get("puk").base)
    first.close()
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE kb_drafts DROP COLUMN removes")
    again = Drafts(f"sqlite:///{path}", store, lambda *_: [], FakeClock(), CountingIds())
    assert again.get(kept.draft_id) == kept and not kept.removes
    again.close()
