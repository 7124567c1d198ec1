"""Plots as SVG. Text stays text, so the reader's own fonts show Chinese and no font travels with us."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from nlu.report.figures import AtThreshold, Bin, Pair, Share

_INK, _LINE, _SOFT, _WARN = "#3b4252", "#1668c5", "#9fc3ee", "#c2410c"


def reliability_plot(bins: Sequence[Bin]) -> str:
    """Confidence against the share that was right; the dashed line is honesty."""
    figure, axes = _new(4.6, 4.2)
    axes.plot([0, 1], [0, 1], linestyle="--", color=_INK, linewidth=1)
    most = max((b.count for b in bins), default=1)
    axes.bar([b.confidence for b in bins], [b.count / most for b in bins], width=0.06, color=_SOFT, alpha=0.5)
    axes.plot([b.confidence for b in bins], [b.right for b in bins], marker="o", color=_LINE)
    _name(axes, "模型给的把握", "实际答对的比例（柱：条数）")
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.05)
    return _svg(figure)


def threshold_plot(points: Sequence[AtThreshold], used: float) -> str:
    """What each threshold lets through and turns away."""
    figure, axes = _new(5.4, 4.2)
    xs = [p.threshold for p in points]
    for values, label, colour in (
        ([p.outside_accepted for p in points], "域外被当成业务", _WARN),
        ([p.ours_asked_back for p in points], "业务被反问", _LINE),
        ([p.ours_wrong for p in points], "业务办错", _INK),
    ):
        axes.plot(xs, values, label=label, color=colour)
    axes.axvline(used, linestyle=":", color=_INK)
    axes.legend(frameon=False)
    _name(axes, "阈值（虚线：现在用的）", "比例")
    return _svg(figure)


def share_plot(shares: dict[str, Share]) -> str:
    """Bars with 95 % intervals, the weakest on top."""
    figure, axes = _new(5.4, 0.6 + 0.32 * len(shares))
    names = list(shares)[::-1]
    values = [shares[name].value for name in names]
    low = [max(0.0, shares[n].value - shares[n].interval[0]) for n in names]
    high = [max(0.0, shares[n].interval[1] - shares[n].value) for n in names]
    axes.barh(names, values, xerr=[low, high], color=_SOFT, ecolor=_INK, capsize=2)
    for place, name in enumerate(names):
        axes.text(0.01, place, f"{shares[name].value:.1%}（{shares[name].total}）", va="center", fontsize=8)
    axes.set_xlim(0, 1)
    return _svg(figure)


def confusion_plot(pairs: Sequence[Pair]) -> str:
    """Who is taken for whom, the commonest."""
    rows = list(dict.fromkeys(pair.intent for pair in pairs))
    columns = list(dict.fromkeys(pair.found for pair in pairs))
    if not rows:
        return ""
    figure, axes = _new(1.6 + 0.42 * len(columns), 1.6 + 0.3 * len(rows))
    grid = [[0] * len(columns) for _ in rows]
    for pair in pairs:
        grid[rows.index(pair.intent)][columns.index(pair.found)] = pair.count
    axes.imshow(grid, cmap="Blues", aspect="auto")
    axes.set_xticks(range(len(columns)))
    axes.set_xticklabels(columns, rotation=60, ha="right", fontsize=8)
    axes.set_yticks(range(len(rows)))
    axes.set_yticklabels(rows, fontsize=8)
    for y, row in enumerate(grid):
        for x, count in enumerate(row):
            if count:
                axes.text(x, y, str(count), ha="center", va="center", fontsize=8, color=_INK)
    _name(axes, "被认成", "本来是")
    return _svg(figure)


def _new(width: float, height: float) -> tuple[Any, Any]:
    import matplotlib

    matplotlib.use("svg")
    # As text elements: otherwise every glyph needs a font that has it where the report is made.
    matplotlib.rcParams.update({"svg.fonttype": "none", "font.family": ["sans-serif"], "axes.spines.top": False,
                                "axes.spines.right": False, "svg.hashsalt": "yida", "font.size": 9})  # fmt: skip
    import logging

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout=None)
    return figure, figure.add_subplot()


def _name(axes: Any, x: str, y: str) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)


def _svg(figure: Any) -> str:
    import warnings

    out = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # widths of Chinese glyphs are guessed: no font here has them
        figure.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None}, transparent=True)
    text = out.getvalue()
    return text[text.index("<svg") :]
