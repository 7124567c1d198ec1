"""An approved draft becomes a change of the files."""

from __future__ import annotations

from collections.abc import Collection

from knowledge_base.editing.draft_types import Draft
from knowledge_base.editing.forms import form_digest
from knowledge_base.editing.results import Saved
from knowledge_base.editing.store import EditStore
from knowledge_base.errors import EntryUnknown


def publish(edits: EditStore, draft: Draft, reviewer: str, mend: Collection[str] = ()) -> Saved:
    """Save or remove the draft's entry; `mend` as in `EditStore.delete`. Raises as these do.

    A draft that was published by a try that broke off changes nothing.
    """
    if draft.removes:
        return _remove(edits, draft, reviewer, mend)
    entry_id = draft.entry_id
    if entry_id is None:
        # A new entry that stands there exactly so was published by a try that broke off.
        try:
            present = edits.get(str(draft.form.get("id")))
        except EntryUnknown:
            pass
        else:
            if present.base == form_digest(draft.form):
                entry_id = present.entry_id
    note = draft.note or (f"修改 {entry_id}" if entry_id else f"新增 {draft.form.get('id')}")
    return edits.save(
        entry_id, draft.category, draft.form, draft.base, draft.author, _signed(note, reviewer), draft.base_form
    )


def _remove(edits: EditStore, draft: Draft, reviewer: str, mend: Collection[str]) -> Saved:
    entry_id, base = str(draft.entry_id), draft.base or ""
    note = _signed(f"删除 {entry_id}：{draft.note}", reviewer)
    try:
        return edits.delete(entry_id, base, draft.author, note, mend)
    except EntryUnknown:
        return Saved(entry_id, "", "", draft.form, base)  # gone already, as wanted


def _signed(note: str, reviewer: str) -> str:
    return f"{note}（审核：{reviewer}）"
