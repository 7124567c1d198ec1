"""Counts of entries: written behind the turn, once a turn, by several processes at once."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest
import sqlalchemy as sa

from common.clock import CHINA, FakeClock, SystemClock
from common.trace import tracing
from knowledge_base.mining.recorder import MAX_WAITING, Recorder
from knowledge_base.mining.tables import open_store
from knowledge_base.mining.usage import EntryUsage, Usage, top_misses, wilson
from knowledge_base.misses import Misses
from tests.service_desk.test_postgres import postgres  # noqa: F401


def of(usage: Usage, entry_id: str) -> EntryUsage:
    return next(one for one in usage.by_entry() if one.entry_id == entry_id)


def test_one_turn_counts_once_and_one_flush_writes_many(url: str, clock: FakeClock) -> None:
    store = open_store(url)
    recorder, usage = Recorder(store, clock), Usage(store)
    for turn in ("a:1", "a:1", "a:2", ""):
        recorder.count(turn, "bill-day", "served")
    recorder.count("", "bill-day", "served")
    recorder.count("a:3", ["bill-day", "puk"], "offered")
    assert usage.by_entry() == [] and recorder.flush() == 6
    recorder.count("a:2", "bill-day", "served")
    recorder.count("a:2", "bill-day", "helpful")
    assert recorder.flush() == 1 and recorder.flush() == 0
    assert of(usage, "bill-day") == EntryUsage("bill-day", 4, 1, 0, 1, 0, dt.date(2026, 3, 2))
    assert usage.hits() == {"bill-day": 4, "puk": 0}


def test_days_are_kept_apart_and_entries_never_used_since_a_day_are_found(url: str, clock: FakeClock) -> None:
    store = open_store(url)
    recorder, usage = Recorder(store, clock), Usage(store)
    recorder.count("a:1", "puk", "served")
    clock.advance(86400)
    recorder.count("a:2", "invoice", "offered")
    recorder.flush()
    entries = ["invoice", "puk", "bill-day"]
    assert usage.never_used(entries) == ["bill-day"]
    assert usage.never_used(entries, dt.date(2026, 3, 3)) == ["puk", "bill-day"]
    assert [one.entry_id for one in usage.by_entry(until=dt.date(2026, 3, 2))] == ["puk"]


def test_a_turn_is_never_held_up_and_closing_writes_what_waits(url: str) -> None:
    store = open_store(url)
    recorder = Recorder(store, SystemClock(), interval=0.05)
    started = time.perf_counter()
    for number in range(2000):
        recorder.count(f"a:{number}", "puk", "served")
    assert (time.perf_counter() - started) / 2000 < 0.001
    recorder.start()
    deadline = time.monotonic() + 20
    while not Usage(store).by_entry() and time.monotonic() < deadline:
        time.sleep(0.05)
    recorder.count("b:1", "puk", "served")
    recorder.close()
    assert of(Usage(store), "puk").served == 2001


def test_notes_wait_while_the_database_is_away(url: str, clock: FakeClock) -> None:
    store = open_store(url)
    recorder = Recorder(store, clock)
    with sa.create_engine(url).begin() as connection:
        connection.exec_driver_sql("ALTER TABLE kb_usage RENAME TO kb_gone")
        recorder.count("a:1", "puk", "served")
        connection.commit()
    assert recorder.flush() == 0
    with sa.create_engine(url).begin() as connection:
        connection.exec_driver_sql("ALTER TABLE kb_gone RENAME TO kb_usage")
    assert recorder.flush() == 1 and of(Usage(store), "puk").served == 1
    for number in range(MAX_WAITING + 5):
        recorder.count(f"a:{number}", "puk", "offered")
    assert len(recorder._waiting) == MAX_WAITING


def test_misses_go_the_same_way_masked_and_once(url: str, clock: FakeClock) -> None:
    recorder, misses = Recorder(open_store(url), clock), Misses(sa.create_engine(url), clock)
    with tracing("t1"):
        recorder.miss("a:1", "我是13800000001，打不通", "none", None, "web")
        recorder.miss("a:1", "我是13800000001，打不通", "none", None, "web")
    recorder.miss("a:1", "我是138****0001，打不通", "handed_over", trace="t1", nearest="puk", probability=0.2)
    recorder.flush()
    first, second = misses.recent()[::-1]
    assert first.question == "我是138****0001，打不通" and (first.reason, second.reason) == ("none", "handed_over")
    assert (second.nearest, second.probability) == ("puk", 0.2)
    (top,) = top_misses(misses.recent()[::-1])
    assert (top.times, top.reasons) == (1, {"none": 1, "handed_over": 1})
    assert [m.reason for m in misses.between(clock.now() - dt.timedelta(1))] == ["none", "handed_over"]
    assert misses.between(clock.now() + dt.timedelta(1)) == [] and first.at == clock.now() and first.at.tzinfo == CHINA


@pytest.mark.parametrize(("good", "of_", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (1, 1, 0.2065, 1.0)])
def test_the_interval_is_wilsons(good: int, of_: int, low: float, high: float) -> None:
    share = wilson(good, of_)
    assert share and (round(share.low, 4), round(share.high, 4)) == (low, high)
    assert wilson(0, 0) is None


def test_two_processes_count_the_same_turns_once_on_postgresql(postgres: str) -> None:  # noqa: F811
    clock = FakeClock()
    stores = [open_store(postgres) for _ in range(2)]
    recorders = [Recorder(store, clock) for store in stores]
    for recorder in recorders:
        for number in range(300):
            recorder.count(f"a:{number}", f"entry-{number % 7}", "served")
        recorder.miss("a:1", "没有的问题", "none", trace="t")
    threads = [threading.Thread(target=recorder.flush) for recorder in recorders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine = sa.create_engine(postgres)
    assert sum(one.served for one in Usage(stores[0]).by_entry()) == 300
    assert len(Misses(engine, clock).recent()) == 1
    engine.dispose()
    for store in stores:
        store.close()
