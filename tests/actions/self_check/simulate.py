"""A scripted customer with a fault at home, answering the engine step by step.

A case says what is broken (`line`), what mends it (`fixed_by`: instruction nodes or `remote:ACTION`), and how
the customer speaks. Line tests answer from the state of the fault, so the same case runs through any path.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from actions.self_check.engine import Engine
from actions.self_check.model import Instruction
from actions.self_check.selector import choose_tree
from actions.self_check.state import Profile, State
from actions.self_check.steps import (
    Answer,
    Ask,
    CheckOutage,
    Key,
    OutageInfo,
    RemoteDone,
    RunRemote,
    RunTest,
    Step,
    TestResult,
    Verdict,
)

CASES = Path(__file__).with_name("cases")
#: More turns than any customer would bear.
PATIENCE = 60


@dataclass
class Case:
    """One scripted customer. `answers`: what is said at a node, or a list of it; `{key: 1}` is a key."""

    name: str
    says: str
    verdict: str
    path: str = ""
    intent: str | None = None
    profile: Profile = "standard"
    simple: bool = False
    outage: bool | None = False
    line: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    fixed_by: list[str] = field(default_factory=list)
    explained: bool = False
    answers: dict[str, Any] = field(default_factory=dict)
    works: str = "好了"
    did: str = "弄完了"
    still: str = "还是不行"
    remote_fails: bool = False
    ticket: dict[str, Any] = field(default_factory=dict)
    skill: str = ""


@dataclass
class Outcome:
    """How a case ended: the verdict, whether the fault is mended, the way taken, prompts put."""

    verdict: Verdict
    state: State
    fixed: bool
    path: str
    prompts: int


def load_cases() -> list[Case]:
    """Every case of `cases/*.yml`."""
    return [
        Case(**raw) for path in sorted(CASES.glob("*.yml")) for raw in yaml.safe_load(path.read_text("utf-8"))
    ]


def run(engine: Engine, case: Case) -> Outcome:
    """Play `case` to its end. Raises AssertionError where the case has no answer, or patience runs out."""
    left = {node: list(a) if isinstance(a, list) else [a] for node, a in case.answers.items()}
    fixed, prompts = False, 0
    seen: list[str] = []
    tree = choose_tree(engine.trees, case.intent, case.says)
    step = engine.start(tree, case.says, case.profile)
    for _ in range(PATIENCE):
        ref, do = step.state.ref, step.do
        if not seen or seen[-1] != ref:
            seen.append(ref)
        if isinstance(do, Verdict):
            return Outcome(do, step.state, fixed, _short(seen), prompts)
        if isinstance(do, CheckOutage):
            step = engine.feed(step.state, OutageInfo(case.outage, "预计两小时内恢复" if case.outage else ""))
        elif isinstance(do, RunTest):
            code = case.after.get(do.check, "ok") if fixed else case.line.get(do.check, "ok")
            step = engine.feed(step.state, TestResult(code, "模拟"))
        elif isinstance(do, RunRemote):
            fixed = fixed or (f"remote:{do.action}" in case.fixed_by and not case.remote_fails)
            step = engine.feed(step.state, RemoteDone(not case.remote_fails))
        else:
            assert isinstance(do, Ask)
            prompts += 1
            fixed, step = _reply(engine, case, step, do, left, fixed)
    raise AssertionError(f"{case.name}: no end after {PATIENCE} turns: {_short(seen)}")


def _reply(
    engine: Engine, case: Case, step: Step, do: Ask, left: dict[str, list[Any]], fixed: bool
) -> tuple[bool, Step]:
    ref = step.state.ref
    node = engine.trees.node(ref)
    if left.get(ref):
        said = left[ref].pop(0)
        if isinstance(said, dict):
            return fixed, engine.feed(step.state, Key(str(said["key"])))
        return fixed, engine.feed(step.state, Answer(said))
    if isinstance(node, Instruction):
        shown = {c.id for c in (do.elder_options if case.profile == "elder" else do.options)}
        if "still" not in shown and "stuck" in shown and node.report == "result":
            return fixed, engine.feed(step.state, Answer(case.did))
        fixed = fixed or ref in case.fixed_by
        said = case.did if node.report == "did" else case.works if fixed else case.still
        return fixed, engine.feed(step.state, Answer(said))
    if ref.endswith(".q_works"):
        return fixed, engine.feed(step.state, Answer("能上了" if fixed else "还不行"))
    raise AssertionError(f"{case.name}: no answer to {ref} “{do.text}”")


def _short(refs: list[str]) -> str:
    """`broadband_down.area > t_optical > ...`: the tree is named where it changes."""
    words, tree = [], ""
    for ref in refs:
        here, _, node = ref.partition(".")
        words.append(node if here == tree else ref)
        tree = here
    return " > ".join(words)
