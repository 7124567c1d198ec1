"""Sheets in and out: export, a dry run that tells what an import would change, and the import, all or nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from knowledge_base.check import check_entries
from knowledge_base.editing import emit
from knowledge_base.editing.compare import FieldChange, field_changes
from knowledge_base.editing.document import edit_text
from knowledge_base.editing.errors import EditRefused, PlanStale
from knowledge_base.editing.folder import View
from knowledge_base.editing.forms import Form, read_form
from knowledge_base.editing.sheets import COLUMNS, KNOWN, NEEDED, form_of, lines_of, read_cell, to_csv, to_xlsx
from knowledge_base.editing.store import EditStore
from knowledge_base.editing.tables import BadCell, NotATable, Row, read_table
from knowledge_base.entry import Entry
from knowledge_base.last_good import answer_problems
from knowledge_base.problems import Problem
from knowledge_base.schema import ID_PATTERN

#: Owner of a new category whose sheet names none.
DEFAULT_OWNER = "知识运营"
_FIELD_COLUMNS = {"answer.text": "text", "answer.speech": "speech", "valid.from": "valid_from", "valid.to": "valid_to"}


@dataclass(frozen=True)
class RowError:
    """What is wrong in a sheet: `row` as the spreadsheet shows it (0: the whole file), `column` by its Chinese name."""

    row: int
    column: str
    message: str
    mend: str

    def __str__(self) -> str:
        place = (f"第 {self.row} 行" if self.row else "") + (f"“{self.column}”" if self.column else "")
        return f"{place}：{self.message}。改法：{self.mend}。" if place else f"{self.message}。{self.mend}。"


@dataclass(frozen=True)
class PlannedEntry:
    """An entry that an import would add or change. `fields` is empty for a new one; `category_before` tells a move."""

    row: int
    entry_id: str
    category: str
    form: Form
    fields: tuple[FieldChange, ...] = ()
    category_before: str = ""


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do. `missing` entries are in the base and not in the sheet; they stay as they are.

    `state` is the digest of the base it was planned against, `contents` the files as they would be.
    """

    filename: str
    state: str
    added: tuple[PlannedEntry, ...] = ()
    changed: tuple[PlannedEntry, ...] = ()
    unchanged: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    errors: tuple[RowError, ...] = ()
    warnings: tuple[RowError, ...] = ()
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def ok(self) -> bool:
        """Whether it can be applied."""
        return not self.errors


@dataclass(frozen=True)
class Imported:
    """What an import did. `version` is the history's id, empty where nothing changed."""

    version: str
    diff: str
    added: int
    changed: int


def export(store: EditStore, kind: str = "xlsx") -> bytes:
    """What is served as a sheet, one row an entry, to be imported again; `kind` is `xlsx` or `csv`."""
    view = store.view()
    served = {entry.id for entry in view.entries() if not answer_problems(entry, store.references)}
    heads = {file.category: (file.title, file.owner) for file in view.files.values()}
    lines = lines_of([entry for entry in store.entries() if entry.entry_id in served], heads)
    return to_xlsx(lines) if kind == "xlsx" else to_csv(lines)


def plan_import(data: bytes, filename: str, store: EditStore) -> ImportPlan:
    """A dry run. Never raises for bad content: see `errors`; a plan that has any cannot be applied."""
    view = store.view(fresh=True)
    plan = _Planner(store, view, PurePath(filename).name)
    return plan.made(data)


def apply_import(plan: ImportPlan, author: str, store: EditStore, note: str = "") -> Imported:
    """Write what was planned, all or nothing, and record it.

    Raises PlanStale where the base changed since, EditRefused where the plan has errors, SaveFailed,
    HistoryUnavailable.
    """
    if plan.errors:
        raise EditRefused(
            [Problem("sheet", plan.filename, e.message, e.mend, e.row, "", e.column) for e in plan.errors]
        )
    with store.writing() as view:
        if state_of(view) != plan.state:
            raise PlanStale(plan.filename)
        text = note or f"导入 {plan.filename}：新增 {len(plan.added)} 条，修改 {len(plan.changed)} 条"
        version, diff = store.write(view, plan.contents, author, text)
    return Imported(version, diff, len(plan.added), len(plan.changed))


def state_of(view: View) -> str:
    """A digest of every byte of the base."""
    digest = hashlib.sha256()
    for name, file in view.files.items():
        digest.update(f"{name}\0{len(file.raw)}\0".encode() + file.raw)
    return digest.hexdigest()


