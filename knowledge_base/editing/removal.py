"""Taking an entry out: who names it as related, and the files without it."""

from __future__ import annotations

from collections.abc import Collection

from knowledge_base.editing.document import edit_text
from knowledge_base.editing.folder import SourceFile, View
from knowledge_base.editing.forms import Form, entry_form
from knowledge_base.problems import Problem


def referring(view: View, entry_id: str) -> dict[str, tuple[SourceFile, Form]]:
    """Entries that name this one as related, by id."""
    return {
        other: (file, form)
        for file in view.files.values()
        for other, form in file.forms.items()
        if other != entry_id and entry_id in (form.get("related") or ())
    }


def reference_problems(view: View, entry_id: str, mend: Collection[str]) -> list[Problem]:
    """The references that would be dead, those of `mend` left out."""
    return [
        Problem(
            "dead_related", file.name, f"条目 {other} 的相关条目里有它", f"先从 {other} 里去掉", 0, entry_id, "related"
        )
        for other, (file, _) in referring(view, entry_id).items()
        if other not in mend
    ]


def without(view: View, file: SourceFile, entry_id: str, mend: Collection[str]) -> dict[str, bytes]:
    """The changed files' bytes: the entry gone from `file`, and its id from the related ones of `mend`.

    Raises EditRefused where a file cannot be changed.
    """
    mended: dict[str, dict[str, Form]] = {file.name: {}}
    for other, (place, form) in referring(view, entry_id).items():
        if other in mend:
            related = [one for one in form.get("related") or () if one != entry_id]
            mended.setdefault(place.name, {})[other] = entry_form({**form, "related": related})
    contents = {}
    for name, forms in mended.items():
        source = view.files[name]
        gone = [entry_id] if name == file.name else []
        contents[name] = source.encoded(edit_text(source.text, forms, removed=gone, name=name))
    return contents
