from __future__ import annotations

from pathlib import Path

import pytest

from bench import report
from bench.load import Result, medians, percentile
from bench.script import SCENES, TURNS
from bench.turns import LOADS, reached
from nlu.text.normalize import normalize


def test_a_percentile_is_the_nearest_rank() -> None:
    values = list(range(1, 101))
    assert [percentile(values, s) for s in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert percentile([7.0], 0.99) == 7.0


def test_figures_are_medians_over_the_runs() -> None:
    runs = [Result(8, seconds=1.0, latencies=[x] * 10) for x in (10.0, 30.0, 500.0)]
    found = medians(runs)
    assert (found["p50"], found["rate"], found["turns"], found["errors"]) == (30.0, 10.0, 30, 0)


def test_every_run_has_a_customer_for_each_conversation() -> None:
    assert 20 <= TURNS <= 30
    assert all(users * passes * len(SCENES) <= 200 for users, passes in LOADS.items())
    assert all(normalize(text).text for scene in SCENES for text in scene.turns)


@pytest.mark.parametrize(("rate", "share", "good"), [(3.0, 0.49, True), (2.99, 0.3, False), (4.0, 0.5, False)])
def test_the_target_is_judged_on_rate_and_median_at_eight_users(rate: float, share: float, good: bool) -> None:
    assert reached(_figures(rate, share)) == {"stock": good}


def test_tables_replace_what_stood_between_the_markers(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{report.START}\nold\n{report.END}\nafter\n")
    text = report.render({"date": "2026-01-01", "turns": _figures(3.5, 0.3)})
    report.place(readme, text)
    report.place(readme, text)
    found = readme.read_text()
    assert found.startswith("before\n") and found.endswith("\nafter\n")
    assert "old" not in found and found.count("3.50x") == 1 and "stock Rasa: reached" in found


def test_a_page_without_markers_is_left_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("nothing here\n")
    with pytest.raises(ValueError, match="figures: start"):
        report.place(readme, "text")
    assert readme.read_text() == "nothing here\n"


def _figures(rate: float, share: float) -> dict[str, object]:
    cpu = {"rasa": 5.0, "actions": 3.0, "gateway": 1.0}
    same = {"rate": 100.0, "p50": 1.0, "p95": 2.0, "p99": 3.0, "turns": 10, "errors": 0, "cpu_ms": cpu}
    systems = {"ours": {"title": "Yida", **same},
               "stock": {"title": "stock Rasa", **same, "ours_times_rate": rate, "ours_share_p50": share, "same_replies": 1.0}}
    return {"rounds": 1, "turns_of_script": 24, "left_out": [], "loads": [{"users": 8, "systems": systems}],
            "memory_mb": {"ours": cpu, "stock": cpu}}
