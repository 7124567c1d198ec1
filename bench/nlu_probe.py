"""Runs in the Rasa environment: parses each text with every model in turn, on one thread, and prints JSON.

`python -m bench.nlu_probe UTTERANCES.tsv PASSES NAME=MODEL.tar.gz ...`
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_INTRA_OP_PARALLELISM_THREADS",
              "TF_INTER_OP_PARALLELISM_THREADS"):
    os.environ[_name] = "1"
os.environ.update(RASA_TELEMETRY_ENABLED="false", TF_CPP_MIN_LOG_LEVEL="3", SQLALCHEMY_SILENCE_UBER_WARNING="1",
                  YIDA_STOCK_RASA="1")

#: Texts parsed before the clock runs.
WARM_UP = 60


async def probe(tsv: Path, passes: int, models: dict[str, str]) -> dict[str, Any]:
    """For each model: milliseconds of every parse, and right or wrong for every text, with and without fallback."""
    from rasa.core.agent import Agent
    from rasa.shared.core.trackers import DialogueStateTracker  # noqa: F401  slow import, before the clock

    from nlu.evaluate import read_utterances

    rows = read_utterances(tsv)
    found: dict[str, Any] = {}
    agents = {}
    for name, path in models.items():
        started = time.perf_counter()
        agents[name] = Agent.load(path)
        found[name] = {"load_seconds": round(time.perf_counter() - started, 2), "ms": [], "right": 0, "answered_right": 0,
                       "fallback": 0, "styles": {}}
    for row in rows[:WARM_UP]:
        for agent in agents.values():
            await agent.parse_message(row["text"])
    for number in range(passes):
        for row in rows:
            for name, agent in agents.items():
                started = time.perf_counter()
                parsed = await agent.parse_message(row["text"])
                found[name]["ms"].append((time.perf_counter() - started) * 1000)
                if number == 0:
                    _judge(found[name], row, parsed)
    return {"utterances": len(rows), "models": found}


def _judge(found: dict[str, Any], row: dict[str, str], parsed: dict[str, Any]) -> None:
    accepted = {row["intent"], *filter(None, (row.get("also") or "").split("|"))}
    best = next(x["name"] for x in parsed["intent_ranking"] if x["name"] != "nlu_fallback")
    fallback = parsed["intent"]["name"] == "nlu_fallback"
    found["right"] += best in accepted
    found["fallback"] += fallback
    found["answered_right"] += best in accepted and not fallback
    right, total = found["styles"].get(row.get("style") or "-", (0, 0))
    found["styles"][row.get("style") or "-"] = (right + (best in accepted), total + 1)


def main() -> None:
    warnings.filterwarnings("ignore")
    import sanic.app  # noqa: F401  its import turns DeprecationWarning back on

    warnings.filterwarnings("ignore")
    models = dict(argument.split("=", 1) for argument in sys.argv[3:])
    print(json.dumps(asyncio.run(probe(Path(sys.argv[1]), int(sys.argv[2]), models))))


if __name__ == "__main__":
    main()
