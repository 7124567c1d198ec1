"""A tree as loaded: immutable nodes with their targets already resolved to `tree.node`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Union

Means = Literal["affirm", "deny", "unsure"]
VerdictKind = Literal["solved", "ticket", "person", "outage", "arrears"]

#: The key of 都不是 in the split elder form.
OTHER_KEY = 9
#: Options shown at once to an elder, 都不是 included.
ELDER_OPTIONS = 3


@dataclass(frozen=True)
class Option:
    """One answer to a question. `presets` are regular expressions on the first utterance."""

    id: str
    title: str
    say: str
    key: int
    accepts: tuple[str, ...]
    goto: str
    presets: tuple[str, ...] = ()
    means: Means | None = None


@dataclass(frozen=True)
class Question:
    """Ask the customer. `elder_more` is the second half of a split elder form."""

    id: str
    brief: str
    text: str
    speech: str
    elder: str
    elder_more: str
    help: str
    help_speech: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Instruction:
    """Something the customer does. `elder` is a list of steps told one by one.

    `report`: `result` asks whether it works now, `did` only whether it was done. `wait` in seconds: how long
    doing it takes. `stuck` is where 不会弄 said twice leads.
    """

    id: str
    brief: str
    text: str
    speech: str
    elder: tuple[str, ...]
    help: str
    help_speech: str
    report: Literal["result", "did"]
    wait: int
    works: str
    done: str
    still: str
    stuck: str


@dataclass(frozen=True)
class Test:
    """A line test: `codes` has a target for each code of the check and for `unknown`."""

    __test__ = False  # not a pytest class

    id: str
    check: str
    text: str
    speech: str
    codes: Mapping[str, str]


@dataclass(frozen=True)
class Remote:
    """A remote action."""

    id: str
    action: str
    text: str
    speech: str
    done: str
    failed: str


@dataclass(frozen=True)
class Outage:
    """Is a fault of the area known?"""

    id: str
    known: str
    clear: str
    unknown: str


@dataclass(frozen=True)
class TicketSpec:
    """What the ticket says: vocabulary in `checks.py`."""

    category: str
    priority: Literal["low", "normal", "high", "urgent"]
    cause_zh: str
    dispatch: bool
    department: str


@dataclass(frozen=True)
class End:
    """The end of a path. Outage and arrears also carry the ticket or person offered next."""

    id: str
    kind: VerdictKind
    text: str
    speech: str
    elder: str
    ticket: TicketSpec | None
    skill: str
    reason_zh: str


Node = Union[Question, Instruction, Test, Remote, Outage, End]


@dataclass(frozen=True)
class Tree:
    """One tree file. `entry` are regular expressions on the first utterance, for the selector."""

    id: str
    title: str
    service: str
    skill: str
    intents: tuple[str, ...]
    entry: tuple[str, ...]
    start: str
    nodes: Mapping[str, Node]


@dataclass(frozen=True)
class Trees:
    """All trees, by id."""

    by_id: Mapping[str, Tree]

    def node(self, ref: str) -> Node:
        """The node `tree.node`. Raises KeyError."""
        tree, _, node = ref.partition(".")
        return self.by_id[tree].nodes[node]

    def refs(self) -> Iterator[str]:
        """Every `tree.node`."""
        for tree in self.by_id.values():
            for node in tree.nodes:
                yield f"{tree.id}.{node}"


def targets(node: Node) -> tuple[tuple[str, str], ...]:
    """(field, target) of every way out of a node; none for a verdict."""
    if isinstance(node, Question):
        return tuple((f"options.{o.id}.goto", o.goto) for o in node.options)
    if isinstance(node, Instruction):
        return (("done", node.done), ("still", node.still), ("stuck", node.stuck))
    if isinstance(node, Test):
        return tuple((f"codes.{code}", ref) for code, ref in node.codes.items())
    if isinstance(node, Remote):
        return (("done", node.done), ("failed", node.failed))
    if isinstance(node, Outage):
        return (("known", node.known), ("clear", node.clear), ("unknown", node.unknown))
    return ()
