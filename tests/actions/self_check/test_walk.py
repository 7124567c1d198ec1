"""Every path ends: walked through the engine itself, standard and elder.

What the engine does at a node depends on the node, the profile and the presets alone, so walking every way
out of every node, and every sequence of nodes, covers every path.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from actions.self_check.checks import CHECKS
from actions.self_check.engine import Engine
from actions.self_check.model import ELDER_OPTIONS, End, Instruction, Outage, Question, Remote, Test, targets
from actions.self_check.state import State
from actions.self_check.steps import Answer, Ask, Event, OutageInfo, RemoteDone, Step, TestResult, Verdict
from actions.self_check.validator import ELDER, LONGEST_PATH, SPOKEN


def ways(engine: Engine, state: State) -> Iterator[tuple[Sequence[Event], str]]:
    """Events that leave the node by each of its ways, with where they should lead."""
    node = engine.trees.node(state.ref)
    steps = len(node.elder) if isinstance(node, Instruction) and state.profile == "elder" else 1
    if isinstance(node, Question):
        yield from (([Answer(o.id)], o.goto) for o in node.options)
    elif isinstance(node, Instruction):
        before: list[Event] = [Answer("done")] * (steps - 1)
        yield [*before, Answer("done")], node.done
        if node.report == "result":
            yield [*before, Answer("still")], node.still
        yield [Answer("stuck"), Answer("stuck")], node.stuck
    elif isinstance(node, Test):
        yield from (([TestResult(code)], goto) for code, goto in node.codes.items())
        yield [TestResult("unavailable")], node.codes["unknown"]
        yield [TestResult("never_heard_of")], node.codes["unknown"]
    elif isinstance(node, Remote):
        yield from (([RemoteDone(True)], node.done), ([RemoteDone(False)], node.failed))
    elif isinstance(node, Outage):
        yield [OutageInfo(True)], node.known
        yield [OutageInfo(False)], node.clear
        yield [OutageInfo(None)], node.unknown


def follow(engine: Engine, state: State, events: Sequence[Event]) -> Step:
    step = engine.current(state)
    for event in events:
        step = engine.feed(step.state, event)
    return step


def check_end(step: Step) -> None:
    assert isinstance(step.do, Verdict)
    if step.do.kind != "solved":
        assert "person" in step.do.offers
        assert step.do.reason_zh
    if "ticket" in step.do.offers:
        assert step.do.ticket is not None


@pytest.mark.parametrize("profile", ["standard", "elder"])
def test_every_way_out_of_every_node_leads_where_the_tree_says(engine: Engine, profile: str) -> None:
    for ref in engine.trees.refs():
        tree, _, name = ref.partition(".")
        if isinstance(engine.trees.node(ref), End):
            continue
        here = State(tree, name, profile)  # type: ignore[arg-type]
        out = list(ways(engine, here))
        assert {goto for _, goto in out} >= {g for f, g in targets(engine.trees.node(ref)) if f != "still"}
        for events, goto in out:
            step = follow(engine, here, events)
            assert step.state.ref == goto, (ref, events)
            assert State.from_dict(step.state.to_dict()) == step.state
            if isinstance(engine.trees.node(goto), End):
                check_end(step)


@pytest.mark.parametrize("profile", ["standard", "elder"])
def test_every_sequence_of_nodes_ends_within_twenty_steps(engine: Engine, profile: str) -> None:
    paths = 0
    for tree in engine.trees.by_id.values():
        waiting = [(engine.start(tree.id, profile=profile), 1)]  # type: ignore[arg-type]
        while waiting:
            step, length = waiting.pop()
            assert length <= LONGEST_PATH
            if isinstance(step.do, Verdict):
                check_end(step)
                paths += 1
                continue
            once = {goto: events for events, goto in ways(engine, step.state)}
            waiting += [(follow(engine, step.state, events), length + 1) for events in once.values()]
    assert paths > 5000


def test_no_prompt_is_too_long_to_say_and_no_elder_menu_too_wide(engine: Engine) -> None:
    for ref in engine.trees.refs():
        node = engine.trees.node(ref)
        if not isinstance(node, (Question, Instruction)):
            continue
        tree, _, name = ref.partition(".")
        for profile in ("standard", "elder"):
            step = engine.current(State(tree, name, profile))  # type: ignore[arg-type]
            said = [step.do, engine.feed(step.state, Answer("看不懂")).do]
            for _ in range(2):
                step = engine.feed(step.state, Answer("今天天气不错哦朋友"))
                said.append(step.do)
            assert isinstance(engine.feed(step.state, Answer("今天天气不错哦朋友")).do, Verdict)
            for do in said:
                assert isinstance(do, Ask)
                assert len(do.speech) <= SPOKEN and len(do.elder) <= SPOKEN, (ref, do)
                assert len(do.elder_options) <= ELDER_OPTIONS
                assert len(do.options) <= 5
            assert isinstance(said[0], Ask) and len(said[0].elder) <= ELDER


def test_every_code_of_every_check_is_used(engine: Engine) -> None:
    used = {n.check for t in engine.trees.by_id.values() for n in t.nodes.values() if isinstance(n, Test)}
    assert used == CHECKS.keys()
