"""The figures of the report, on judgements made by hand, and the page with its plots."""

import importlib.util

import pytest

from nlu.report import figures
from nlu.report.judge import FALLBACK, Judged, Thresholds, judge, judge_spans


def _one(intent: str, found: str, confidence: float, *, style: str = "plain", taken: str = "", also: str = "", ms: float = 5.0) -> Judged:
    return Judged("话", intent, frozenset({intent, *filter(None, [also])}), style, found, "x", confidence, taken or found, ms)


JUDGED = [
    _one("query_balance", "query_balance", 0.95),
    _one("query_balance", "query_bill", 0.85, style="elder"),
    _one("query_bill", "query_bill", 0.75),
    _one("transfer_human", "transfer_human", 0.99),
    _one("transfer_human", "complain", 0.6),
    _one("complain", "transfer_human", 0.7),
    _one("out_of_scope", "out_of_scope", 0.9),
    _one("out_of_scope", "query_usage", 0.8),
    _one("out_of_scope", "query_usage", 0.2, taken=FALLBACK),
]


def test_shares_intervals_and_promises() -> None:
    whole = figures.share(JUDGED)
    assert (whole.right, whole.total) == (4, 9)
    low, high = whole.interval
    assert 0.15 < low < whole.value < high < 0.75
    assert figures.outside_accepted(JUDGED).right == 1 and figures.outside_accepted(JUDGED).total == 3
    promise = figures.person(JUDGED)
    assert (promise.recall.right, promise.recall.total, promise.false.right) == (1, 2, 1)
    assert next(iter(figures.by(JUDGED, lambda j: j.style))) == "elder"


def test_confusions_are_counted_with_their_surest_examples() -> None:
    first = figures.confusions(JUDGED)[0]
    assert (first.intent, first.found, first.count, first.examples[0][1]) == ("out_of_scope", "query_usage", 2, 0.8)


def test_calibration_is_the_mean_distance_of_confidence_and_truth() -> None:
    bins, error = figures.reliability([_one("a", "a", 0.9)] * 9 + [_one("a", "b", 0.9)])
    assert [(b.count, round(b.right, 2)) for b in bins] == [(10, 0.9)] and error == pytest.approx(0.0)
    assert figures.reliability([_one("a", "b", 0.9)])[1] == pytest.approx(0.9)


def test_thresholds_trade_one_error_for_the_other() -> None:
    at = {round(p.threshold, 2): p for p in figures.thresholds(JUDGED)}
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


@pytest.mark.skipif(importlib.util.find_spec("matplotlib") is None, reason="plots are drawn in the Rasa environment")
def test_the_page_holds_everything_and_asks_for_nothing() -> None:
    from nlu.report.page import page

    html = page(JUDGED, Thresholds(0.3, 0.02), "试卷.tsv", "yida.tar.gz", 0.2)
    assert html.count("<svg") == 4 and "模型给的把握" in html and "转人工召回" in html
    assert "http://" not in html.replace("http://www.w3.org", "").replace("http://purl.org", "").replace("http://creativecommons.org", "")
