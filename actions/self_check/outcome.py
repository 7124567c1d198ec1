"""The verdicts: from an end node, or from giving up, to what the dialogue offers next."""

from __future__ import annotations

from actions.self_check.model import End, Trees
from actions.self_check.state import State
from actions.self_check.steps import Verdict

_OFFERS = {
    "solved": (),
    "ticket": ("ticket", "person"),
    "person": ("person",),
    "outage": ("ticket", "person"),
    "arrears": ("recharge", "person"),
}


def verdict(trees: Trees, state: State) -> Verdict:
    """The verdict `state` ended with. Its node must be an end unless it gave up or a person was asked for."""
    skill = trees.by_id[state.tree].skill
    if state.ended == "gave_up":
        return gave_up(state, skill)
    if state.ended == "asked_person":
        return asked_person(state, skill)
    node = trees.node(state.ref)
    assert isinstance(node, End)
    return Verdict(
        kind=node.kind,
        node=state.ref,
        text=node.text,
        speech=node.speech,
        elder=node.elder,
        offers=tuple(o for o in _OFFERS[node.kind] if o != "ticket" or node.ticket),  # type: ignore[misc]
        ticket=node.ticket,
        skill=node.skill,
        reason_zh=node.reason_zh or (node.ticket.cause_zh if node.ticket else ""),
        outage_zh=state.outage_zh if node.kind == "outage" else "",
    )


def gave_up(state: State, skill: str) -> Verdict:
    """A person, after too many answers not understood."""
    text = "我这边没听明白，不耽误您，马上转人工。刚才查的情况会一起转过去，不用重说。"
    return Verdict(
        "person",
        state.ref,
        text,
        text,
        "我没听明白。给您转人工。您不用从头再说。",
        ("person",),
        skill=skill,
        reason_zh="自查中多次没听明白客户回答",
    )


def asked_person(state: State, skill: str) -> Verdict:
    """A person, because the customer said so."""
    text = "好的，马上转人工。刚才查的情况会一起转过去，不用重说。"
    return Verdict(
        "person",
        state.ref,
        text,
        text,
        "好的。给您转人工。您不用从头再说。",
        ("person",),
        skill=skill,
        reason_zh="客户自查途中要求人工",
    )
