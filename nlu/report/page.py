"""The page itself, self-contained: no script, no font, no address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from nlu.report import figures, plots
from nlu.report.judge import Judged, Spans, Thresholds

_FOLDER = Path(__file__).parent


def summary(judged: Sequence[Judged], embedded: float | None = None) -> dict[str, Any]:
    """The figures of the page's head, as numbers."""
    times = [j.milliseconds for j in judged]
    promise = figures.person(judged)
    outside, ours = figures.outside_accepted(judged), figures.asked_back(judged)
    return {
        "utterances": len(judged), "accuracy": figures.share(judged).value,
        "styles": {name: share.value for name, share in figures.by(judged, lambda j: j.style).items()},
        "outside": outside.total, "outside_accepted": outside.value, "asked_back": ours.value,
        "person_recall": promise.recall.value, "person_asked": promise.recall.total, "person_false": promise.false.right,
        "ece": figures.reliability(judged)[1],
        "p50_ms": figures.percentile(times, 0.5), "p99_ms": figures.percentile(times, 0.99), "embedded_share": embedded,
    }  # fmt: skip


def page(
    judged: Sequence[Judged], thresholds: Thresholds, file: str, model: str, embedded: float, spans: Spans | None = None,
    now: dt.datetime | None = None,
) -> str:
    """HTML of the report."""
    bins, error = figures.reliability(judged)
    pairs = figures.confusions(judged)
    drawn = {
        "styles": plots.share_plot(figures.by(judged, lambda j: j.style)),
        "reliability": plots.reliability_plot(bins),
        "thresholds": plots.threshold_plot(figures.thresholds(judged), thresholds.sure),
        "confusions": plots.confusion_plot(pairs),
    }
    environment = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True)
    return environment.get_template("page.html").render(
        judged=judged, file=file, model=model, at=f"{now or dt.datetime.now():%Y-%m-%d %H:%M}",
        cards=_cards(summary(judged, embedded)), ece=error, pairs=pairs, intents=figures.intents(judged),
        accepted=sorted((j for j in judged if j.accepted_outside), key=lambda j: -j.confidence)[:40],
        spans=spans, plots={name: Markup(svg) for name, svg in drawn.items()},
    )  # fmt: skip


def _cards(found: dict[str, Any]) -> list[dict[str, Any]]:
    cards = [
        ("准确率", f"{found['accuracy']:.1%}", found["accuracy"] < 0.95),
        ("最弱风格", f"{min(found['styles'].values()):.1%}", min(found["styles"].values()) < 0.9),
        ("业务被反问", f"{found['asked_back']:.1%}", False),
        ("校准误差", f"{found['ece']:.3f}", found["ece"] > 0.05),
        ("毫秒一句 p50 / p99", f"{found['p50_ms']:.1f} / {found['p99_ms']:.0f}", found["p50_ms"] > 10 or found["p99_ms"] > 40),
        ("用到句向量", f"{found['embedded_share']:.0%}", False),
    ]
    if found["outside"]:
        cards.insert(2, ("域外被当成业务", f"{found['outside_accepted']:.1%}", found["outside_accepted"] > 0.1))
    if found["person_asked"]:
        cards.insert(3, ("转人工召回", f"{found['person_recall']:.1%}", found["person_recall"] < 1))
        cards.insert(4, ("误转人工（次）", str(found["person_false"]), found["person_false"] > 0))
    return [{"name": name, "value": value, "bad": bad} for name, value, bad in cards]
