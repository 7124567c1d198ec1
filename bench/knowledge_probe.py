"""Runs in a process of its own, so that memory is its own: one size, or one kind of index at one size.

`python -m bench.knowledge_probe size N` or `... nearest N KIND`; prints JSON in its last line. Both need
PYTHONHASHSEED set, as vectors are chosen by hash.
"""

from __future__ import annotations

import gc
import itertools
import json
import resource
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np

from bench.contestants import OUT
from bench.knowledge_entries import asked, variants
from bench.knowledge_vectors import PerturbedEncoder
from bench.load import percentile
from common.clock import SystemClock
from common.settings import Settings
from knowledge_base import matching
from knowledge_base.calibration import load_calibration
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import Encoder, Vectors
from knowledge_base.encoder_choice import TUNED, open_encoder
from knowledge_base.entry import Entry
from knowledge_base.last_good import FaqFolder
from knowledge_base.loader import load_folder
from knowledge_base.matching import cut, cut_stored
from knowledge_base.nearest import FLAT_UP_TO, Kind, Nearest
from knowledge_base.render import no_references
from knowledge_base.service import KnowledgeBase
from knowledge_base.snapshot import profile_of

WORK = OUT / "knowledge"
#: Entries whose sentences are embedded by the real encoder; larger bases get moved copies of these vectors.
POOL = 10_000
#: Entries up to which vectors come from the embedding cache.
CACHED_UP_TO = 100_000
QUESTIONS = 300
#: Searches a second while a reload runs, and the threads that answer them.
RATE, THREADS = 50.0, 4
_NEIGHBOURS = 10

#: A text, the number of its entry, and which of its questions it is; -1: its keywords and answer.
Placed = tuple[str, int, int]


class Held:
    """Entries in memory in place of a folder: YAML is measured by itself, as it is read file by file."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = tuple(entries)
        self.problems: tuple[object, ...] = ()
        self.stale: tuple[str, ...] = ()

    def refresh(self) -> None: ...


class Direct:
    """In place of the embedding cache: its file is written in random order and is larger than what memory can
    keep at hand at a million entries, so a build would measure the disk. Moved vectors are quickly made again."""

    def embed(self, encoder: Encoder, texts: Sequence[str]) -> tuple[Vectors, int]:
        return encoder.encode_passages(texts), len(texts)


@lru_cache(maxsize=1)
def real_entries() -> tuple[Entry, ...]:
    """The project's own, those with at least two similar questions."""
    return tuple(entry for entry in load_folder(Settings().faq_dir).entries if len(entry.similar) > 1)


def size(count: int, pool_size: int = POOL, cache: Path | None = None) -> dict[str, Any]:
    """Everything that is measured of one size. Times in seconds unless the name says ms; memory in MB."""
    real, encoder = real_entries(), open_encoder(TUNED, Settings().models_dir)
    cache = cache or WORK / "pool.sqlite"
    cache.parent.mkdir(parents=True, exist_ok=True)
    calibration = load_calibration(encoder.name)
    encoder.encode_queries(["预热"])
    before_entries = _rss()
    entries = [entry for entry, _ in variants(real, count)]
    found: dict[str, Any] = {"entries": count, "sentences": sum(len(e.questions) for e in entries),
                             "entries_mb": _rss() - before_entries, "vectors": "real"}  # fmt: skip
    used: Encoder = encoder
    started = time.perf_counter()
    texts = list(_texts(entries))
    found["cut"] = time.perf_counter() - started
    if count > pool_size:
        used = perturbed(real, texts, pool_size, encoder, EmbeddingCache(cache))
        found |= {"vectors": "moved", "likeness": round(used.likeness, 4), "reach": round(used.reach, 4)}
        cache = cache.with_name(f"moved-{count}.sqlite")
        cache.unlink(missing_ok=True)
    found |= {"cached": count <= CACHED_UP_TO, "embed": 0.0}
    store = EmbeddingCache(cache) if found["cached"] else cast(EmbeddingCache, Direct())
    if found["cached"]:
        started, found["embedded"] = time.perf_counter(), 0
        for start in range(0, len(texts), 20_000):
            found["embedded"] += store.embed(used, [text for text, _, _ in texts[start : start + 20_000]])[1]
        found["embed"] = time.perf_counter() - started
        store = EmbeddingCache(cache)
    del texts
    cut_stored.cache_clear()
    gc.collect()
    before, held = _rss(), Held(entries)
    started, spent = time.perf_counter(), time.process_time()
    # The knowledge base as it serves, over entries in memory; all vectors are in the cache by now.
    kb = KnowledgeBase(cast(FaqFolder, held), used, store, no_references, calibration, SystemClock())
    found |= {"build": time.perf_counter() - started, "build_cpu": time.process_time() - spent}
    gc.collect()
    found |= {"memory_mb": _rss() - before, "peak_mb": _peak(), "kind": kb.snapshot.near.kind}
    found |= _searches(kb, real, count)
    # The next snapshot stands beside the one that serves, and its vectors are read before they are centred.
    needed, free = 1.4 * found["memory_mb"], _available()
    found |= _reload(kb, held, real, count) if needed < free else {"reload_needs_mb": needed, "free_mb": free}
    found["peak_mb"] = _peak()
    return found


