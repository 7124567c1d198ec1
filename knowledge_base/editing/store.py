"""Saves single entries into the FAQ files: checked, merged with what others did, written whole, recorded."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.clock import Clock
from knowledge_base.check import check_entry
from knowledge_base.editing import emit
from knowledge_base.editing.bases import Bases
from knowledge_base.editing.compare import compare, merge
from knowledge_base.editing.document import edit_text
from knowledge_base.editing.errors import EditConflict, EditRefused, HistoryUnavailable, SaveFailed
from knowledge_base.editing.files import folder_lock, save_failed, write_files
from knowledge_base.editing.folder import SourceFile, Sources, View, read_source
from knowledge_base.editing.forms import Form, entry_form, form_digest, read_form
from knowledge_base.editing.history import History
from knowledge_base.editing.removal import reference_problems, referring, without
from knowledge_base.editing.results import Category, Editable, Saved
from knowledge_base.errors import EntryUnknown
from knowledge_base.problems import Problem
from knowledge_base.render import References


@dataclass(frozen=True)
class _Wish:
    """One save as asked for. `fallback` is the file to make anew where the category has none."""

    entry_id: str | None
    category: str
    form: Form
    base: str | None
    base_form: Form | None
    fallback: SourceFile | None = None


class EditStore:
    """The entries of a folder, for editing by several people and processes at once.

    Methods block on the disk; call them from a thread in async code. `history` records every save; without one
    nothing is recorded. Where the disk refuses they raise SaveFailed, where git is missing HistoryUnavailable.
    """

    def __init__(self, faq_dir: Path, references: References, clock: Clock, history: History | None = None) -> None:
        self.folder = faq_dir
        self.history = history
        self.references = references
        self._clock = clock
        self._sources = Sources(faq_dir)
        self._bases = Bases(history)

    def today(self) -> dt.date:
        """The day by which validity is judged."""
        return self._clock.now().date()

    # -- reading --------------------------------------------------------------------------------------------

    def categories(self) -> list[Category]:
        """All files, by name."""
        files = self.view().files.values()
        return [Category(f.category, f.title, f.owner, f.name, len(f.forms), f.loaded.problems) for f in files]

    def get(self, entry_id: str) -> Editable:
        """An entry as it is now. Raises EntryUnknown."""
        file = self.view().find(entry_id)
        if file is None:
            raise EntryUnknown(entry_id)
        return self._editable(file, entry_id)

    def entries(self, category: str | None = None) -> list[Editable]:
        """Every entry (of one category), in the order of the files."""
        files = [file for file in self.view().files.values() if category in (None, file.category)]
        return [self._editable(file, entry_id) for file in files for entry_id in file.forms]

    def view(self, fresh: bool = False) -> View:
        """All files as they are now; `fresh` reads every byte again."""
        return self._sources.view(fresh)

    def referring(self, entry_id: str) -> list[Editable]:
        """Entries that name this one as related."""
        return [self._editable(file, other) for other, (file, _) in referring(self.view(), entry_id).items()]

    def opened(self, entry_id: str, base: str) -> Form | None:
        """The form of an entry that had this digest, None where it is not remembered."""
        return self._bases.find(entry_id, base)

    def check(self, form: Mapping[str, Any], category: str, entry_id: str | None = None) -> list[Problem]:
        """What is wrong with a form, were it saved: shape, references, quick checks. Empty: nothing."""
        return self.problems(entry_form(form), category, entry_id, self.view())

    def problems(self, form: Form, category: str, entry_id: str | None, view: View) -> list[Problem]:
        """`check` against files already read."""
        entry, found = read_form(form, category)
        if entry is None:
            return found
        if entry.id != entry_id and (taken := view.find(entry.id)) is not None:
            message = f"编号与 {taken.name} 的条目重复"
            return [Problem("duplicate_id", f"{category}.yml", message, "换一个编号", 0, entry.id, "id")]
        others = view.entries(frozenset({entry.id, entry_id or ""}))
        return check_entry(entry, others, self.references, self.today())

    # -- writing --------------------------------------------------------------------------------------------

    def save(
        self,
        entry_id: str | None,
        category: str,
        form: Mapping[str, Any],
        base: str | None,
        author: str,
        note: str = "",
        base_form: Mapping[str, Any] | None = None,
    ) -> Saved:
        """Save an entry; `entry_id` None adds a new one. Another `category` than before moves it.

        `base` is what `get` gave; `base_form` may give the form that was opened, for who kept it. Changes of
        others in other fields are merged. Saving the same again changes nothing. Raises EditRefused,
        EditConflict, SaveFailed, HistoryUnavailable.
        """
        opened = None if base_form is None else entry_form(base_form)
        return self._save(_Wish(entry_id, category, entry_form(form), base, opened), author, note)

    def delete(self, entry_id: str, base: str, author: str, note: str = "", mend: Collection[str] = ()) -> Saved:
        """Remove an entry; entries of `mend` stop naming it as related, in the same version.

        Raises EntryUnknown, EditRefused where still others name it, EditConflict.
        """
        with self.writing() as view:
            file = view.find(entry_id)
            if file is None:
                raise EntryUnknown(entry_id)
            form = file.forms[entry_id]
            if base != form_digest(form):
                opened = self._bases.find(entry_id, base)
                fields = compare(opened, opened or form, form)
                raise EditConflict(entry_id, entry_form(form), form_digest(form), fields, entry_form(form))
            if problems := reference_problems(view, entry_id, mend):
                raise EditRefused(problems)
            contents = without(view, file, entry_id, mend)
            version, diff = self.write(view, contents, author, note or f"删除 {entry_id}")
        return Saved(entry_id, version, diff, entry_form(form), base)

    def restore(self, entry_id: str, version: str, author: str) -> Saved:
        """Bring an entry back as it was in a version, in one step; checked and recorded like any save.

        Raises VersionUnknown, EditRefused, EditConflict, SaveFailed, HistoryUnavailable.
        """
        if self.history is None:
            raise HistoryUnavailable("no history", message_zh="没有启用版本记录，不能恢复。")
        name, form, raw = self.history.place_at(version, entry_id)
        note = f"恢复 {entry_id} 到版本 {version[:12]}"
        now = self.view().find(entry_id)
        if now is not None:
            wish = _Wish(entry_id, now.category, form, form_digest(now.forms[entry_id]), now.forms[entry_id])
        else:
            wish = _Wish(None, Path(name).stem, form, None, None, read_source(name, raw))
        return self._save(wish, author, note)

    @contextmanager
    def writing(self) -> Iterator[View]:
        """Be the only writer; gives the files as they are, edits made outside recorded."""
        with folder_lock(self.folder):
            if self.history is not None:
                self.history.record_outside_locked()
            yield self.view(fresh=True)

    def write(self, view: View, contents: Mapping[str, bytes], author: str, note: str) -> tuple[str, str]:
        """Write whole files, all or none, and record them: (version, diff). For use inside `writing`."""
        before = {name: view.files[name].raw if name in view.files else b"" for name in contents}
        changed = {name: data for name, data in contents.items() if data != before[name]}
        if not changed:
            return "", ""
        prepared = None if self.history is None else self.history.prepare(author, note, changed)
        for name in changed:
            path = self.folder / name
            try:
                untouched = (path.read_bytes() if path.exists() else b"") == before[name]
            except OSError as error:
                raise save_failed(error) from error
            if not untouched:
                raise SaveFailed(name, message_zh=f"文件 {name} 正在被别的程序修改，没有保存，请再试一次。")
        write_files(self.folder, changed)
        version = self.history.publish(prepared) if self.history is not None and prepared is not None else None
        return (version.id if version else ""), "".join(_diff(n, before[n], data) for n, data in changed.items())

    # -- parts ----------------------------------------------------------------------------------------------

    def _save(self, wish: _Wish, author: str, note: str) -> Saved:
        with self.writing() as view:
            file = view.find(wish.entry_id) if wish.entry_id is not None else None
            form = wish.form if wish.entry_id is None else self._with_others(wish.entry_id, file, wish)
            merged = form != wish.form
            target = view.of_category(wish.category) or wish.fallback
            if target is None:
                known = "、".join(f.category for f in view.files.values())
                message = f"没有 {wish.category} 这个类别"
                raise EditRefused(
                    [Problem("category", f"{wish.category}.yml", message, f"可选 {known}", field="category")]
                )
            found = self.problems(form, target.category, wish.entry_id, view)
            if wish.entry_id is not None and form.get("id") != wish.entry_id:
                message = f"编号不能改，原来是 {wish.entry_id}"
                found.append(
                    Problem("id_changed", target.name, message, "要换编号，请另建一条", 0, wish.entry_id, "id")
                )
            errors = [problem for problem in found if problem.level == "error"]
            if errors and merged and file is not None:
                raise self._conflict(file, wish, errors)
            if errors:
                raise EditRefused(errors)
            contents = _contents(view, file, target, wish.entry_id, form)
            entry_id = str(form["id"])
            what = "新增" if file is None else "修改" if file.name == target.name else "移动"
            version, diff = self.write(view, contents, author, note or f"{what} {entry_id}")
        base = self._bases.remember(entry_id, form)
        return Saved(
            entry_id, version, diff, entry_form(form), base, merged, tuple(p for p in found if p.level != "error")
        )

    def _with_others(self, entry_id: str, file: SourceFile | None, wish: _Wish) -> Form:
        """The form to save: this editor's, with what others changed meanwhile. Raises EditConflict."""
        if file is None:
            opened = wish.base_form or self._bases.find(entry_id, wish.base)
            raise EditConflict(entry_id, None, "", compare(opened, wish.form, None), wish.form)
        present = file.forms[entry_id]
        if wish.base == form_digest(present) or wish.form == present:
            return wish.form
        opened = wish.base_form or self._bases.find(entry_id, wish.base)
        fields = compare(opened, wish.form, present)
        if any(field.state == "conflict" for field in fields):
            raise self._conflict(file, wish, [])
        return merge(wish.form, fields)

    def _conflict(self, file: SourceFile, wish: _Wish, problems: list[Problem]) -> EditConflict:
        entry_id = str(wish.entry_id)
        present = file.forms[entry_id]
        fields = compare(wish.base_form or self._bases.find(entry_id, wish.base), wish.form, present)
        base = self._bases.remember(entry_id, present)
        return EditConflict(entry_id, entry_form(present), base, fields, merge(wish.form, fields), problems)

    def _editable(self, file: SourceFile, entry_id: str) -> Editable:
        form = file.forms[entry_id]
        return Editable(entry_id, file.category, file.name, entry_form(form), self._bases.remember(entry_id, form))


def _contents(
    view: View, file: SourceFile | None, target: SourceFile, entry_id: str | None, form: Form
) -> dict[str, bytes]:
    """The files as they will be."""
    if target.name not in view.files:
        head = emit.head(target.category, target.title, target.owner)
        return {target.name: (head + emit.entry(form, 2)).encode()}
    if file is None:
        return {target.name: target.encoded(edit_text(target.text, added=[form], name=target.name))}
    if file.name == target.name:
        return {file.name: file.encoded(edit_text(file.text, {str(entry_id): form}, name=file.name))}
    return {
        target.name: target.encoded(edit_text(target.text, added=[form], name=target.name)),
        file.name: file.encoded(edit_text(file.text, removed=[str(entry_id)], name=file.name)),
    }


def _diff(name: str, before: bytes, after: bytes) -> str:
    old, new = (data.decode("utf-8-sig", "replace").splitlines(keepends=True) for data in (before, after))
    lines = difflib.unified_diff(old, new, f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)
