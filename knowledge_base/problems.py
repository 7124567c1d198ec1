"""What is wrong with the knowledge base and how to mend it, in Chinese, for editors."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """One thing to mend.

    `line` starts at 1, 0 where it is not known; `field` is a path such as `answer.speech` or `similar[2]`.
    `code` is stable, for programs.
    """

    code: str
    file: str
    message: str
    mend: str = ""
    line: int = 0
    entry_id: str = ""
    field: str = ""
    level: Level = "error"

    def __str__(self) -> str:
        place = self.file + (f" 第 {self.line} 行" if self.line else "")
        names = [f"条目 {self.entry_id}"] if self.entry_id else []
        names += [f"字段 {self.field}"] if self.field else []
        mend = f"改法：{self.mend}" if self.mend else ""
        return "，".join([place, *names]) + f"：{self.message}。" + (mend + "。" if mend else "")

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "sentence": str(self)}
