"""Drafts reviewed by a second person, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from common.clock import FakeClock
from common.ids import CountingIds
from knowledge_base.editing.draft_types import Draft
from knowledge_base.editing.drafts import Drafts
from knowledge_base.editing.errors import (
    DraftStale,
    DraftUnknown,
    EditConflict,
    EditRefused,
    MoveRefused,
    SamePerson,
    SaveFailed,
)
from knowledge_base.editing.forms import Form
from knowledge_base.editing.history import History
from knowledge_base.editing.store import EditStore
from knowledge_base.problems import Problem
from tests.knowledge_base.conftest import REFERENCES
from tests.service_desk.test_postgres import postgres  # noqa: F401

from .conftest import changed, held_by_another, new_form


@pytest.fixture
def drafts(store: EditStore, tmp_path: Path, clock: FakeClock) -> Iterator[Drafts]:
    opened = Drafts(f"sqlite:///{tmp_path / 'yida.db'}", store, checks(store), clock, CountingIds())
    yield opened
    opened.close()


def checks(store: EditStore) -> Callable[..., list[Problem]]:
    return lambda form, entry_id, category: store.check(form, category, entry_id)


def begun(drafts: Drafts, store: EditStore, entry_id: str = "invoice", author: str = "小王", **fields: object) -> Draft:
    """A draft of an entry with some fields changed."""
    opened = store.get(entry_id)
    form: Form = changed(opened.form, **(fields or {"text": "在首页申请。"}))
    return drafts.save_draft(form, author, opened.category, entry_id, opened.base, "改入口")


def test_a_draft_is_written_reviewed_and_published(
    drafts: Drafts, store: EditStore, history: History, clock: FakeClock
) -> None:
    draft = begun(drafts, store)
    assert (draft.state, draft.version, draft.draft_id) == ("draft", 1, "draft-1")
    clock.advance(60)
    draft = drafts.submit(draft.draft_id, draft.version, "小王")
    assert draft.state == "in_review" and store.get("invoice").form["answer"]["text"] != "在首页申请。"
    clock.advance(60)
    draft = drafts.approve(draft.draft_id, draft.version, "老李")
    assert (draft.state, draft.reviewer) == ("published", "老李")
    assert store.get("invoice").form["answer"]["text"] == "在首页申请。"
    latest = history.versions("invoice")[0]
    assert (latest.id, latest.author, latest.note) == (draft.published_as, "小王", "改入口（审核：老李）")
    told = [(m.move, m.before, m.after, m.who, m.draft_version) for m in drafts.moves(draft.draft_id)]
    assert told == [
        ("save", "", "draft", "小王", 0),
        ("submit", "draft", "in_review", "小王", 1),
        ("approve", "in_review", "published", "老李", 2),
    ]
    assert [m.at for m in drafts.moves(draft.draft_id)][-1] == clock.now()


def test_nobody_approves_their_own_work(drafts: Drafts, store: EditStore) -> None:
    draft = begun(drafts, store)
    draft = drafts.submit(draft.draft_id, draft.version, "小王")
    for name in ("小王", " 小王 "):
        with pytest.raises(SamePerson):
            drafts.approve(draft.draft_id, draft.version, name)
    assert drafts.get(draft.draft_id).state == "in_review"


def test_a_rejected_draft_comes_back_with_the_reason_and_can_be_mended(drafts: Drafts, store: EditStore) -> None:
    draft = begun(drafts, store)
    draft = drafts.submit(draft.draft_id, draft.version, "小王")
    with pytest.raises(MoveRefused):
        drafts.reject(draft.draft_id, draft.version, "老李", "  ")
    draft = drafts.reject(draft.draft_id, draft.version, "老李", "入口写错了")
    assert (draft.state, draft.comment, draft.reviewer) == ("rejected", "入口写错了", "老李")
    form = changed(draft.form, text="在我的页申请。")
    draft = drafts.save_draft(form, "小王", "mobile", "invoice", None, "改入口", draft.draft_id, draft.version)
    assert draft.state == "draft" and draft.base == store.get("invoice").base
    draft = drafts.submit(draft.draft_id, draft.version, "小王")
    assert drafts.approve(draft.draft_id, draft.version, "老李").state == "published"
    assert [m.comment for m in drafts.moves(draft.draft_id) if m.comment] == ["入口写错了"]


def test_a_draft_is_taken_back_from_review_by_its_author_only(drafts: Drafts, store: EditStore) -> None:
    draft = begun(drafts, store)
    draft = drafts.submit(draft.draft_id, draft.version, "小王")
    for move in (drafts.withdraw, drafts.submit):
        with pytest.raises(MoveRefused):
            move(draft.draft_id, draft.version, "小张")
    draft = drafts.withdraw(draft.draft_id, draft.version, "小王")
    assert draft.state == "draft"
    with pytest.raises(MoveRefused):
        drafts.save_draft(draft.form, "小张", "mobile", "invoice", None, "", draft.draft_id, draft.version)


@pytest.mark.parametrize("move", ["approve", "reject", "withdraw", "save", "submit"])
def test_moves_that_do_not_fit_the_state_are_refused(drafts: Drafts, store: EditStore, move: str) -> None:
    draft = begun(drafts, store)
    if move in ("save", "submit"):
        draft = drafts.submit(draft.draft_id, draft.version, "小王")
    act: dict[str, Callable[[], object]] = {
        "approve": lambda: drafts.approve(draft.draft_id, draft.version, "老李"),
        "reject": lambda: drafts.reject(draft.draft_id, draft.version, "老李", "不行"),
        "withdraw": lambda: drafts.withdraw(draft.draft_id, draft.version, "小王"),
        "submit": lambda: drafts.submit(draft.draft_id, draft.version, "小王"),
        "save": lambda: drafts.save_draft({}, "小王", "mobile", "invoice", None, "", draft.draft_id, draft.version),
    }
    with pytest.raises(MoveRefused):
        act[move]()
    with pytest.raises(DraftUnknown):
        drafts.get("draft-99")


def test_the_same_request_again_does_nothing_twice(drafts: Drafts, store: EditStore, history: History) -> None:
    draft = begun(drafts, store)
    assert begun(drafts, store) == draft
    sent = drafts.submit(draft.draft_id, 1, "小王")
    assert drafts.submit(draft.draft_id, 1, "小王") == sent
    done = drafts.approve(draft.draft_id, 2, "老李")
    assert drafts.approve(draft.draft_id, 2, "老李") == done
    assert len(drafts.moves(draft.draft_id)) == 3 and len(history.versions("invoice")) == 2
    assert len(drafts.listing()) == 1


def test_two_windows_on_one_draft_do_not_overwrite_each_other(drafts: Drafts, store: EditStore) -> None:
    draft = begun(drafts, store)
    one, two = changed(draft.form, note="一"), changed(draft.form, note="二")
    saved = drafts.save_draft(one, "小王", "mobile", "invoice", None, "", draft.draft_id, 1)
    with pytest.raises(DraftStale) as caught:
        drafts.save_draft(two, "小王", "mobile", "invoice", None, "", draft.draft_id, 1)
    assert caught.value.draft == saved and drafts.get(draft.draft_id).form == one
    assert drafts.save_draft(one, "小王", "mobile", "invoice", None, "", draft.draft_id, 1) == saved
    with pytest.raises(DraftStale):
        drafts.submit(draft.draft_id, 1, "小王")


def test_a_draft_may_be_wrong_until_it_is_submitted(drafts: Drafts, store: EditStore) -> None:
    draft = begun(drafts, store, similar=["一条"], text="")
    with pytest.raises(EditRefused) as caught:
        drafts.submit(draft.draft_id, draft.version, "小王")
    assert {problem.field for problem in caught.value.problems} == {"similar", "answer.text"}
    assert drafts.get(draft.draft_id).state == "draft"


def test_the_guard_looks_again_when_it_is_approved(drafts: Drafts, store: EditStore) -> None:
    draft = begun(drafts, store, similar=["新的第一句", "新的第二句", "新的第三句"])
    draft = drafts.submit(draft.draft_id, draft.version, "小王")
    other = store.get("puk")
    store.save("puk", "mobile", changed(other.form, question="新的第一句"), other.base, "小张")
    with pytest.raises(EditRefused) as caught:
        drafts.approve(draft.draft_id, draft.version, "老李")
    assert caught.value.problems[0].code == "duplicate_question"
    assert drafts.get(draft.draft_id).state == "in_review"


def test_what_others_published_meanwhile_is_merged_or_shown(drafts: Drafts, store: EditStore) -> None:
    first, second, third = (begun(drafts, store, author=a, **f) for a, f in (
        ("小王", {"text": "甲的答案。"}), ("小张", {"note": "乙的说明"}), ("小赵", {"text": "丙的答案。"}),
    ))  # fmt: skip
    for draft in (first, second, third):
        drafts.submit(draft.draft_id, 1, draft.author)
    drafts.approve(first.draft_id, 2, "老李")
    drafts.approve(second.draft_id, 2, "老李")
    form = store.get("invoice").form
    assert (form["answer"]["text"], form["note"]) == ("甲的答案。", "乙的说明")
    with pytest.raises(EditConflict) as caught:
        drafts.approve(third.draft_id, 2, "老李")
    assert [f.field for f in caught.value.fields if f.state == "conflict"] == ["answer.text"]
    assert drafts.get(third.draft_id).state == "in_review"


def test_a_new_entry_is_published_once_even_if_the_first_try_broke_off(
    drafts: Drafts, store: EditStore, history: History
) -> None:
    draft = drafts.save_draft(new_form(), "小王", "home", note="新活动")
    draft = drafts.submit(draft.draft_id, draft.version, "小王")
    store.save(None, "home", new_form(), None, "小王", "写进了文件，库里没记上")
    # The guard of the pages compares with what serves, where the entry may stand already.
    lenient = Drafts(f"sqlite:///{store.folder.parent / 'yida.db'}", store, lambda *_: [], FakeClock())
    done = lenient.approve(draft.draft_id, draft.version, "老李")
    lenient.close()
    assert (done.state, done.entry_id) == ("published", "gift") and len(history.versions("gift")) == 1


def test_while_the_files_cannot_be_written_the_draft_stays_under_review(
    drafts: Drafts, store: EditStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = begun(drafts, store)
    draft = drafts.submit(draft.draft_id, draft.version, "小王")
    monkeypatch.setattr("knowledge_base.editing.files.LOCK_WAIT", 0.1)
    with held_by_another(store.folder), pytest.raises(SaveFailed):
        drafts.approve(draft.draft_id, draft.version, "老李")
    assert drafts.get(draft.draft_id).state == "in_review"
    assert drafts.approve(draft.draft_id, draft.version, "老李").state == "published"


def test_drafts_are_listed_by_state_author_and_entry_latest_first(
    drafts: Drafts, store: EditStore, clock: FakeClock
) -> None:
    one = begun(drafts, store)
    clock.advance(5)
    two = begun(drafts, store, "puk", "小张")
    assert [d.draft_id for d in drafts.listing()] == [two.draft_id, one.draft_id]
    assert drafts.listing(author="小王") == [one] and drafts.listing(entry_id="puk") == [two]
    clock.advance(5)
    drafts.submit(one.draft_id, 1, "小王")
    assert [d.draft_id for d in drafts.listing("in_review")] == [one.draft_id]
    assert [d.draft_id for d in drafts.listing(limit=1)] == [one.draft_id]


def race(drafts: list[Drafts], store: EditStore) -> None:
    """Ten requests at once for each move; each is made once."""
    draft = begun(drafts[0], store)

    def each(work: Callable[[Drafts, int], object]) -> list[object]:
        with ThreadPoolExecutor(10) as pool:
            return list(pool.map(lambda n: attempt(lambda: work(drafts[n % len(drafts)], n)), range(10)))

    assert len({str(r) for r in each(lambda d, _: d.submit(draft.draft_id, 1, "小王"))}) == 1
    results = each(lambda d, n: d.approve(draft.draft_id, 2, f"审核{n}"))
    assert sum(isinstance(r, Draft) for r in results) == 1
    assert all(isinstance(r, (Draft, DraftStale)) for r in results)
    assert len(drafts[0].moves(draft.draft_id)) == 3


def attempt(work: Callable[[], object]) -> object:
    try:
        return work()
    except Exception as error:
        return error


def test_many_requests_at_once_make_each_move_once(drafts: Drafts, store: EditStore, history: History) -> None:
    race([drafts], store)
    assert len(history.versions("invoice")) == 2


def test_drafts_run_unchanged_on_postgresql_with_two_processes(
    postgres: str,  # noqa: F811
    faq: Path,
    tmp_path: Path,
    clock: FakeClock,
) -> None:
    stores = [EditStore(faq, REFERENCES, clock, History(faq, tmp_path / "var", clock)) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        opened = list(pool.map(lambda s: Drafts(postgres, s, checks(s), clock), stores))
    try:
        race(opened, stores[0])
        draft = opened[1].save_draft(new_form(), "小王", "home", note="新活动")
        draft = opened[0].submit(draft.draft_id, draft.version, "小王")
        assert opened[1].approve(draft.draft_id, draft.version, "老李").state == "published"
        assert stores[0].get("gift").form == new_form()
        assert opened[0].listing(entry_id="gift") == [opened[1].get(draft.draft_id)]
    finally:
        for each in opened:
            each.close()