class _Planner:
    def __init__(self, store: EditStore, view: View, filename: str) -> None:
        self._store = store
        self._view = view
        self._filename = filename
        self._present = {i: (file.category, form) for file in view.files.values() for i, form in file.forms.items()}
        self._owners = {file.category: file.owner for file in view.files.values()}
        self._titles: dict[str, str] = {}
        self._errors: list[RowError] = []
        self._warnings: list[RowError] = []
        self._added: list[PlannedEntry] = []
        self._changed: list[PlannedEntry] = []
        self._unchanged: list[str] = []

    def made(self, data: bytes) -> ImportPlan:
        seen: dict[str, int] = {}
        try:
            table = read_table(data, KNOWN)
            places = self._columns(table.head)
            for row in table.rows:
                self._row(row, places, seen)
            self._check()
            contents = self._contents() if not self._errors else {}
        except NotATable as error:
            self._errors.append(RowError(error.row, "", error.message, error.mend))
            contents = {}
        missing = tuple(entry_id for entry_id in self._present if entry_id not in seen)
        return ImportPlan(
            self._filename, state_of(self._view), tuple(self._added), tuple(self._changed), tuple(self._unchanged),
            missing, tuple(sorted(self._errors, key=lambda e: e.row)), tuple(self._warnings), contents,
        )  # fmt: skip

    def _columns(self, head: Sequence[str]) -> dict[str, int]:
        names = {shown: key for key, shown in COLUMNS.items()} | {key: key for key in COLUMNS}
        places: dict[str, int] = {}
        for place, text in enumerate(head):
            key = names.get(text.strip().lstrip("\ufeff"))
            if key in places:
                raise NotATable(f"列“{COLUMNS[key]}”出现了两次", "删掉一列", 1)
            if key is not None:
                places[key] = place
        missing = [COLUMNS[key] for key in NEEDED if key not in places]
        if missing:
            raise NotATable(f"缺少列：{'、'.join(missing)}", f"第一行写列名：{'、'.join(COLUMNS.values())}", 1)
        return places

    def _row(self, row: Row, places: Mapping[str, int], seen: dict[str, int]) -> None:
        cells: dict[str, str] = {}
        broken = False
        for key, place in places.items():
            cell = read_cell(key, row.cells[place] if place < len(row.cells) else "")
            if isinstance(cell, BadCell):
                self._errors.append(RowError(row.number, COLUMNS[key], cell.message, cell.mend))
                broken = True
            else:
                cells[key] = cell
        entry_id = cells.get("id", "")
        if not entry_id:
            # A row with nothing in our columns is somebody's remark.
            if not broken and any(cells.values()):
                self._errors.append(RowError(row.number, COLUMNS["id"], "没有编号", "写上编号，例如 bill-why-higher"))
            return
        if entry_id in seen:
            message = f"编号 {entry_id} 与第 {seen[entry_id]} 行重复"
            self._errors.append(RowError(row.number, COLUMNS["id"], message, "换一个编号，或删掉一行"))
            return
        seen[entry_id] = row.number
        if not broken:
            self._entry(row.number, entry_id, cells)

    def _entry(self, number: int, entry_id: str, cells: Mapping[str, str]) -> None:
        category = cells["category"]
        before, present = self._present.get(entry_id, ("", None))
        if not re.fullmatch(ID_PATTERN, category) or len(category) > 40:
            message = f"类别「{category[:20]}」的写法不对" if category else "没有类别"
            self._errors.append(RowError(number, COLUMNS["category"], message, "写类别编号，例如 bills"))
            return
        if category not in self._owners:
            title = cells.get("title", "") or self._titles.get(category, "")
            if not 2 <= len(title) <= 20:
                mend = "改成已有的类别；要新建类别，在“类别名称”列写 2 到 20 个字的中文名"
                self._errors.append(RowError(number, COLUMNS["category"], f"没有 {category} 这个类别", mend))
                return
            self._titles[category] = title
        form = form_of(cells, present, self._owners.get(category, DEFAULT_OWNER))
        if present is None:
            self._added.append(PlannedEntry(number, entry_id, category, form))
        elif form == present and category == before:
            self._unchanged.append(entry_id)
        else:
            fields = tuple(field_changes(present, form))
            self._changed.append(PlannedEntry(number, entry_id, category, form, fields, before))

    def _check(self) -> None:
        """Each new or changed entry by itself, then among all entries as they would be."""
        built: dict[str, tuple[Entry, PlannedEntry]] = {}
        for planned in (*self._added, *self._changed):
            entry, problems = read_form(planned.form, planned.category)
            self._tell(planned, problems)
            if entry is not None:
                built[entry.id] = (entry, planned)
        entries = [entry for entry, _ in built.values()]
        others = self._view.entries(frozenset(built))
        for problem in check_entries(entries, [*others, *entries], self._store.references, self._store.today()):
            self._tell(built[problem.entry_id][1], [problem])

    def _tell(self, planned: PlannedEntry, problems: Sequence[Problem]) -> None:
        for problem in problems:
            name = re.sub(r"\[\d+\]$", "", problem.field)
            key = _FIELD_COLUMNS.get(name, "valid_from" if name == "valid" else name)
            error = RowError(planned.row, COLUMNS.get(key, ""), problem.message, problem.mend)
            (self._errors if problem.level == "error" else self._warnings).append(error)

    def _contents(self) -> dict[str, bytes]:
        """The files as they would be."""
        replaced: dict[str, dict[str, Form]] = {}
        fresh: dict[str, list[PlannedEntry]] = {}
        removed: dict[str, list[str]] = {}
        for planned in self._added:
            fresh.setdefault(planned.category, []).append(planned)
        for planned in self._changed:
            if planned.category == planned.category_before:
                replaced.setdefault(planned.category, {})[planned.entry_id] = planned.form
            else:
                fresh.setdefault(planned.category, []).append(planned)
                removed.setdefault(planned.category_before, []).append(planned.entry_id)
        contents: dict[str, bytes] = {}
        for category in {**replaced, **fresh, **removed}:
            forms = [planned.form for planned in fresh.get(category, ())]
            file = self._view.of_category(category)
            if file is None:
                head = emit.head(category, self._titles[category], DEFAULT_OWNER)
                contents[f"{category}.yml"] = (head + "".join(emit.entry(form, 2) for form in forms)).encode()
                continue
            try:
                gone = removed.get(category, [])
                text = edit_text(file.text, replaced.get(category, {}), list(forms), gone, file.name)
            except EditRefused as refused:
                for problem in refused.problems:
                    self._errors.append(RowError(0, "", f"{problem.file}：{problem.message}", problem.mend))
            else:
                contents[file.name] = file.encoded(text)
        return contents
