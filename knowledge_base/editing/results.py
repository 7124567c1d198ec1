"""What the editor's store hands out."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge_base.editing.forms import Form
from knowledge_base.problems import Problem


@dataclass(frozen=True)
class Category:
    """One file: `category` is its code, `entries` how many it has, `problems` what is wrong with it now."""

    category: str
    title: str
    owner: str
    file: str
    entries: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Editable:
    """An entry to edit. `base` is the digest of `form`; hand it back when saving."""

    entry_id: str
    category: str
    file: str
    form: Form
    base: str


@dataclass(frozen=True)
class Saved:
    """What a save did. `version` is the history's id, empty without a history or where nothing changed.

    `diff` is a unified diff of the files, empty where nothing changed; `form` and `base` are the entry as saved;
    `merged`: changes of others were taken in; `warnings` are what the editor should look at.
    """

    entry_id: str
    version: str
    diff: str
    form: Form
    base: str
    merged: bool = False
    warnings: tuple[Problem, ...] = ()
