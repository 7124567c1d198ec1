"""Measures the search on questions written by another hand: `yida kb test`.

A file of questions is tab-separated with the columns `topic`, `style`, `ids`, `text`; `ids` are the entries that
answer it, best first, parted by `|`, or `-` where none does. A file of outside texts has one a line, `#` begins a
comment.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from common.errors import InvalidInput
from knowledge_base.search import SearchResult

DEV_QUESTIONS = Path(__file__).with_name("dev") / "questions.tsv"
DEV_OUTSIDE = Path(__file__).with_name("dev") / "outside.txt"
_COLUMNS = ("topic", "style", "ids", "text")


@dataclass(frozen=True)
class Question:
    """`ids` empty: nothing in the base answers it."""

    topic: str
    style: str
    ids: tuple[str, ...]
    text: str


@dataclass
class Counts:
    """Of some questions, how many: first right, right in three, answered, answered rightly."""

    asked: int = 0
    first: int = 0
    in_three: int = 0
    answered: int = 0
    answered_right: int = 0

    def add(self, right: bool, near: bool, answered: bool) -> None:
        self.asked += 1
        self.first += right
        self.in_three += near
        self.answered += answered
        self.answered_right += answered and right

    def share(self, name: str) -> float:
        return int(getattr(self, name)) / max(1, self.asked)


@dataclass
class Exam:
    """`wrong` holds (question, what came first, probability) of covered questions whose first hit is wrong;
    `outside_answered` (text, entry, probability) of outside texts that got an answer.
    """

    total: Counts = field(default_factory=Counts)
    styles: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    wrong: list[tuple[Question, str, float]] = field(default_factory=list)
    gaps: int = 0
    gaps_answered: int = 0
    outside: int = 0
    outside_none: int = 0
    outside_answered: list[tuple[str, str, float]] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """Shares in 0..1, for JSON."""
        names = ("first", "in_three", "answered", "answered_right")
        return {
            "asked": self.total.asked,
            **{name: round(self.total.share(name), 4) for name in names},
            "styles": {s: {"asked": c.asked, **{n: round(c.share(n), 4) for n in names}} for s, c in self.styles.items()},
            "gaps": self.gaps, "gaps_answered": self.gaps_answered,
            "outside": self.outside,
            "outside_answered": round(len(self.outside_answered) / max(1, self.outside), 4),
            "outside_none": round(self.outside_none / max(1, self.outside), 4),
        }  # fmt: skip


def read_questions(path: Path) -> list[Question]:
    """Raises InvalidInput naming the line."""
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(str(error), message_zh=f"读不了 {path.name}，要 UTF-8 的文本文件。") from error
    if not rows or tuple(rows[0]) != _COLUMNS:
        raise InvalidInput(path.name, message_zh=f"{path.name} 第 1 行应为 {'、'.join(_COLUMNS)}，用制表符隔开。")
    questions = []
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(_COLUMNS) or not row[3].strip():
            raise InvalidInput(path.name, message_zh=f"{path.name} 第 {number} 行应有 {len(_COLUMNS)} 列。")
        ids = tuple(part.strip() for part in row[2].split("|") if part.strip() not in ("", "-"))
        questions.append(Question(row[0], row[1], ids, row[3].strip()))
    return questions


def read_outside(path: Path) -> list[str]:
    """Raises InvalidInput."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(str(error), message_zh=f"读不了 {path.name}，要 UTF-8 的文本文件。") from error
    return [line for line in lines if line and not line.startswith("#")]


def examine(
    search: Callable[[str], SearchResult], questions: Sequence[Question], outside: Sequence[str] = ()
) -> Exam:
    """Ask everything; `search` gives at least three hits."""
    exam = Exam()
    for question in questions:
        result = search(question.text)
        found = [hit.entry_id for hit in result.hits[:3]]
        answered = result.outcome == "answer"
        if not question.ids:
            exam.gaps += 1
            exam.gaps_answered += answered
            continue
        right = bool(found) and found[0] in question.ids
        near = any(entry in question.ids for entry in found)
        for counts in (exam.total, exam.styles[question.style]):
            counts.add(right, near, answered)
        if not right:
            exam.wrong.append((question, found[0] if found else "", result.hits[0].probability if found else 0.0))
    for text in outside:
        result = search(text)
        exam.outside += 1
        exam.outside_none += result.outcome == "none"
        if result.outcome == "answer":
            exam.outside_answered.append((text, result.hits[0].entry_id, result.hits[0].probability))
    return exam
