"""Runs in the Rasa environment: trains the FAQ set-up of Rasa's documentation and asks it. Not imported by ours.

`python -m bench.knowledge_selector FOLDER`: reads job.json, writes answers.json there.
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

os.environ.update(RASA_TELEMETRY_ENABLED="false", TF_CPP_MIN_LOG_LEVEL="3", SQLALCHEMY_SILENCE_UBER_WARNING="1",
                  YIDA_STOCK_RASA="1")

INTENT = "faq"


def config(epochs: int) -> dict[str, Any]:
    """The documented FAQ pipeline for Chinese: jieba's words, counts of words and of their characters, selector."""
    return {"recipe": "default.v1", "language": "zh", "assistant_id": "faq", "pipeline": [
        {"name": "JiebaTokenizer"}, {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "ResponseSelector", "retrieval_intent": INTENT, "epochs": epochs, "ranking_length": 10,
         "constrain_similarities": True},
    ], "policies": [{"name": "RulePolicy"}]}


def train(folder: Path, job: dict[str, Any]) -> str:
    """Writes the training data as Rasa wants it; gives the model's path."""
    import yaml
    from rasa.model_training import train_nlu

    names = {entry_id: f"{INTENT}/{entry_id}" for entry_id, _, _ in job["entries"]}
    nlu = [{"intent": names[i], "examples": "".join(f"- {_plain(q)}\n" for q in asked)} for i, asked, _ in job["entries"]]
    responses = {f"utter_{names[i]}": [{"text": speech}] for i, _, speech in job["entries"]}
    for file, data in (("config.yml", config(job["epochs"])), ("nlu.yml", {"version": "3.1", "nlu": nlu}),
                       ("domain.yml", {"version": "3.1", "intents": [INTENT], "responses": responses})):
        (folder / file).write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return str(train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder / "models"),
                         domain=str(folder / "domain.yml"), fixed_model_name="faq"))


async def ask(model: str, questions: list[str]) -> dict[str, Any]:
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    for text in questions[:20]:
        await agent.parse_message(text)
    answers, times = [], []
    for text in questions:
        started = time.perf_counter()
        parsed = await agent.parse_message(text)
        times.append((time.perf_counter() - started) * 1000)
        ranking = parsed["response_selector"][INTENT]["ranking"]
        answers.append([[r["intent_response_key"].split("/", 1)[1] for r in ranking[:3]],
                        float(ranking[0]["confidence"]) if ranking else 0.0])
    return {"answers": answers, "ms": times}


def _plain(text: str) -> str:
    """Brackets would be read as marks of entities."""
    return text.translate(str.maketrans("[](){}", "      ")).replace("\n", " ")


def main() -> None:
    warnings.filterwarnings("ignore")
    folder = Path(sys.argv[1])
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    started = time.perf_counter()
    model = train(folder, job)
    seconds = time.perf_counter() - started
    answers = asyncio.run(ask(model, job["questions"]))
    (folder / "answers.json").write_text(json.dumps({**answers, "train_seconds": seconds}, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
