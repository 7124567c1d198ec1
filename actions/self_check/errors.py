"""Errors of the self-check.

YidaError
├── TreeFilesInvalid     tree files cannot be used; carries every problem found
├── UnknownTree          no tree of that name
├── UnexpectedEvent      the event does not fit the step being waited for
└── CheckFinished        the check already has a verdict
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from common.errors import ConfigError, InvalidInput


@dataclass(frozen=True)
class Problem:
    """One fault in a tree file, said so that an editor can mend it. `line` counts from 1, 0 if unknown."""

    file: str
    node: str
    field: str
    mend_zh: str
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} 节点 {self.node or '（文件）'} 字段 {self.field or '-'}：{self.mend_zh}"


class TreeFilesInvalid(ConfigError):
    """Tree files cannot be used; `problems` lists every fault found."""

    code = "self_check_trees_invalid"
    message_zh = "自查流程文件有误。"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class UnknownTree(InvalidInput):
    """No tree (or node) of that name."""

    code = "self_check_unknown_tree"
    message_zh = "没有这个自查流程。"


class UnexpectedEvent(InvalidInput):
    """The event does not fit what the check waits for, for example a late test result."""

    code = "self_check_unexpected_event"
    message_zh = "这一步不需要这个结果。"


class CheckFinished(InvalidInput):
    """The check already ended with a verdict; only 返回 is still understood."""

    code = "self_check_finished"
    message_zh = "这次自查已经结束了。"