def _searches(kb: KnowledgeBase, real: Sequence[Entry], count: int) -> dict[str, Any]:
    questions = list(asked(real, QUESTIONS, count))
    for text, _ in asked(real, 20, max(1, count - 1)):
        kb.search(f"{text}呀")
    whole, without, right = [], [], 0
    for text, position in questions:
        started = time.perf_counter()
        result = kb.search(text)
        whole.append((time.perf_counter() - started) * 1000)
        right += any(hit.entry_id == kb.snapshot.entries[position].id for hit in result.hits)
    spent = time.process_time()
    for text, _ in questions:  # their vectors are remembered by now
        started = time.perf_counter()
        kb.search(text)
        without.append((time.perf_counter() - started) * 1000)
    spent = (time.process_time() - spent) * 1000 / len(questions)
    vectors = kb.snapshot.centred(np.concatenate([kb._questions[matching.asked(text, kb.snapshot.by_key).text] for text, _ in questions]))
    return {"p50_ms": percentile(whole, 0.5), "p99_ms": percentile(whole, 0.99),
            "cpu_without_encoder_ms": spent, "p50_without_encoder_ms": percentile(without, 0.5), "p99_without_encoder_ms": percentile(without, 0.99),
            "found_in_three": right / len(questions), "recall": recall(kb.snapshot.near, vectors)}  # fmt: skip


