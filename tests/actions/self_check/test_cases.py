"""Scripted customers with simulated line faults; the share of simple faults solved is printed."""

from __future__ import annotations

import pytest

from actions.self_check.engine import Engine
from actions.self_check.summary import summary
from tests.actions.self_check.simulate import Case, load_cases, run

CASES = load_cases()
#: Share of the simple faults that must end solved.
GOAL = 0.80


@pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
def test_a_scripted_customer_ends_as_written(engine: Engine, case: Case) -> None:
    outcome = run(engine, case)
    verdict = outcome.verdict
    trail = "\n".join(summary(outcome.state, engine.trees))
    assert verdict.kind == case.verdict, trail
    assert outcome.path == case.path
    if verdict.kind == "solved":
        assert outcome.fixed or case.explained, "said solved while the fault is still there"
    for name, value in case.ticket.items():
        assert getattr(verdict.ticket, name) == value
    if case.skill:
        assert verdict.skill == case.skill
    if verdict.kind == "outage":
        assert verdict.outage_zh


def test_at_least_four_of_five_simple_faults_end_solved(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    simple = [c for c in CASES if c.simple]
    outcomes = [run(engine, c) for c in simple]
    solved = [o for o in outcomes if o.verdict.kind == "solved"]
    share, asked = len(solved) / len(simple), sum(o.prompts for o in outcomes) / len(outcomes)
    with capsys.disabled():
        print(
            f"\nself-check: {len(solved)} of {len(simple)} simple faults solved ({share:.0%}), "
            f"{asked:.1f} prompts each; {len(CASES)} scripted customers in all"
        )
    assert len(CASES) >= 25
    assert share >= GOAL


def test_no_scripted_customer_is_asked_more_than_six_times(engine: Engine) -> None:
    assert max(run(engine, c).prompts for c in CASES) <= 6
