"""What can go wrong while the knowledge base is edited.

EditingError                  anything editing raises on purpose
├── EditRefused               what was written is not valid; `.problems` says where and how to mend
├── EditConflict              the entry was changed by somebody else; `.present` and `.fields` show both sides
├── SaveFailed                the disk refused; the files are as they were
├── HistoryError
│   ├── HistoryUnavailable    git is missing or failed
│   └── VersionUnknown        no such version, or the entry was not in it
├── DraftError
│   ├── DraftUnknown          no such draft
│   ├── DraftStale            the draft was changed meanwhile; `.draft` is the draft as it is
│   ├── MoveRefused           not in this state, or not by this person
│   └── SamePerson            who wrote it cannot approve it
├── PlanStale                 the base changed after the import was planned
└── HookRefused               the pre-commit hook cannot be installed
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.problems import Problem

if TYPE_CHECKING:
    from knowledge_base.editing.compare import FieldComparison
    from knowledge_base.editing.drafts import Draft


class EditingError(KnowledgeBaseError):
    """Base of the tree."""

    code = "editing"
    message_zh = "知识库暂时不能编辑，请稍后再试。"


class EditRefused(EditingError):
    """What was written is not valid. `problems` is never empty; each names its `field`."""

    code = "edit_refused"
    message_zh = "内容还有问题，没有保存。"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("；".join(str(problem) for problem in problems[:5]))
        self.problems = tuple(problems)


class EditConflict(EditingError):
    """Somebody else changed the entry since it was opened.

    `present` is the entry's form now, None where it was removed, and `base` its digest. `fields` compares, field
    by field, what was opened, what this editor wrote and what stands there now. `merged` is this editor's form
    with every change of the others that does not clash; `problems` is not empty where it clashes in meaning
    only (each side is fine, both together are not).
    """

    code = "edit_conflict"
    message_zh = "这一条刚被别人改过，没有保存。请对照两边的内容再保存一次。"

    def __init__(
        self,
        entry_id: str,
        present: dict[str, Any] | None,
        base: str,
        fields: Sequence[FieldComparison],
        merged: dict[str, Any],
        problems: Sequence[Problem] = (),
    ) -> None:
        super().__init__(
            entry_id, message_zh=None if present is not None else "这一条刚被别人删除，没有保存。可以另存为新条目。"
        )
        self.entry_id = entry_id
        self.present = present
        self.base = base
        self.fields = tuple(fields)
        self.merged = merged
        self.problems = tuple(problems)


class SaveFailed(EditingError):
    """The disk refused. The files are as they were."""

    code = "save_failed"
    message_zh = "没有保存成功，原来的内容没有变动。请稍后再试。"


class HistoryError(EditingError):
    """Base of what can go wrong with versions."""

    code = "history"
    message_zh = "版本记录暂时不可用。"


class HistoryUnavailable(HistoryError):
    """git is missing or failed."""

    code = "history_unavailable"


class VersionUnknown(HistoryError):
    """No such version, or the entry was not in it."""

    code = "version_unknown"
    message_zh = "没有这个版本。"


class DraftError(EditingError):
    """Base of what can go wrong with drafts."""

    code = "draft"
    message_zh = "草稿暂时处理不了，请稍后再试。"


class DraftUnknown(DraftError):
    """No such draft."""

    code = "draft_unknown"
    message_zh = "没有这份草稿。"


class DraftStale(DraftError):
    """The draft was changed meanwhile. `draft` is the draft as it is now."""

    code = "draft_stale"
    message_zh = "这份草稿刚被改过，请刷新后再操作。"

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft.draft_id)
        self.draft = draft


class MoveRefused(DraftError):
    """Not in this state, or not by this person."""

    code = "move_refused"
    message_zh = "这份草稿现在不能这样操作。"


class SamePerson(DraftError):
    """Who wrote a draft cannot approve it."""

    code = "same_person"
    message_zh = "自己写的内容要由另一位同事审核。"


class PlanStale(EditingError):
    """The base changed after the import was planned."""

    code = "plan_stale"
    message_zh = "知识库在预览之后有改动，没有导入。请重新预览。"


class HookRefused(EditingError):
    """The pre-commit hook cannot be installed."""

    code = "hook_refused"
    message_zh = "提交检查没有装上。"
