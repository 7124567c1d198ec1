"""The guard on one edit says what the check of the whole base would say, in a moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from common.clock import FakeClock
from knowledge_base.calibration import Calibration
from knowledge_base.editing.forms import Form, entry_form, read_form
from knowledge_base.editing.guard import Guard, check_edit
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import HashingEncoder
from knowledge_base.entry import Entry
from knowledge_base.loader import load_folder
from knowledge_base.problems import Problem
from knowledge_base.snapshot import Snapshot, build_snapshot
from knowledge_base.steals import ALIKE, BEHIND, find_steals, steals_of
from tests.knowledge_base.conftest import REFERENCES

from .conftest import changed, cpu_seconds, large_base, new_form

TODAY = dt.date(2026, 3, 2)
ENCODER = HashingEncoder()


@pytest.fixture
def cache() -> EmbeddingCache:
    return EmbeddingCache(None)


def built(entries: list[Entry], cache: EmbeddingCache) -> Snapshot:
    return build_snapshot(entries, ENCODER, cache, Calibration(), FakeClock().now())


def guarded(
    faq: Path, form: Form, entry_id: str | None, cache: EmbeddingCache, category: str = "mobile"
) -> list[Problem]:
    snapshot = built(load_folder(faq).entries, cache)
    return check_edit(form, entry_id, category, snapshot, ENCODER, cache, REFERENCES, TODAY)


def form_of(faq: Path, entry_id: str) -> Form:
    return entry_form(next(entry for entry in load_folder(faq).entries if entry.id == entry_id))


def test_an_entry_as_it_is_passes(faq: Path, cache: EmbeddingCache) -> None:
    for entry in load_folder(faq).entries:
        assert guarded(faq, entry_form(entry), entry.id, cache, entry.category) == []


def test_a_question_that_another_entry_would_win_is_told_at_its_place(faq: Path, cache: EmbeddingCache) -> None:
    form = changed(form_of(faq, "puk"), similar=["手机让输PUK码", "PIN码输错锁住了", "话费能开票不"])
    problems = guarded(faq, form, "puk", cache)
    assert {(p.code, p.field, p.entry_id) for p in problems} == {("steal", "similar[3]", "puk")}
    assert any("「话费能开票不」会被条目 invoice（mobile.yml）的「话费能开票吗」抢走" in p.message for p in problems)


def test_a_question_that_robs_another_entry_is_told_at_its_place(faq: Path, cache: EmbeddingCache) -> None:
    thief = new_form("thief", "话费能开具票据吗", similar=["话费能开票不", "账单怎么下载", "票据在哪里看"])
    problems = guarded(faq, thief, None, cache)
    robbed = [p for p in problems if "会抢走条目 invoice" in p.message]
    assert [(p.code, p.field, p.file) for p in robbed] == [("steal", "similar[1]", "mobile.yml")]


def test_entries_that_never_meet_are_left_in_peace(faq: Path, cache: EmbeddingCache) -> None:
    twin = changed(form_of(faq, "sichuan-shop"), id="gd-shop", regions=["广东"], question="成都营业厅几点开门呀",
                   similar=["成都的店几点上班呀", "成都营业厅周末开吗呀", "成都哪里有营业厅呀"])  # fmt: skip
    assert "steal" not in {p.code for p in guarded(faq, twin, None, cache, "home")}
    assert "steal" in {p.code for p in guarded(faq, changed(twin, regions=["四川"]), None, cache, "home")}


def test_what_is_the_same_word_for_word_is_told_once(faq: Path, cache: EmbeddingCache) -> None:
    form = changed(form_of(faq, "puk"), question="电子发票怎么开")
    assert [(p.code, p.field) for p in guarded(faq, form, "puk", cache) if p.field == "question"] == [
        ("duplicate_question", "question")
    ]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"question": ""}, "schema"),
        ({"text": "{{ plan.gone.fee }}"}, "reference_unknown"),
        ({"speech": "要五十二天。"}, "figures"),
        ({"speech": "请说，" * 40}, "speech_long"),
        ({"related": ["nobody"]}, "dead_related"),
        ({"text": "见[这里](/gone)"}, "dead_link"),
        ({"valid": {"to": "2020-01-01"}}, "expired"),
        ({"text": "绝对可以。"}, "forbidden"),
        ({"id": "invoice"}, "duplicate_id"),
    ],
)
def test_the_quick_checks_are_part_of_it(faq: Path, cache: EmbeddingCache, fields: dict, code: str) -> None:
    form = changed(form_of(faq, "puk"), **fields)
    assert code in {problem.code for problem in guarded(faq, form, "puk", cache)}


def test_an_empty_base_takes_its_first_entry(cache: EmbeddingCache) -> None:
    assert check_edit(new_form(), None, "gifts", built([], cache), ENCODER, cache, REFERENCES, TODAY) == []


def test_the_guard_follows_what_serves(faq: Path, cache: EmbeddingCache, clock: FakeClock) -> None:
    serving = [built(load_folder(faq).entries, cache)]
    guard = Guard(lambda: serving[0], ENCODER, cache, REFERENCES, clock)
    form = new_form()
    assert guard(form, None, "home") == []
    entry, _ = read_form(form, "home")
    assert entry is not None
    serving[0] = built([*serving[0].entries, entry], cache)
    assert {problem.code for problem in guard(form, None, "home")} == {"duplicate_id"}


def test_it_finds_the_thefts_that_the_full_check_finds(tmp_path: Path, cache: EmbeddingCache) -> None:
    folder = tmp_path / "large"
    large_base(folder, files=6, each=10)
    entries = load_folder(folder).entries
    snapshot = built(entries, cache)
    chance = np.random.default_rng(7)
    found = 0
    for victim, other in chance.permutation(len(entries))[:12].reshape(6, 2):
        near = tuple(f"{question[:-1]}了呢" for question in entries[other].questions[:2])
        edited = replace(entries[victim], similar=(*entries[victim].similar, *near))
        quick = steals_of(snapshot, edited, edited.id, ENCODER, cache)
        whole = built([edited if entry.id == edited.id else entry for entry in entries], cache)
        full = find_steals(whole, ENCODER, cache, {edited.id})
        both = {(s.owner.id, s.question) for s in full} & {(s.owner.id, s.question) for s in quick}
        # In a base so small the edit itself shifts what words weigh; only what hangs by a hair may differ.
        for steal in (*full, *quick):
            narrow = steal.alike - max(ALIKE, steal.own + BEHIND) < 0.03
            assert narrow or (steal.owner.id, steal.question) in both, steal
        found += len(both)
    assert found > 10


def test_it_takes_under_two_seconds_among_a_thousand_entries(tmp_path: Path, cache: EmbeddingCache) -> None:
    folder = tmp_path / "large"
    large_base(folder, files=50, each=22)
    entries = load_folder(folder).entries
    snapshot = built(entries, cache)
    victim, other = entries[500], entries[9]
    near = [f"{question}吧" for question in other.questions]
    form = changed(entry_form(victim), similar=[*victim.similar, *near, *(f"全新的问法{n}号" for n in range(20))])
    problems: list[Problem] = []
    # The first edit after a start reads every question once more.
    check_edit(form, victim.id, "part22", snapshot, ENCODER, cache, REFERENCES, TODAY)
    spent = cpu_seconds(
        lambda: problems.extend(check_edit(form, victim.id, "part22", snapshot, ENCODER, cache, REFERENCES, TODAY))
    )
    assert spent < 2.0 and "steal" in {problem.code for problem in problems}
