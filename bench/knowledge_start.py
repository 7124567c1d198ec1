"""From nothing to the first answer, and from a saved file to the new one. Each runs in a process of its own.

`python -m bench.knowledge_start stages|serve FAQ CACHE` or `... edits FAQ CACHE N`; prints JSON in its last line.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

#: Longest wait for a new answer, seconds, and how often it is asked for.
LONGEST, EVERY = 30.0, 0.01
_MARK = "测速第"


def stages(faq: Path, cache: Path) -> dict[str, Any]:
    """Seconds of each stage, one after the other, by the parts that a start runs: afterwards nothing is left to do
    but what the stage itself takes, as sentences stay cut and vectors stay in the cache."""
    started = time.perf_counter()
    from bss.catalogue.loader import default_catalogue
    from common.clock import SystemClock
    from common.settings import Settings
    from knowledge_base.calibration import load_calibration
    from knowledge_base.embedding_cache import EmbeddingCache
    from knowledge_base.encoder_choice import TUNED, open_encoder
    from knowledge_base.last_good import FaqFolder
    from knowledge_base.matching import cut_stored
    from knowledge_base.snapshot import build_snapshot, outside_texts, profile_of

    times = {"import": time.perf_counter() - started}

    def stage(name: str) -> None:
        nonlocal started
        times[name] = time.perf_counter() - started
        started = time.perf_counter()

    started = time.perf_counter()
    folder = FaqFolder(faq, default_catalogue().lookup)
    folder.refresh()
    stage("yaml")
    encoder, store = open_encoder(TUNED, Settings().models_dir), EmbeddingCache(cache)
    texts = [cut_stored(question).text for entry in folder.entries for question in entry.questions]
    texts += [profile_of(entry).gist for entry in folder.entries]
    texts += [cut_stored(text).text for text in outside_texts()[0]]
    stage("cut")
    embedded = store.embed(encoder, texts)[1]
    stage("embed")
    snapshot = build_snapshot(
        folder.entries, encoder, store, load_calibration(encoder.name), SystemClock().now()
    )
    stage("index")
    return {"entries": len(snapshot.entries), "sentences": len(snapshot.sentences), "embedded": embedded, **times}


def serve(faq: Path, cache: Path) -> dict[str, Any]:
    """Opens the knowledge base and asks; whoever started the process times it whole."""
    began = time.perf_counter()
    kb = _open(faq, cache)
    opened = time.perf_counter() - began
    result = kb.search("我的话费余额怎么查")
    return {"open": opened, "first": time.perf_counter() - began - opened, "outcome": result.outcome,
            "embedded": kb.status()["embedded"], "build": kb.status()["build_seconds"]}  # fmt: skip


def edits(faq: Path, cache: Path, count: int) -> dict[str, Any]:
    """Seconds from the saving of a file to the first question that gets the new answer, `count` times."""
    kb = _open(faq, cache)
    kb.start()
    try:
        entry = max((e for e in kb.snapshot.entries if not e.limited), key=lambda e: (e.file, e.line))
        path, seconds = faq / entry.file, []
        kb.search(entry.question)
        time.sleep(1.0)
        for number in range(count):
            before = path.read_text(encoding="utf-8")
            head, _, tail = before.partition(f"id: {entry.id}\n")
            lines = tail.split("\n")
            place = next(i for i, line in enumerate(lines) if line.strip() == "text: |" or line.strip().startswith("text: "))
            if lines[place].strip() == "text: |":
                lines[place + 1] = f"        {_MARK}{number}次。{lines[place + 1].strip()}"
            else:
                lines[place] = f"      text: {_MARK}{number}次。"
            # A sentence that was never embedded comes along, as when an editor adds one.
            similar = next(i for i, line in enumerate(lines) if line.strip() == "similar:")
            lines.insert(similar + 1, f"      - {_MARK}{number}次的{entry.question}"[:70])
            aside = path.with_name(f".{path.name}.new")
            aside.write_text(f"{head}id: {entry.id}\n" + "\n".join(lines), encoding="utf-8")
            started = time.perf_counter()
            aside.replace(path)
            while f"{_MARK}{number}次" not in kb.search(entry.question).hits[0].text:
                if time.perf_counter() - started > LONGEST:
                    raise TimeoutError(f"no new answer after {LONGEST:g} s: {kb.status()['errors']}")
                time.sleep(EVERY)
            seconds.append(time.perf_counter() - started)
            time.sleep(0.5)
    finally:
        kb.close()
    return {"seconds": seconds, "entries": len(kb.snapshot.entries)}


def _open(faq: Path, cache: Path) -> Any:
    from bss.catalogue.loader import default_catalogue
    from common.settings import Settings
    from knowledge_base.encoder_choice import TUNED, open_encoder
    from knowledge_base.service import KnowledgeBase

    return KnowledgeBase.open(faq, open_encoder(TUNED, Settings().models_dir), default_catalogue().lookup, cache)


def main() -> None:
    what, faq, cache = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    found = edits(faq, cache, int(sys.argv[4])) if what == "edits" else {"stages": stages, "serve": serve}[what](faq, cache)
    print(json.dumps(found), flush=True)
    # The interpreter's own tidying up is no part of a start.
    os._exit(0)


if __name__ == "__main__":
    main()
