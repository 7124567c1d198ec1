"""Entries as rows of a sheet: the columns, writing xlsx and csv, and one row back to a form."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge_base.editing.forms import LISTS, Form, entry_form
from knowledge_base.editing.results import Editable
from knowledge_base.editing.tables import BadCell, Cell

#: Columns in order, with their names in the sheet. Several values in a cell stand on lines of their own.
COLUMNS: dict[str, str] = {
    "category": "类别",
    "title": "类别名称",
    "id": "编号",
    "question": "标准问",
    "similar": "相似问",
    "text": "文字答案",
    "speech": "语音答案",
    "keywords": "关键词",
    "related": "相关条目",
    "action": "提议办理",
    "channels": "限定渠道",
    "regions": "限定地区",
    "segments": "限定客户",
    "valid_from": "生效日期",
    "valid_to": "失效日期",
    "owner": "负责部门",
    "note": "版本说明",
}
#: Columns a sheet must have; of an entry that is there already, what the other columns hold stays when they are
#: left out.
NEEDED = ("category", "id", "question", "similar", "text", "speech", "keywords")
KNOWN = frozenset({*COLUMNS, *COLUMNS.values()})
_DATES = ("valid_from", "valid_to")
_WIDTHS = {"question": 36, "similar": 40, "text": 60, "speech": 50, "keywords": 20, "related": 24, "id": 26}
#: What a spreadsheet program would take for a formula.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+0?0:00(?::00)?)?")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Line:
    """One entry to export: where it stands and its form; `owner` is the one that serves."""

    category: str
    title: str
    owner: str
    form: Form


def lines_of(entries: Iterable[Editable], heads: Mapping[str, tuple[str, str]]) -> list[Line]:
    """Export lines; `heads` gives (title, owner) of each category."""
    found = []
    for entry in entries:
        title, owner = heads.get(entry.category, (entry.category, ""))
        found.append(Line(entry.category, title, str(entry.form.get("owner") or owner), entry.form))
    return found


def to_csv(lines: Sequence[Line]) -> bytes:
    """UTF-8 with a mark at its head for Excel. What looks like a formula gets a `'` before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS.values())
    for line in lines:
        writer.writerow([defused(text) for text in _texts(line)])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def to_xlsx(lines: Sequence[Line]) -> bytes:
    """A workbook of one sheet in which every cell is text; formulas are neutralised as in csv."""
    import openpyxl
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "知识库"
    sheet.freeze_panes = "D2"
    wrapped = Alignment(wrap_text=True, vertical="top")
    for number, texts in enumerate([list(COLUMNS.values()), *map(_texts, lines)], 1):
        for place, text in enumerate(texts, 1):
            cell = sheet.cell(number, place)
            cell.value = defused(_UNSEEN.sub("", text)) or None
            if cell.value is not None:
                cell.data_type = "s"
            cell.number_format = "@"
            cell.alignment = wrapped
            if number == 1:
                cell.font = Font(bold=True)
    for place, key in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(key, 14)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _texts(line: Line) -> list[str]:
    form, valid = line.form, line.form.get("valid") or {}
    row = {
        "category": line.category, "title": line.title, "id": form.get("id"), "question": form.get("question"),
        "text": (form.get("answer") or {}).get("text"), "speech": (form.get("answer") or {}).get("speech"),
        "action": form.get("action"), "valid_from": valid.get("from"), "valid_to": valid.get("to"),
        "owner": line.owner, "note": form.get("note"),
        **{key: "\n".join(form.get(key) or ()) for key in LISTS},
    }  # fmt: skip
    return [str(row[key] or "") for key in COLUMNS]


def defused(text: str) -> str:
    """With a `'` before what would be taken for a formula."""
    return "'" + text if _FORMULA.match(text) else text


def fused(text: str) -> str:
    """`defused` undone."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def read_cell(key: str, cell: Cell) -> str | BadCell:
    """A cell's text: formulas' `'` taken off, dates as 2026-01-31."""
    if isinstance(cell, BadCell):
        return cell
    if isinstance(cell, dt.date):
        if key in _DATES:
            return cell.isoformat()
        return BadCell(f"这一格是日期 {cell.isoformat()}，这里要文字", "把单元格格式设为“文本”，再重新输入")
    text = fused(cell.strip()).strip()
    found = _DATE.fullmatch(text) if key in _DATES else None
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else text


def form_of(cells: Mapping[str, str], present: Mapping[str, object] | None, head_owner: str) -> Form:
    """The form a row describes. Columns that the sheet does not have keep what `present` has in them.

    An owner that is the category's own is not written into the entry.
    """
    form: Form = entry_form(present) if present else {}
    form["id"] = cells["id"]
    for key in ("question", "action", "note"):
        if key in cells:
            form[key] = cells[key]
    for key in LISTS:
        if key in cells:
            form[key] = [part.strip() for part in cells[key].splitlines() if part.strip()]
    form["answer"] = {"text": cells["text"], "speech": cells["speech"]}
    old = (present or {}).get("valid")
    valid = dict(old) if isinstance(old, Mapping) else {}
    form["valid"] = valid | {key[6:]: cells[key] for key in _DATES if key in cells}
    if "owner" in cells:
        form["owner"] = cells["owner"]
        if cells["owner"] == head_owner and not (present or {}).get("owner"):
            del form["owner"]
    return entry_form(form)
