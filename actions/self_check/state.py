"""Where a check stands: immutable, JSON-serialisable, append-only trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

EntryKind = Literal["question", "instruction", "test", "remote", "outage", "back", "missed", "verdict"]
Profile = Literal["standard", "elder"]

#: Stands in `Entry.said` where the first utterance answered a question.
PRESET_NOTE = "来电时已说明"


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `node` is `tree.node`; `value` a stable id, `text` what an agent reads.

    `said` holds the customer's own words where they differ from the option's title.
    """

    kind: EntryKind
    node: str
    value: str
    text: str = ""
    said: str = ""


@dataclass(frozen=True)
class State:
    """Everything the engine needs to go on. Keep it as `to_dict()`; it holds the customer's words.

    `page` counts elder pages or steps inside the node; `confirming` is set after 插好了 (done, but does it
    work?); `misses` and `helps` count inside the node, `failures` over the whole check.
    """

    tree: str
    node: str
    profile: Profile = "standard"
    page: int = 0
    confirming: bool = False
    misses: int = 0
    helps: int = 0
    failures: int = 0
    trail: tuple[Entry, ...] = ()
    history: tuple[str, ...] = ()
    presets: Mapping[str, str] = field(default_factory=dict)
    ended: Literal["", "verdict", "gave_up", "asked_person"] = ""
    outage_zh: str = ""

    @property
    def ref(self) -> str:
        """`tree.node` of the current node."""
        return f"{self.tree}.{self.node}"

    @property
    def answers(self) -> dict[str, str]:
        """Last answer of each question and instruction, by `tree.node`."""
        return {e.node: e.value for e in self.trail if e.kind in ("question", "instruction")}

    @property
    def tests(self) -> dict[str, str]:
        """Last code of each line test, by `tree.node`."""
        return {e.node: e.value for e in self.trail if e.kind == "test"}

    def with_profile(self, profile: Profile) -> State:
        """The same check for another caller profile; an elder page or step starts over."""
        return replace(self, profile=profile, page=0)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            **asdict(self),
            "trail": [asdict(e) for e in self.trail],
            "history": list(self.history),
            "presets": dict(self.presets),
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> State:
        """The inverse of `to_dict`."""
        return cls(
            **{**raw, "trail": tuple(Entry(**e) for e in raw["trail"]), "history": tuple(raw["history"])}
        )
