"""Understanding alone: time of one parse on one thread, and accuracy on the held-out set, ours and stock."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from typing import Any

from bench.contestants import OURS, STOCK, Contestant
from bench.load import percentile
from bench.train import PYTHON, trained
from common.settings import ROOT

UTTERANCES = ROOT / "nlu" / "dev" / "utterances.tsv"
PASSES = 2
#: Longest measurement, seconds.
TIMEOUT = 900.0


def measure(contestants: Sequence[Contestant] = (OURS, STOCK), passes: int = PASSES,
            epochs: int | None = None) -> dict[str, Any]:
    """Parse the held-out set with all models, text by text in turn."""
    models = {c.name: trained(c, epochs) for c in contestants}
    command = [str(PYTHON), "-m", "bench.nlu_probe", str(UTTERANCES), str(passes),
               *(f"{name}={model.path}" for name, model in models.items())]
    print("… understanding: parsing the held-out set", flush=True)
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True,
                          timeout=TIMEOUT)
    if done.returncode != 0:
        raise RuntimeError(f"the probe failed: {done.stderr.strip().splitlines()[-1:]}")
    found = json.loads(done.stdout.strip().splitlines()[-1])
    total = found["utterances"]
    return {"utterances": total, "passes": passes, "epochs": epochs, "systems": {
        c.name: {"title": c.title, "accuracy": m["right"] / total, "answered_right": m["answered_right"] / total,
                 "fallback": m["fallback"] / total, "p50": percentile(m["ms"], 0.5), "p99": percentile(m["ms"], 0.99),
                 "load_seconds": m["load_seconds"], "train_seconds": models[c.name].seconds,
                 "styles": {k: round(r / n, 4) for k, (r, n) in sorted(m["styles"].items())}}
        for c in contestants for m in [found["models"][c.name]]}}
