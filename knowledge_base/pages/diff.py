"""Two forms of an entry side by side, marked where they differ, down to the character."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from knowledge_base.editing.compare import FieldComparison, field_changes
from knowledge_base.editing.forms import FIELDS
from knowledge_base.vocabulary import ACTIONS, CHANNELS, SEGMENTS

Kind = Literal["same", "cut", "add"]
#: Below this likeness two texts are shown whole instead of as a mosaic.
_ALIKE = 0.35
_NAMES: dict[str, Mapping[str, str]] = {"channels": CHANNELS, "segments": SEGMENTS, "action": ACTIONS}


@dataclass(frozen=True)
class Piece:
    """A run of characters on one side."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Line:
    """One line of a field, both sides; an empty side has no such line."""

    before: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def same(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True)
class FieldDiff:
    """One field that differs."""

    field: str
    title: str
    lines: tuple[Line, ...]


def form_diff(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[FieldDiff]:
    """Fields that differ, in the order of the form; None on a side: the entry is not there."""
    return [FieldDiff(c.field, c.title, lines(shown(c.field, c.before), shown(c.field, c.after)))
            for c in field_changes(before, after)]


def conflict_rows(fields: Sequence[FieldComparison]) -> list[dict[str, Any]]:
    """What the conflict page shows of each field that is not the same everywhere: both sides against the base."""
    return [
        {"field": f.field, "title": f.title, "state": f.state, "mine": lines(shown(f.field, f.base), shown(f.field, f.mine)),
         "theirs": lines(shown(f.field, f.base), shown(f.field, f.theirs))}
        for f in fields if f.state != "same"
    ]  # fmt: skip


def shown(field: str, value: Any) -> list[str]:
    """A field's value as lines for the eye."""
    names = _NAMES.get(field, {})
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [f"{value.get('from') or '不限'} 至 {value.get('to') or '不限'}"]
    if isinstance(value, (list, tuple)):
        return [names.get(str(item), str(item)) for item in value]
    return names.get(str(value), str(value)).split("\n")


def title_of(field: str) -> str:
    """The Chinese name of a field or of a place in it: `similar[3]` -> 相似问第 3 条."""
    name, bracket, rest = field.partition("[")
    title = {"id": "编号", "category": "类别", **FIELDS}.get(name) or FIELDS.get(name.split(".")[0], name)
    return f"{title}第 {rest.rstrip(']')} 条" if bracket else title


def lines(before: Sequence[str], after: Sequence[str]) -> tuple[Line, ...]:
    """Lines paired: equal ones face each other, changed ones are compared character by character."""
    out: list[Line] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        old, new = before[a:b], after[c:d]
        if tag == "equal":
            out += [Line((Piece("same", text),), (Piece("same", text),)) for text in old]
            continue
        paired = min(len(old), len(new))
        out += [_pair(one, two) for one, two in zip(old[:paired], new[:paired], strict=True)]
        out += [Line((Piece("cut", text),), ()) for text in old[paired:]]
        out += [Line((), (Piece("add", text),)) for text in new[paired:]]
    return tuple(out)


def _pair(before: str, after: str) -> Line:
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return Line((Piece("cut", before),), (Piece("add", after),))
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            left.append(Piece("same", before[a:b]))
            right.append(Piece("same", before[a:b]))
        else:
            left += [Piece("cut", before[a:b])] if b > a else []
            right += [Piece("add", after[c:d])] if d > c else []
    return Line(tuple(left), tuple(right))
