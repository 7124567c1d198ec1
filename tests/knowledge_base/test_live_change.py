"""Files change under a running knowledge base."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.clock import FakeClock
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import HashingEncoder
from knowledge_base.errors import ReferenceUnknown
from knowledge_base.service import KnowledgeBase
from tests.knowledge_base.conftest import REFERENCES, SAMPLE, Opener, entry_data, write_faq


class Counting(HashingEncoder):
    """Counts what it embeds."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def encode_passages(self, texts):
        self.texts += texts
        return super().encode_passages(texts)


@pytest.fixture
def live(open_kb: Opener) -> Iterator[KnowledgeBase]:
    kb = open_kb()
    kb.start(interval=0.05)
    yield kb
    kb.close()


def until(condition, seconds: float = 2.0) -> float:
    """Seconds it took; fails after `seconds`."""
    started = time.perf_counter()
    while not condition():
        assert time.perf_counter() - started < seconds, "not in time"
        time.sleep(0.01)
    return time.perf_counter() - started


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_the_next_question_gets_the_new_answer_within_two_seconds(live: KnowledgeBase, faq: Path) -> None:
    edit(faq / "mobile.yml", "在 App 的账单页申请", "在首页申请")
    assert until(lambda: "首页" in live.search("电子发票怎么开").hits[0].text) < 2


def test_a_new_file_and_a_removed_file_are_followed(live: KnowledgeBase, faq: Path) -> None:
    new = entry_data(("gift", "生日有礼物吗", ["过生日送什么", "生日礼包", "生日福利"], "有。", "有。", {}))
    write_faq(faq, "gifts", [new])
    until(lambda: live.search("生日有礼物吗").hits[0].entry_id == "gift")
    (faq / "gifts.yml").unlink()
    until(lambda: live.search("生日有礼物吗").hits[0].entry_id != "gift")


@pytest.mark.parametrize("bad", [b"entries: [", "标题: 没有条目\n".encode(), "坏".encode("gbk"), b"", b"\x00\x01"])
def test_a_bad_file_keeps_the_last_good_one_and_says_so(live: KnowledgeBase, faq: Path, bad: bytes) -> None:
    good = (faq / "mobile.yml").read_bytes()
    version = live.snapshot.version
    (faq / "mobile.yml").write_bytes(bad)
    until(lambda: not live.status()["ok"])
    status = live.status()
    assert status["stale_files"] == ["mobile.yml"] and "mobile.yml" in status["errors"][0]
    assert live.search("电子发票怎么开").hits[0].entry_id == "invoice"
    assert live.snapshot.version == version
    (faq / "mobile.yml").write_bytes(good)
    until(lambda: live.status()["ok"])


def test_one_bad_file_does_not_hold_back_the_others(live: KnowledgeBase, faq: Path) -> None:
    (faq / "mobile.yml").write_text("entries: [", encoding="utf-8")
    edit(faq / "home.yml", "三年。", "五年。")
    until(lambda: live.search("积分多久过期").hits[0].text == "五年。")
    assert live.search("电子发票怎么开").hits[0].entry_id == "invoice"


def test_an_id_taken_from_another_file_is_laid_at_the_door_of_the_newcomer(live: KnowledgeBase, faq: Path) -> None:
    edit(faq / "home.yml", "id: points-expire", "id: invoice")
    until(lambda: not live.status()["ok"])
    assert live.status()["stale_files"] == ["home.yml"]
    assert live.search("积分多久过期").hits[0].entry_id == "points-expire"


def test_a_dead_reference_keeps_the_last_good_answer(live: KnowledgeBase, faq: Path) -> None:
    edit(faq / "mobile.yml", "fee.over_data.per_gb", "fee.gone.per_gb")
    until(lambda: not live.status()["ok"])
    assert "fee.gone.per_gb" in live.status()["errors"][0]
    assert live.search("套餐外流量怎么收费").hits[0].text == "每 GB 5 元。"


def test_a_file_that_is_bad_from_the_start_gives_its_good_entries(faq: Path, open_kb: Opener) -> None:
    edit(faq / "mobile.yml", "id: invoice", "id: 发票")
    kb = open_kb()
    assert not kb.status()["ok"] and kb.status()["entries"] == len(SAMPLE) - 1
    assert kb.search("账单几号出").hits[0].entry_id == "bill-day"


def test_unchanged_sentences_are_not_embedded_again(faq: Path, open_kb: Opener) -> None:
    encoder = Counting()
    kb = open_kb(encoder)
    encoder.texts.clear()
    edit(faq / "mobile.yml", "我要开发票报销", "开票报销怎么弄")
    assert kb.reload()
    assert encoder.texts == ["开票报销怎么弄"] and kb.status()["embedded"] == 1


def test_saving_without_change_keeps_the_snapshot(faq: Path, open_kb: Opener) -> None:
    kb = open_kb()
    snapshot = kb.snapshot
    (faq / "mobile.yml").touch()
    assert not kb.reload() and kb.snapshot is snapshot


def test_the_cache_on_disk_serves_the_next_start(tmp_path: Path, open_kb: Opener) -> None:
    first, second = Counting(), Counting()
    open_kb(first, cache_path=tmp_path / "cache" / "e.db")
    open_kb(second, cache_path=tmp_path / "cache" / "e.db")
    assert first.texts and not second.texts


def test_a_broken_or_unwritable_cache_costs_time_and_nothing_else(tmp_path: Path, open_kb: Opener) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"not a database" * 100)
    assert open_kb(cache_path=broken).search("电子发票怎么开").hits[0].entry_id == "invoice"
    assert open_kb(cache_path=Path("/proc/none/e.db")).search("电子发票怎么开").hits[0].entry_id == "invoice"


def test_a_cached_vector_of_the_wrong_size_is_computed_anew(tmp_path: Path) -> None:
    path = tmp_path / "e.db"
    EmbeddingCache(path).embed(HashingEncoder(), ["一", "二"])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE vectors SET vector = x'00'")
    assert EmbeddingCache(path).embed(HashingEncoder(), ["一", "二"])[1] == 2


def test_searches_never_fail_while_files_change(live: KnowledgeBase, faq: Path) -> None:
    stop, failures, count = threading.Event(), [], [0]

    def ask() -> None:
        while not stop.is_set():
            try:
                assert live.search("电子发票怎么开").hits[0].entry_id == "invoice"
                count[0] += 1
            except Exception as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(8):
        edit(faq / "mobile.yml", "在 App 的账单页申请", f"在 App 的账单页申请{number}")
        (faq / "home.yml").write_bytes((faq / "home.yml").read_bytes() if number % 2 else b"[")
        time.sleep(0.1)
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures and count[0] > 20


def test_when_the_catalogue_fails_the_last_figures_serve(faq: Path, clock: FakeClock) -> None:
    up = [True]

    def references(path: str) -> object:
        if not up[0]:
            raise ReferenceUnknown(path)
        return REFERENCES(path)

    kb = KnowledgeBase.open(faq, HashingEncoder(), references, clock=clock)
    up[0] = False
    assert kb.search("套餐外流量怎么收费").hits[0].text == "每 GB 5 元。"


def test_a_price_that_changes_in_the_catalogue_changes_the_answer_at_once(faq: Path, clock: FakeClock) -> None:
    price = {"fee.over_data.per_gb": 5}
    kb = KnowledgeBase.open(
        faq, HashingEncoder(), lambda path: price[path] if path in price else REFERENCES(path), clock=clock
    )
    price["fee.over_data.per_gb"] = 3
    assert kb.search("套餐外流量怎么收费").hits[0].speech == "每个G收三元。"