def _reload(kb: KnowledgeBase, held: Held, real: Sequence[Entry], count: int) -> dict[str, Any]:
    """One answer and one question edited while searches arrive `RATE` times a second; their latency from when they
    were due."""
    stop, late = threading.Event(), list[float]()

    def ask(due: float, text: str) -> None:
        kb.search(text)
        late.append((time.perf_counter() - due) * 1000)

    def send(pool: ThreadPoolExecutor) -> None:
        due = time.perf_counter()
        for text in _stream(real, count):
            if stop.wait(max(0.0, due - time.perf_counter())):
                return
            pool.submit(ask, due, text)
            due += 1 / RATE

    entries = list(held.entries)
    entries[count // 2] = replace(entries[count // 2], question=f"{entries[count // 2].question}呢",
                                  answer=replace(entries[count // 2].answer, text="改过的答案"))  # fmt: skip
    with ThreadPoolExecutor(THREADS) as pool:
        sender = threading.Thread(target=send, args=(pool,))
        sender.start()
        time.sleep(1.0)
        quiet = len(late)
        held.entries = tuple(entries)
        started = time.perf_counter()
        changed = kb.reload()
        seconds = time.perf_counter() - started
        stop.set()
        sender.join()
        during = late[quiet:]
        pool.shutdown(wait=True, cancel_futures=True)
    return {"reload": seconds, "reload_changed": changed, "reload_searches": len(during),
            "reload_p50_ms": percentile(during, 0.5), "reload_p99_ms": percentile(during, 0.99),
            "reload_offered": RATE, "reload_answered": len(during) / seconds}  # fmt: skip


def nearest(count: int, kind: Kind, pool_size: int = POOL, cache: Path | None = None) -> dict[str, Any]:
    """One kind of index over `count` moved vectors; questions are moved from the pool too."""
    real, encoder = real_entries(), open_encoder(TUNED, Settings().models_dir)
    pool = unique_pool(real, min(pool_size, count), encoder, EmbeddingCache(cache or WORK / "pool.sqlite"))
    chance = np.random.default_rng(11)
    near = PerturbedEncoder(encoder, pool, np.zeros(1, np.int64), np.zeros(1, np.int32))
    seeds = chance.integers(1 << 62, size=count + QUESTIONS, dtype=np.uint64)
    rows = chance.integers(len(pool), size=count + QUESTIONS)
    mean = pool.mean(axis=0, keepdims=True)
    vectors = np.empty((count + QUESTIONS, pool.shape[1]), dtype=np.float32)
    for start in range(0, len(vectors), 50_000):
        part = slice(start, start + 50_000)
        moved = near.moved(rows[part], seeds[part]) - mean
        vectors[part] = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    stored, questions = vectors[:count], vectors[count:]
    gc.collect()
    before, started = _rss(), time.perf_counter()
    index = Nearest(stored, kind)
    seconds, memory = time.perf_counter() - started, _rss() - before
    times = []
    for vector in questions:
        started = time.perf_counter()
        index.top(vector, 96)
        times.append((time.perf_counter() - started) * 1000)
    return {"vectors": count, "kind": kind, "build": seconds, "memory_mb": memory, "p50_ms": percentile(times, 0.5),
            "p99_ms": percentile(times, 0.99), "recall": recall(index, questions)}  # fmt: skip


def recall(index: Nearest, vectors: Vectors) -> float:
    """Share of the ten nearest by exact search that the index gives among its own ten nearest."""
    hits = 0
    for vector in vectors:
        likeness = index.vectors @ vector
        exact = np.sort(np.partition(likeness, -_NEIGHBOURS)[-_NEIGHBOURS:])
        given = likeness[index.top(vector, _NEIGHBOURS)]
        # By likeness, not by row: the same sentence may stand in several entries.
        hits += int((given >= exact[0] - 1e-6).sum())
    return hits / (len(vectors) * min(_NEIGHBOURS, len(index)))


def perturbed(
    real: Sequence[Entry], texts: Sequence[Placed], pool_size: int, encoder: Encoder, cache: EmbeddingCache
) -> PerturbedEncoder:
    """For `texts`, from the vectors of the first `pool_size` variants: of the same entry and the same phrasing."""
    groups: dict[tuple[int, int], list[int]] = {}
    pooled = [placed for placed in texts if placed[1] < pool_size]
    for row, (_, number, phrasing) in enumerate(pooled):
        groups.setdefault((number % len(real), phrasing), []).append(row)
    pool = cache.embed(encoder, [text for text, _, _ in pooled])[0]
    pairs, everything = dict[int, int](), range(len(pool))
    for text, number, phrasing in texts:
        template = number % len(real)
        rows = groups.get((template, phrasing)) or groups.get((template, 0)) or everything
        pairs[hash(text)] = rows[number // len(real) % len(rows)]
    keys = np.fromiter(pairs, dtype=np.int64, count=len(pairs))
    order = np.argsort(keys)
    chosen = np.fromiter(pairs.values(), dtype=np.int32, count=len(pairs))
    return PerturbedEncoder(encoder, pool, keys[order], chosen[order])


def unique_pool(real: Sequence[Entry], size: int, encoder: Encoder, cache: EmbeddingCache) -> Vectors:
    """Vectors of all questions of the pool."""
    texts = [_text(question) for entry, _ in variants(real, size) for question in entry.questions]
    return cache.embed(encoder, list(dict.fromkeys(texts)))[0]


def _texts(entries: Sequence[Entry]) -> Iterator[Placed]:
    """What is embedded of each entry."""
    for number, entry in enumerate(entries):
        for phrasing, question in enumerate(entry.questions):
            yield _text(question), number, phrasing
        yield profile_of(entry).gist, number, -1


def _text(question: str) -> str:
    return cut(question).text


def _stream(real: Sequence[Entry], count: int) -> Iterator[str]:
    """Questions without end, no two the same."""
    for turn in itertools.count():
        for text, _ in asked(real, 997, count):
            yield f"{text}{'，' + str(turn) if turn else ''}"


def _rss() -> float:
    """Resident memory of this process now, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _available() -> float:
    """Memory that can still be had, MB."""
    lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    return int(lines["MemAvailable"].split()[0]) / 1e3


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main() -> None:
    what, count = sys.argv[1], int(sys.argv[2])
    # Rather a MemoryError here than another process killed for want of memory.
    most = int(0.9 * _available() * 1e6)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    found: dict[str, Any]
    if what == "size":
        found = size(count)
    else:
        if sys.argv[3] not in get_args(Kind):
            raise SystemExit(f"kind must be one of {get_args(Kind)}. Got {sys.argv[3]}")
        found = nearest(count, cast(Kind, sys.argv[3]))
    print(json.dumps(found | {"flat_up_to": FLAT_UP_TO}))


if __name__ == "__main__":
    main()
