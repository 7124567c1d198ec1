"""From misses to proposals, and from proposals to the files."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from common.clock import FakeClock
from common.settings import ROOT
from knowledge_base.check import check_folder
from knowledge_base.editing.errors import EditRefused
from knowledge_base.encoder import HashingEncoder, unit
from knowledge_base.encoder_choice import open_encoder
from knowledge_base.loader import load_folder
from knowledge_base.matching import cut
from knowledge_base.mining.alike import Alike
from knowledge_base.mining.cluster import link, medoid, varied
from knowledge_base.mining.errors import EditLosesMore, ProposalUnknown
from knowledge_base.mining.propose import Proposal
from tests.knowledge_base.conftest import REFERENCES
from tests.knowledge_base.mining.conftest import END, FOREIGN, INVOICE, Loop
from tests.service_desk.test_postgres import postgres  # noqa: F401

Opener = Callable[..., Loop]


def by_kind(loop: Loop, kind: str) -> Proposal:
    return next(proposal for proposal in loop.miner.proposals() if proposal.kind == kind)


def test_questions_of_one_meaning_come_together_the_most_asked_first(loop: Loop) -> None:
    loop.ask(INVOICE)
    loop.ask(END, times=2)
    loop.ask(FOREIGN, times=2)
    loop.ask(["PUK码在哪里查"])
    found = loop.miner.proposals()
    assert [(p.kind, p.size) for p in found] == [("new", 10), ("outside", 6), ("similar", 5)]
    assert {q.text for q in found[0].members} == set(END) and {q.text for q in found[2].members} == set(INVOICE)
    assert found[0].representative in END and set(found[0].samples) <= set(END)
    assert found[0].reasons.keys() <= {"none", "not_chosen"} and found[2].nearest == "invoice"
    assert loop.miner.proposals() == found


def test_spellings_are_folded_and_one_asking_with_two_fates_counts_once(loop: Loop) -> None:
    loop.ask(["宽带合约怎么解约？", "宽带合约怎么解约", "宽带 合约怎么解约"])
    last = loop.misses.recent()[0]
    loop.recorder.miss("later", last.question, "handed_over", trace=last.trace)
    loop.recorder.flush()
    (proposal,) = loop.miner.proposals()
    assert proposal.size == 3 and len(proposal.members) == 1 and proposal.reasons["handed_over"] == 1


def test_a_known_entry_gets_the_questions_it_has_not_got_as_a_diff_of_its_file(loop: Loop) -> None:
    loop.ask([*INVOICE, "电子发票怎么开？", "电子发票下载 13800000001 的"])
    proposal = by_kind(loop, "similar")
    assert proposal.entry_id == "invoice" and set(proposal.additions) <= set(INVOICE) and len(proposal.additions) >= 3
    lines = proposal.diff.splitlines()
    assert lines[:2] == ["--- a/mobile.yml", "+++ b/mobile.yml"]
    assert {line[1:].strip(" -") for line in lines[2:] if line.startswith("+")} == set(proposal.additions)
    assert not any(line.startswith("-") for line in lines[2:])


def test_a_new_entry_is_drafted_with_an_answer_that_the_check_refuses_until_it_is_written(loop: Loop) -> None:
    loop.ask(END)
    proposal = by_kind(loop, "new")
    assert proposal.form and proposal.form["question"] in END and set(proposal.form["similar"]) < set(END)
    assert proposal.entry_id and proposal.entry_id.startswith("mined-") and "解约" in proposal.form["keywords"]
    with pytest.raises(EditRefused):
        loop.edits.save(None, proposal.category, proposal.form, None, "李编辑")
    name = proposal.diff.splitlines()[0].removeprefix("--- a/")
    accepted = loop.miner.accept(proposal, "李编辑")
    draft = loop.drafts.get(accepted.draft_id)
    assert (accepted.how, draft.state, draft.author, draft.entry_id) == ("draft", "draft", "李编辑", None)
    assert (loop.faq / name).exists() and "mined-" not in (loop.faq / name).read_text("utf-8")
    with pytest.raises(EditRefused):
        loop.drafts.submit(draft.draft_id, draft.version, "李编辑")
    form = {**draft.form, "answer": {"text": "带身份证到营业厅办。", "speech": "请带身份证到营业厅办。"}}
    draft = loop.drafts.save_draft(form, "李编辑", draft.category, draft_id=draft.draft_id, version=draft.version)
    draft = loop.drafts.submit(draft.draft_id, draft.version, "李编辑")
    loop.drafts.approve(draft.draft_id, draft.version, "王审核")
    loop.kb.reload()
    assert loop.kb.search(END[2]).hits[0].entry_id == proposal.entry_id
    assert not [p for p in check_folder(load_folder(loop.faq), REFERENCES, loop.clock.now().date()) if p.level == "error"]


def test_accepting_measures_saves_and_does_not_propose_again(loop: Loop) -> None:
    loop.ask(INVOICE)
    proposal = by_kind(loop, "similar")
    accepted = loop.miner.accept(proposal, "李编辑")
    assert accepted.how == "saved" and accepted.version and accepted.effect
    assert accepted.effect.asked == len(INVOICE) and accepted.effect.after >= accepted.effect.before
    assert accepted.effect.stored > 20 and "答对" in accepted.effect.sentence_zh
    loop.kb.reload()
    assert set(proposal.additions) <= set(loop.kb.entry("invoice").similar)
    assert loop.miner.proposals() == []
    with pytest.raises(ProposalUnknown):
        loop.miner.find("1")
    loop.ask(["电子发票怎么下载到手机里"] * 3)
    assert [p.size for p in loop.miner.proposals()] == [3]


def test_an_edit_that_costs_others_more_is_refused_unless_forced(loop: Loop) -> None:
    loop.ask(INVOICE)
    proposal = by_kind(loop, "similar")
    stealing = ["宽带移机怎么办理呀", "搬家了宽带能迁走吗呀", "移机要多少钱呀", "换个地址装宽带呀", *INVOICE]
    assert proposal.form
    bad = dataclasses.replace(proposal, form={**proposal.form, "similar": stealing})
    with pytest.raises(EditLosesMore) as refused:
        loop.miner.accept(bad, "李编辑")
    assert refused.value.effect.stolen and "抢走" in refused.value.message_zh
    assert loop.miner.proposals()
    assert loop.miner.accept(bad, "李编辑", force=True).how == "saved"


def test_what_is_foreign_is_put_aside_for_good_and_a_bad_answer_until_it_is_asked_again(loop: Loop) -> None:
    loop.ask(FOREIGN, times=2)
    loop.ask(["账单几号出"] * 4, answered="not_helpful")
    kinds = {p.kind: p for p in loop.miner.proposals()}
    assert set(kinds) == {"outside", "rewrite"} and kinds["rewrite"].nearest == "bill-day"
    assert {loop.miner.accept(p, "李编辑").how for p in kinds.values()} == {"outside", "seen"}
    assert loop.miner.proposals() == []
    loop.ask(FOREIGN, times=2)
    loop.ask(["账单几号出"] * 4, answered="not_helpful")
    assert [p.kind for p in loop.miner.proposals()] == ["rewrite"]


def test_a_period_and_a_size_bound_what_is_proposed(loop: Loop) -> None:
    loop.ask(INVOICE)
    loop.clock.advance(40 * 86400)
    loop.ask(["宽带合约怎么解约"] * 2)
    assert loop.miner.proposals() == [] and len(loop.miner.proposals(min_size=2)) == 1
    assert len(loop.miner.proposals(dt.date(2026, 3, 1))) == 1


def test_mean_linkage_by_islands_is_mean_linkage(clock: FakeClock) -> None:
    from sklearn.cluster import AgglomerativeClustering

    texts = [*END, *INVOICE, *FOREIGN, "PUK码在哪里查", "怎么查PUK码", "查PUK码"]
    tokens = [cut(text) for text in texts]
    vectors = HashingEncoder().encode_queries(texts)
    alike = Alike(tokens, unit(vectors - vectors.mean(axis=0)))
    likeness = alike.among(np.arange(len(texts)))
    whole = AgglomerativeClustering(None, metric="precomputed", linkage="average", distance_threshold=0.7)
    labels = whole.fit_predict(1.0 - (likeness + likeness.T) / 2)
    mine = {tuple(group.tolist()) for group in link(alike, 0.3)}
    assert mine == {tuple(np.flatnonzero(labels == label).tolist()) for label in set(labels)}
    assert medoid(likeness[:5, :5], [1, 1, 1, 1, 100]) == 4
    assert varied(likeness, 0, 99, 0.15)[0] == 0 and len(set(varied(likeness, 0, 6))) == 6


def test_twenty_thousand_questions_are_linked_within_half_a_minute() -> None:
    chance = np.random.default_rng(7)
    themes = unit(chance.normal(size=(1500, 384)).astype(np.float32))
    owners = np.sort(chance.integers(0, 1500, 20_000))
    vectors = unit(themes[owners] + 0.03 * chance.normal(size=(20_000, 384)).astype(np.float32))
    words = [f"{chr(0x4E00 + owner)}{chr(0x5A00 + owner % 97)}{chr(0x6200 + n % 1009)}怎么办理" for n, owner in enumerate(owners)]
    tokens = [cut(word) for word in words]
    started = time.process_time()
    groups = link(Alike(tokens, vectors), 0.4)
    assert time.process_time() - started < 60  # of both cores together
    assert sum(len({owners[row] for row in group}) == 1 for group in groups) / len(groups) > 0.99
    assert len(groups) < 2000


def test_the_default_encoder_brings_together_what_shares_no_words(open_loop: Opener, tmp_path: Path) -> None:
    loop = open_loop(encoder=open_encoder("tuned", ROOT / "models"), cache=tmp_path / "vectors.db")
    loop.ask([*END, "合同没到期不想用宽带了", "宽带没到期要退掉"])
    loop.ask(INVOICE)
    found = loop.miner.proposals()
    assert {p.kind for p in found} <= {"new", "similar", "rewrite"} and len(found) <= 3
    of = {q.text: p.code for p in found for q in p.members}
    assert len({of.get(text) for text in END}) == 1 and len({of.get(text) for text in INVOICE}) <= 2


def test_the_loop_runs_unchanged_on_postgresql(open_loop: Opener, postgres: str) -> None:  # noqa: F811
    loop = open_loop(postgres)
    loop.ask(INVOICE)
    loop.ask(FOREIGN, times=2)
    for proposal in loop.miner.proposals():
        loop.miner.accept(proposal, "李编辑", as_draft=True)
    assert loop.miner.proposals() == [] and len(loop.drafts.listing()) == 1
    loop.ask(INVOICE)
    loop.handled.mark(loop.miner.proposals()[0].members, "seen", "invoice", "王审核")
    assert loop.miner.proposals() == []
