"""Measure the trained model on labelled utterances: `.venv-rasa/bin/python -m nlu.evaluate FILE [--json] [--report HTML]`.

FILE is tab separated with the columns `intent` and `text`, and optionally `also` (other acceptable intents, `|`
between them) and `style`.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from common.errors import YidaError
from nlu.embedding import Embedder
from nlu.intent_model import IntentModel
from nlu.report.judge import Judged, Spans, Thresholds, judge, judge_spans

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "rasa" / "yida.tar.gz"
#: Sentences with all entities that are in them.
SPANS = ROOT / "tests" / "nlu" / "entities.yml"


def load_trained(archive: Path = MODEL) -> IntentModel:
    """The intent model inside a trained Rasa archive. Raises OSError and ValueError."""
    with tarfile.open(archive) as tar, tempfile.TemporaryDirectory() as folder:
        member = next((m for m in tar.getmembers() if m.name.endswith("intent_model.joblib")), None)
        if member is None:
            raise ValueError("the archive holds no intent model of ours")
        tar.extract(member, folder)
        return IntentModel.load(Path(folder) / member.name)


def read_utterances(path: Path) -> list[dict[str, str]]:
    """Rows of the TSV. Raises ValueError where a column is missing."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or not {"intent", "text"} <= set(rows[0]):
        raise ValueError("need the columns intent and text")
    return rows


class Counting:
    """An embedder that counts the texts it was asked for."""

    def __init__(self, embed: Embedder) -> None:
        self._embed, self.texts = embed, 0

    def __call__(self, texts: Sequence[str]) -> Any:
        self.texts += len(texts)
        return self._embed(texts)


def evaluate(model: IntentModel, embed: Embedder, rows: Sequence[dict[str, str]],
             thresholds: Thresholds | None = None) -> tuple[list[Judged], float]:
    """(judgements, share of texts for which a sentence embedding was computed)."""
    counting = Counting(embed)
    embed(["预热"])
    judged = judge(lambda texts: model.rank(texts, counting), rows, thresholds or Thresholds.of_pipeline())
    return judged, counting.texts / (len(rows) + 1)


def _spans() -> Spans | None:
    if not SPANS.exists():
        return None
    from nlu.standard.entities import hear_entities

    # "Now" is that of the file's own test.
    now = dt.datetime(2026, 11, 23, 10, 0)
    topics = yaml.safe_load(SPANS.read_text(encoding="utf-8"))
    cases = [(str(text), [(kind, str(words)) for kind, _, words in found]) for lines in topics.values() for text, found in lines]
    return judge_spans(cases, lambda text: hear_entities(text, now))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--report", type=Path, help="write the HTML page here")
    options = parser.parse_args()
    try:
        rows = read_utterances(options.file)
        model = load_trained()
        judged, embedded = evaluate(model, Embedder(), rows)
    except (OSError, ValueError, YidaError) as error:
        print(f"✗ 不能评测：{getattr(error, 'message_zh', error)}", file=sys.stderr)
        return 1
    from nlu.report import page

    found = page.summary(judged, embedded)
    if options.report:
        options.report.parent.mkdir(parents=True, exist_ok=True)
        html = page.page(judged, Thresholds.of_pipeline(), options.file.name, MODEL.name, embedded, _spans())
        options.report.write_text(html, encoding="utf-8")
    if options.json:
        mistakes = [{"text": j.text, "intent": j.intent, "found": j.found, "confidence": round(j.confidence, 3)}
                    for j in judged if not j.right]  # fmt: skip
        print(json.dumps({**found, "mistakes": mistakes}, ensure_ascii=False))
        return 0
    _say(found, judged, options.errors)
    if options.report:
        print(f"报告：{options.report}")
    return 0


def _say(found: dict[str, Any], judged: Sequence[Judged], errors: bool) -> None:
    from nlu.report.figures import confusions, intents

    print(f"{found['utterances']} 条，准确率 {found['accuracy']:.1%}；业务被反问 {found['asked_back']:.1%}；"
          f"校准误差 {found['ece']:.3f}；{found['embedded_share']:.0%} 用到句向量，"
          f"p50 {found['p50_ms']:.1f} 毫秒，p99 {found['p99_ms']:.1f} 毫秒")  # fmt: skip
    if found["outside"]:
        print(f"域外 {found['outside']} 条，被当成业务 {found['outside_accepted']:.1%}")
    if found["person_asked"]:
        print(f"找人工 {found['person_asked']} 条，听出 {found['person_recall']:.1%}；误转 {found['person_false']} 次")
    print("分风格：" + "，".join(f"{k} {v:.1%}" for k, v in found["styles"].items()))
    print("最弱意图：" + "，".join(f"{row.name} {row.f1:.2f}" for row in intents(judged)[:8]))
    print("最常混淆：" + "，".join(f"{p.intent}→{p.found} {p.count}" for p in confusions(judged, 8)))
    if errors:
        for j in judged:
            if not j.right:
                print(f"  {j.intent} → {j.found} ({j.confidence:.3f}) {j.text}")


if __name__ == "__main__":
    sys.exit(main())
