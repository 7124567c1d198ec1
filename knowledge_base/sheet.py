"""Entries to and from a CSV sheet that spreadsheet programs open. Reading one yields YAML, writes nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import yaml

from knowledge_base.entry import Entry
from knowledge_base.errors import FaqInvalid
from knowledge_base.loader import FaqFile, parse_file
from knowledge_base.problems import Problem

#: Columns in order. Several values in a cell stand on lines of their own.
COLUMNS = (
    "category", "id", "question", "similar", "text", "speech", "keywords", "channels", "regions", "segments",
    "valid_from", "valid_to", "related", "action", "owner", "note",
)  # fmt: skip
_LISTS = ("similar", "keywords", "channels", "regions", "segments", "related")
_NEEDED = ("category", "id", "question", "similar", "text", "speech", "keywords")


def to_csv(entries: Sequence[Entry]) -> str:
    """The sheet, UTF-8 with a mark at its head for Excel. What looks like a formula gets a `'` before it."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        row: dict[str, Any] = {
            "category": entry.category, "id": entry.id, "question": entry.question, "text": entry.answer.text,
            "speech": entry.answer.speech,
            "valid_from": entry.valid_from or "", "valid_to": entry.valid_to or "",
            "action": entry.action or "", "owner": entry.owner, "note": entry.note,
        }  # fmt: skip
        row.update({name: "\n".join(getattr(entry, name)) for name in _LISTS})
        writer.writerow([_defused(str(row[name])) for name in COLUMNS])
    return out.getvalue()


def from_csv(raw: bytes, name: str, titles: dict[str, str] | None = None) -> tuple[dict[str, str], list[Problem]]:
    """YAML text by file name, and what is wrong with the rows (their `line` is the sheet's row).

    Raises FaqInvalid where it is no such sheet. `titles` gives the Chinese name of each category.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    if "\0" in text or "\ufffd" in text:
        raise FaqInvalid([Problem("sheet", name, "不是 CSV 表格", "在表格软件里另存为 CSV UTF-8")])
    reader = csv.DictReader(io.StringIO(text))
    missing = [column for column in _NEEDED if column not in (reader.fieldnames or ())]
    if missing:
        raise FaqInvalid([Problem("sheet", name, f"缺少列 {'、'.join(missing)}", f"第一行写 {','.join(COLUMNS)}", 1)])
    categories: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    try:
        for row in reader:
            if any((value or "").strip() for value in row.values() if isinstance(value, str)):
                category = (row.get("category") or "").strip()
                categories.setdefault(category, []).append((reader.line_num, _item(row)))
    except csv.Error as error:
        raise FaqInvalid([Problem("sheet", name, f"第 {reader.line_num} 行读不出来", "检查引号")]) from error
    files: dict[str, str] = {}
    problems: list[Problem] = []
    for category, rows in categories.items():
        title = (titles or {}).get(category, category)
        files[f"{category}.yml"] = _yaml(category, title, [item for _, item in rows])
        for number, item in rows:
            parsed: FaqFile = parse_file(_yaml(category, title, [item]).encode(), f"{category}.yml")
            problems += [Problem(p.code, name, p.message, p.mend, number, p.entry_id, p.field) for p in parsed.problems]
    return files, problems


def _item(row: dict[str, str | None]) -> dict[str, Any]:
    def cell(column: str) -> str:
        value = (row.get(column) or "").strip()
        return value[1:] if value[:2] in ("'=", "'+", "'-", "'@") else value

    item: dict[str, Any] = {"id": cell("id"), "question": cell("question")}
    listed = {column: [part.strip() for part in cell(column).splitlines() if part.strip()] for column in _LISTS}
    item["similar"] = listed["similar"]
    item["answer"] = {"text": cell("text"), "speech": cell("speech")}
    for column in _LISTS[1:]:
        if listed[column]:
            item[column] = listed[column]
    valid = {key: cell(f"valid_{key}") for key in ("from", "to") if cell(f"valid_{key}")}
    if valid:
        item["valid"] = valid
    for column in ("action", "owner", "note"):
        if cell(column):
            item[column] = cell(column)
    return item


def _yaml(category: str, title: str, items: list[dict[str, Any]]) -> str:
    data = {"category": category, "title": title, "owner": "知识运营", "entries": items}
    return "# yaml-language-server: $schema=../faq.schema.json\n" + yaml.safe_dump(
        data, allow_unicode=True, sort_keys=False, width=110
    )


def _defused(cell: str) -> str:
    return "'" + cell if cell[:1] in ("=", "+", "-", "@") else cell
