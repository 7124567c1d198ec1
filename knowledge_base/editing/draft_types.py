"""What a draft is, the states it goes through and the moves between them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from knowledge_base.editing.forms import Form

State = Literal["draft", "in_review", "published", "rejected"]
Move = Literal["save", "submit", "approve", "reject", "withdraw"]
#: What each state is called for editors.
STATE_NAMES: dict[State, str] = {
    "draft": "草稿",
    "in_review": "待审核",
    "published": "已发布",
    "rejected": "已退回",
}
#: From which states each move may start.
MOVES: dict[Move, tuple[State, ...]] = {
    "save": ("draft", "rejected"),
    "submit": ("draft", "rejected"),
    "approve": ("in_review",),
    "reject": ("in_review",),
    "withdraw": ("in_review",),
}


@dataclass(frozen=True)
class Draft:
    """One draft. `entry_id` None: a new entry. `version` counts its moves; hand it back with the next one.

    `base` and `base_form` are the entry as it was opened; `comment` is the reviewer's; `published_as` is the
    version of the history. `removes`: it asks that the entry be deleted; `form` is the entry then and `note` why.
    """

    draft_id: str
    entry_id: str | None
    category: str
    form: Form
    base: str | None
    base_form: Form | None
    state: State
    author: str
    reviewer: str
    note: str
    comment: str
    published_as: str
    version: int
    created_at: dt.datetime
    updated_at: dt.datetime
    removes: bool = False


@dataclass(frozen=True)
class DraftMove:
    """One step of a draft's life: `draft_version` is the draft's before it, 0 where it was made."""

    draft_id: str
    draft_version: int
    move: Move
    before: str
    after: State
    who: str
    at: dt.datetime
    comment: str
