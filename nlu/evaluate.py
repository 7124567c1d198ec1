"""Accuracy of the trained intent model on labelled utterances: `python -m nlu.evaluate FILE` in the Rasa environment.

The file is a TSV with the columns intent, also (other acceptable intents, `|` between), style (may be missing), text.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tarfile
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nlu.embedding import Embedder
from nlu.intent_model import IntentModel

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "rasa" / "yida.tar.gz"


def load_trained(archive: Path = MODEL) -> IntentModel:
    """The intent model inside a trained Rasa archive."""
    with tarfile.open(archive) as tar, tempfile.TemporaryDirectory() as folder:
        member = next(m for m in tar.getmembers() if m.name.endswith("intent_model.joblib"))
        tar.extract(member, folder)
        return IntentModel.load(Path(folder) / member.name)


def read_utterances(path: Path) -> list[dict[str, str]]:
    """Rows of the TSV. Raises ValueError where a column is missing."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or not {"intent", "text"} <= set(rows[0]):
        raise ValueError("need the columns intent and text")
    return rows


def evaluate(model: IntentModel, embed: Embedder, rows: Sequence[dict[str, str]]) -> dict[str, Any]:
    """Accuracy overall, by style and by intent, mistakes, and milliseconds a text."""
    styles: dict[str, list[bool]] = defaultdict(list)
    intents: dict[str, list[bool]] = defaultdict(list)
    mistakes, embedded, spent = [], 0, 0.0
    for row in rows:
        calls: list[int] = []

        def counting(texts: Sequence[str], calls: list[int] = calls) -> Any:
            calls.append(len(texts))
            return embed(texts)

        started = time.perf_counter()
        (name, confidence), *_ = model.rank([row["text"]], counting)[0]
        spent += time.perf_counter() - started
        embedded += bool(calls)
        good = name in {row["intent"], *filter(None, (row.get("also") or "").split("|"))}
        styles[row.get("style") or "-"].append(good)
        intents[row["intent"]].append(good)
        if not good:
            mistakes.append({"text": row["text"], "intent": row["intent"], "found": name, "confidence": round(confidence, 3)})
    total = sum(map(sum, intents.values()))
    return {
        "utterances": len(rows), "accuracy": round(total / len(rows), 4),
        "styles": {k: round(sum(v) / len(v), 4) for k, v in sorted(styles.items())},
        "intents": {k: round(sum(v) / len(v), 4) for k, v in sorted(intents.items())},
        "embedded_share": round(embedded / len(rows), 3), "ms_per_text": round(spent / len(rows) * 1000, 2),
        "mistakes": mistakes,
    }


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--errors", action="store_true")
    options = parser.parse_args()
    try:
        rows = read_utterances(options.file)
        model = load_trained()
    except (OSError, ValueError, StopIteration) as error:
        print(f"✗ 不能评测：{error}", file=sys.stderr)
        return 1
    embed = Embedder()
    embed(["预热"])
    report = evaluate(model, embed, rows)
    if options.json:
        print(json.dumps(report, ensure_ascii=False))
        return 0
    print(f"{report['utterances']} 条，准确率 {report['accuracy']:.1%}；"
          f"{report['embedded_share']:.0%} 用到句向量，每条 {report['ms_per_text']} 毫秒")
    print("分风格：" + "，".join(f"{k} {v:.1%}" for k, v in report["styles"].items()))
    weakest = sorted(report["intents"].items(), key=lambda item: item[1])[:8]
    print("最弱意图：" + "，".join(f"{k} {v:.0%}" for k, v in weakest))
    if options.errors:
        for m in report["mistakes"]:
            print(f"  {m['intent']} → {m['found']} ({m['confidence']}) {m['text']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
