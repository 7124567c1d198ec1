"""Three-way comparison of an entry: what was opened, what one editor wrote, what stands there now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from knowledge_base.editing.forms import FIELDS, Form, entry_form, get_field, set_field

#: Changed by nobody; by this editor; by the others; by both in the same way; by both in different ways.
State = Literal["same", "mine", "theirs", "both", "conflict"]


@dataclass(frozen=True)
class FieldComparison:
    """One field of `FIELDS`. `base`, `mine`, `theirs` are text, a list, `{from, to}` or None (no value)."""

    field: str
    title: str
    base: Any
    mine: Any
    theirs: Any
    state: State

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class FieldChange:
    """One field of an entry that differs between two forms."""

    field: str
    title: str
    before: Any
    after: Any

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def field_changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[FieldChange]:
    """Fields that differ, in the order of `FIELDS`."""
    pairs = [(name, get_field(before, name), get_field(after, name)) for name in FIELDS]
    return [FieldChange(name, FIELDS[name], one, two) for name, one, two in pairs if one != two]


def compare(
    base: Mapping[str, Any] | None, mine: Mapping[str, Any], theirs: Mapping[str, Any] | None
) -> list[FieldComparison]:
    """Every field. Without a known `base` whatever differs is a conflict."""
    fields = []
    for name, title in FIELDS.items():
        old, own, other = get_field(base, name), get_field(mine, name), get_field(theirs, name)
        state: State
        if own == other:
            state = "same" if base is None or own == old else "both"
        elif base is not None and own == old:
            state = "theirs"
        elif base is not None and other == old:
            state = "mine"
        else:
            state = "conflict"
        fields.append(FieldComparison(name, title, old, own, other, state))
    return fields


def merge(mine: Mapping[str, Any], fields: Sequence[FieldComparison]) -> Form:
    """`mine` with the others' changes that do not clash with it."""
    merged = entry_form(mine)
    if isinstance(merged.get("answer"), Mapping):
        merged["answer"] = dict(merged["answer"])
    for field in fields:
        if field.state == "theirs":
            set_field(merged, field.field, field.theirs)
    return entry_form(merged)
