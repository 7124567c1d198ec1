from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from bench import knowledge, knowledge_report, knowledge_rivals
from bench.knowledge_entries import MOST, asked, variants
from bench.knowledge_probe import nearest, real_entries, size
from bench.knowledge_start import edits, stages
from bench.knowledge_vectors import moved, nearest_likeness, reach_for
from bench.report import place
from common.settings import Settings
from knowledge_base import matches
from knowledge_base.encoder import unit
from knowledge_base.matching import cut
from knowledge_base.ngrams import CoverIndex, NgramIndex

ENTRIES = 200


def test_no_two_variants_ask_the_same_and_the_first_are_the_same_for_every_count() -> None:
    real = real_entries()
    many = [entry for entry, _ in variants(real, 8 * ENTRIES)]
    questions = [cut(question).key for entry in many for question in entry.questions]
    assert len(set(questions)) == len(questions) and len({entry.id for entry in many}) == len(many)
    assert [entry for entry, _ in variants(real, ENTRIES)] == many[:ENTRIES]
    assert all(1 <= len(entry.questions) <= 3 for entry in many)
    with pytest.raises(ValueError, match="at most"):
        next(variants(real[:1], MOST + 1))


def test_what_is_asked_is_not_stored() -> None:
    real = real_entries()
    stored = {question for entry, _ in variants(real, ENTRIES) for question in entry.questions}
    assert not stored & {text for text, _ in asked(real, 50, ENTRIES)}


def test_moved_vectors_are_as_like_as_real_neighbours() -> None:
    chance = np.random.default_rng(3)
    centres = chance.normal(size=(40, 64))
    pool = unit((np.repeat(centres, 10, axis=0) + 0.6 * chance.normal(size=(400, 64))).astype(np.float32))
    likeness = nearest_likeness(pool)
    reach = reach_for(pool, likeness)
    rows, seeds = chance.integers(400, size=(500,)), chance.integers(1 << 62, size=(2, 500), dtype=np.uint64)
    like = (moved(pool, rows, seeds[0], reach) * moved(pool, rows, seeds[1], reach)).sum(axis=1)
    assert float(np.median(like)) == pytest.approx(likeness, abs=0.05)


def test_a_small_size_runs_through_and_its_table_is_written(tmp_path: Path) -> None:
    real = size(ENTRIES // 2, cache=tmp_path / "pool.sqlite")
    both = size(ENTRIES, pool_size=ENTRIES // 2, cache=tmp_path / "pool.sqlite")
    assert real["vectors"] == "real" and both["vectors"] == "moved" and both["entries"] == ENTRIES
    assert both["reload_changed"] and both["recall"] == 1.0 and real["found_in_three"] > 0.5
    rows = [nearest(ENTRIES, kind, ENTRIES // 2, tmp_path / "pool.sqlite") for kind in ("flat", "hnsw")]
    failed = {"entries": 10**9, "vectors": 10**9, "kind": "flat", "failed": "MemoryError"}
    figures = {"date": "2026-01-01", "sizes": [real, both, failed], "nearest": [*rows, failed],
               "sizes_load": 0.1, "nearest_load": 0.1}  # fmt: skip
    readme = tmp_path / "README.md"
    readme.write_text(f"a\n{knowledge_report.START}\n{knowledge_report.END}\nb\n", encoding="utf-8")
    place(readme, knowledge_report.render(figures), knowledge_report.START, knowledge_report.END)
    text = readme.read_text(encoding="utf-8")
    assert "| 200 |" in text and "were not reached: MemoryError" in text and text.endswith("b\n")


def test_a_start_is_split_into_stages_and_a_saved_file_is_answered_from(tmp_path: Path) -> None:
    faq = tmp_path / "faq"
    faq.mkdir()
    for path in sorted(Settings().faq_dir.glob("*.yml"))[:2]:
        shutil.copy(path, faq)
    found = stages(faq, tmp_path / "vectors.sqlite")
    assert found["embedded"] > 0 and {"yaml", "cut", "embed", "index"} <= set(found)
    assert len(edits(faq, tmp_path / "vectors.sqlite", 1)["seconds"]) == 1


def test_rivals_answer_the_same_questions_on_the_same_entries(tmp_path: Path) -> None:
    found = knowledge_rivals.measure(1, limit=80, selector=False)
    assert found["source"] == "held_out" and set(found["systems"]) == {"ours", "plain", "bm25"}
    for system in found["systems"].values():
        assert 0 <= system["first"] <= system["in_three"] <= 1
    assert "Beside what else" in knowledge_report.render({"date": "", "rivals": found, "rivals_load": 0.0})


def test_the_development_set_is_asked_of_entries_that_exist() -> None:
    asked_ = knowledge_rivals.questions()
    ids = {entry.id for entry in asked_.entries}
    assert asked_.source == "dev" and len(asked_.asked) > 400 and len(asked_.outside) >= 300
    assert all(wanted <= ids for _, wanted in asked_.asked)


def test_parts_measured_at_different_times_are_kept_side_by_side(tmp_path: Path) -> None:
    knowledge.keep({"edit": 1}, tmp_path / "k.json")
    knowledge.keep({"start": 2}, tmp_path / "k.json")
    assert json.loads((tmp_path / "k.json").read_text()) == {"edit": 1, "start": 2}


def test_a_large_index_finds_what_adding_everything_up_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = [cut(question) for entry, _ in variants(real_entries(), ENTRIES) for question in entry.questions]
    sentences = NgramIndex([tokens.chars for tokens in stored])
    covers = [CoverIndex([[tokens.chars] for tokens in stored]), CoverIndex([[tokens.sounds] for tokens in stored])]
    allowed = np.random.default_rng(5).random(len(stored)) < 0.7
    for text, _ in asked(real_entries(), 40, ENTRIES):
        tokens, found = cut(text), []
        for limit in (matches.ALL_UP_TO, 0):
            monkeypatch.setattr(matches, "ALL_UP_TO", limit)
            spelled = sentences.match(tokens.chars)
            covered = matches.mean(covers[0].match(tokens.chars), covers[1].match(tokens.sounds))
            some = np.arange(0, len(stored), 3)
            found.append((spelled[some], covered[some], np.sort(spelled[spelled.top(20)]),
                          np.sort(covered[covered.top(20, allowed)])))  # fmt: skip
            monkeypatch.undo()
        for exact, pruned in zip(*found, strict=True):
            np.testing.assert_allclose(exact, pruned, atol=2e-6)
