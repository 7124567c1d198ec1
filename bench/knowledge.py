"""The knowledge base by size, from start to serving, from a saved file to its answer, and beside what else one could pick."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench import knowledge_rivals
from bench.contestants import OUT
from common.settings import ROOT, Settings

SIZES = (1_000, 10_000, 100_000, 1_000_000)
NEAREST_SIZES = (10_000, 100_000, 1_000_000)
KINDS = ("flat", "ivf", "hnsw")
#: Epochs of the ResponseSelector that fit in a quarter of an hour on two cores.
EPOCHS = 30
STARTS, EDITS = 3, 5
#: Longest measurement of one size or one index, seconds.
TIMEOUT = 5400.0
PARTS = ("sizes", "nearest", "start", "edit", "rivals")


def measure(
    parts: Sequence[str] = PARTS, sizes: Sequence[int] = SIZES, nearest: Sequence[int] = NEAREST_SIZES,
    epochs: int = EPOCHS,
) -> dict[str, Any]:
    """Each of `parts` in turn; what fails is told in its place and the rest goes on. Raw figures are kept at once."""
    found: dict[str, Any] = {}
    # The same entries in every part, should an editor save one meanwhile.
    frozen = OUT / "knowledge" / "faq"
    if Settings().faq_dir != frozen:
        shutil.rmtree(frozen, ignore_errors=True)
        shutil.copytree(Settings().faq_dir, frozen)
        os.environ["YIDA_FAQ_DIR"] = str(frozen)
    for part in parts:
        print(f"… knowledge base: {part}", flush=True)
        load = os.getloadavg()[0]
        if part == "sizes":
            found[part] = [_probe(["size", str(count)]) for count in sizes]
        elif part == "nearest":
            found[part] = [_probe(["nearest", str(count), kind]) for count in nearest for kind in KINDS]
        elif part == "rivals":
            found[part] = knowledge_rivals.measure(epochs)
        else:
            found[part] = start() if part == "start" else edit()
        found[f"{part}_load"] = round(load, 1)
        keep(found)
    return found


def start(rounds: int = STARTS) -> dict[str, Any]:
    """Medians of a start from nothing and of one from the caches, each `rounds` times in processes of their own."""
    with tempfile.TemporaryDirectory(prefix="bench-start-") as folder:
        cold, warm, staged = [], [], []
        for number in range(rounds):
            cache = Path(folder) / f"{number}.sqlite"
            cold.append(_started(["serve", str(Settings().faq_dir), str(cache)]))
            warm.append(_started(["serve", str(Settings().faq_dir), str(cache)]))
            staged.append(_started(["stages", str(Settings().faq_dir), str(Path(folder) / f"{number}-staged.sqlite")]))
    return {"cold": _medians(cold), "warm": _medians(warm), "stages": _medians(staged)}


def edit(count: int = EDITS) -> dict[str, Any]:
    """Seconds from a save to the new answer, on a copy of the project's files."""
    with tempfile.TemporaryDirectory(prefix="bench-edit-") as folder:
        faq = Path(folder) / "faq"
        shutil.copytree(Settings().faq_dir, faq)
        found = _started(["edits", str(faq), str(Path(folder) / "vectors.sqlite"), str(count)])
    return {"median": statistics.median(found["seconds"]), "longest": max(found["seconds"]), "count": count,
            "entries": found["entries"]}  # fmt: skip


def growth(rows: Sequence[dict[str, Any]], name: str) -> float | None:
    """The power of n by which a figure grows: the slope of its logarithm over that of the entries."""
    pairs = [(row["entries"], row[name]) for row in rows if row.get(name, 0) > 0]
    if len(pairs) < 2:
        return None
    entries, values = np.log([p[0] for p in pairs]), np.log([p[1] for p in pairs])
    return float(np.polyfit(entries, values, 1)[0])


def keep(found: dict[str, Any], path: Path = OUT / "knowledge.json") -> None:
    """Put parts just measured beside those of earlier runs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps(known | found, ensure_ascii=False, indent=1), encoding="utf-8")


def _probe(arguments: Sequence[str]) -> dict[str, Any]:
    """What the probe printed; where it failed, its arguments and the reason, so that the table can say so."""
    try:
        return _run("bench.knowledge_probe", arguments)
    except RuntimeError as error:
        print(f"✗ {' '.join(arguments)}: {error}", flush=True)
        return {"entries": int(arguments[1]), "vectors": int(arguments[1]), "kind": arguments[-1], "failed": str(error)}


def _started(arguments: Sequence[str]) -> dict[str, Any]:
    began = time.perf_counter()
    found = _run("bench.knowledge_start", arguments)
    return found | {"whole": time.perf_counter() - began}


def _run(module: str, arguments: Sequence[str]) -> dict[str, Any]:
    """Raises RuntimeError with the last line of the errors."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, "PYTHONHASHSEED": "0"}, timeout=TIMEOUT)  # fmt: skip
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    print(f"  {' '.join(map(str, arguments[:1]))} {json.dumps(found)[:300]}", flush=True)
    return found


def _medians(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {name: statistics.median(run[name] for run in runs) if isinstance(value, float) else value
            for name, value in runs[0].items()}  # fmt: skip
