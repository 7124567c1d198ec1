"""The figures of the report, on judgements made by hand, and the page with its plots."""

import os
import subprocess
from pathlib import Path

import pytest

from nlu.report import figures
from nlu.report.judge import FALLBACK, Thresholds, judge, judge_spans
from tests.nlu.report_rows import ROWS, one

ROOT = Path(__file__).resolve().parents[2]


def test_shares_intervals_and_promises() -> None:
    whole = figures.share(ROWS)
    assert (whole.right, whole.total) == (4, 9)
    low, high = whole.interval
    assert 0.15 < low < whole.value < high < 0.75
    assert figures.outside_accepted(ROWS).right == 1 and figures.outside_accepted(ROWS).total == 3
    promise = figures.person(ROWS)
    assert (promise.recall.right, promise.recall.total, promise.false.right) == (1, 2, 1)
    assert next(iter(figures.by(ROWS, lambda j: j.style))) == "elder"


def test_confusions_are_counted_with_their_surest_examples() -> None:
    first = figures.confusions(ROWS)[0]
    assert (first.intent, first.found, first.count, first.examples[0][1]) == ("out_of_scope", "query_usage", 2, 0.8)


def test_calibration_is_the_mean_distance_of_confidence_and_truth() -> None:
    bins, error = figures.reliability([one("a", "a", 0.9)] * 9 + [one("a", "b", 0.9)])
    assert [(b.count, round(b.right, 2)) for b in bins] == [(10, 0.9)] and error == pytest.approx(0.0)
    assert figures.reliability([one("a", "b", 0.9)])[1] == pytest.approx(0.9)


def test_thresholds_trade_one_error_for_the_other() -> None:
    at = {round(p.threshold, 2): p for p in figures.thresholds(ROWS)}
    assert at[0.0].outside_accepted == pytest.approx(2 / 3) and at[0.9].outside_accepted == 0
    assert at[0.9].ours_asked_back > at[0.5].ours_asked_back


def test_judging_uses_the_pipelines_thresholds() -> None:
    ranked = {"甲": [("a", 0.9), ("b", 0.05)], "乙": [("a", 0.25), ("b", 0.2)], "丙": [("a", 0.45), ("b", 0.44)]}
    rows = [{"intent": "a", "text": text, "style": ""} for text in ranked]
    judged = judge(lambda texts: [ranked[text] for text in texts], rows, Thresholds(0.3, 0.02))
    assert [j.taken for j in judged] == ["a", FALLBACK, FALLBACK]
    assert Thresholds.of_pipeline().sure > 0


def test_spans_count_where_kind_and_characters_agree() -> None:
    class Found:
        entity, text = "month", "上个月"

    spans = judge_spans([("上个月账单", [("month", "上个月")]), ("上个月", [("month", "上个"), ("amount", "个")])], lambda text: [Found])
    assert (spans.expected, spans.found, spans.right, len(spans.wrong)) == (3, 2, 1, 1)


def test_the_page_holds_everything_and_asks_for_nothing() -> None:
    """Plots are drawn in the Rasa environment, where the model lives."""
    made = (
        "from nlu.report.page import page; from nlu.report.judge import Thresholds; "
        "from tests.nlu.report_rows import ROWS; print(page(ROWS, Thresholds(0.3, 0.02), '试卷.tsv', 'yida.tar.gz', 0.2))"
    )
    done = subprocess.run([str(ROOT / ".venv-rasa" / "bin" / "python"), "-c", made], cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, "PYTHONIOENCODING": "utf-8"}, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    html = done.stdout
    assert html.count("<svg") == 4 and "模型给的把握" in html and "转人工召回" in html
    assert "<script" not in html and "src=" not in html
