"""Rows of cells out of an uploaded file, whatever it turns out to be: xlsx or csv, else a clear refusal."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

#: Largest file taken, bytes; largest content of an xlsx once unpacked, bytes; most rows.
MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024
MAX_PARTS = 500
MAX_ROWS = 20_000
_DELIMITERS = (",", ";", "\t")
#: How files begin that people take for sheets.
_KINDS = (
    (b"\x89PNG", "一张 PNG 图片"),
    (b"\xff\xd8\xff", "一张 JPEG 图片"),
    (b"GIF8", "一张 GIF 图片"),
    (b"%PDF", "一个 PDF 文件"),
    (b"\x1f\x8b", "一个压缩包"),
    (b"Rar!", "一个压缩包"),
    (b"7z\xbc\xaf", "一个压缩包"),
    (b"<?xml", "一个 XML 文件"),
    (b"<html", "一个网页"),
    (b"<!DOCTYPE", "一个网页"),
)
_SAVE_AS = "在表格软件里另存为 .xlsx 或 CSV UTF-8"


class NotATable(Exception):
    """The file cannot be read as a sheet: (message, mend) in Chinese, `row` where it is known."""

    def __init__(self, message: str, mend: str = _SAVE_AS, row: int = 0) -> None:
        super().__init__(message)
        self.message, self.mend, self.row = message, mend, row


@dataclass(frozen=True)
class BadCell:
    """A cell whose content is no text, and what to do about it."""

    message: str
    mend: str


Cell = str | dt.date | BadCell


@dataclass(frozen=True)
class Row:
    """One row: `number` as the spreadsheet program shows it, the head being 1."""

    number: int
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """The head's texts and the rows below it; rows of empty cells are left out."""

    head: Sequence[str]
    rows: Sequence[Row]


def read_table(data: bytes, known: frozenset[str]) -> Table:
    """Read an uploaded file. `known` names of columns help to find the delimiter of a csv. Raises NotATable."""
    if len(data) > MAX_BYTES:
        raise NotATable(
            f"文件有 {len(data) / 1048576:.0f} MB，超过上限 {MAX_BYTES // 1048576} MB", "拆成几个文件，分次导入"
        )
    if not data.strip(b"\x00 \r\n\t"):
        raise NotATable("文件是空的", "检查选的是不是这个文件")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise NotATable("是旧版 .xls 表格，或者加了密码", "去掉密码，另存为 .xlsx")
    for sign, what in _KINDS:
        if data.lstrip()[: len(sign)].lower() == sign.lower():
            raise NotATable(f"不是表格，内容是{what}")
    return _read_xlsx(data) if data.startswith(b"PK") else _read_csv(data, known)


# -- csv ----------------------------------------------------------------------------------------------------


def _read_csv(data: bytes, known: frozenset[str]) -> Table:
    text = _decoded(data)
    first = text.lstrip("\r\n").splitlines()[0] if text.strip() else ""
    delimiter = max(_DELIMITERS, key=lambda sign: sum(cell.strip(' "') in known for cell in first.split(sign)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[Row] = []
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if any(cell.strip() for cell in cells):
                rows.append(Row(number, cells))
            if len(rows) > MAX_ROWS + 1:
                raise NotATable(f"超过 {MAX_ROWS} 行", "拆成几个文件，分次导入")
    except csv.Error as error:
        raise NotATable("这一行读不出来", "检查引号是不是成对", number + 1) from error
    if not rows:
        raise NotATable("文件是空的", "检查选的是不是这个文件")
    return Table([str(cell) for cell in rows[0].cells], rows[1:])


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        names = ["utf-16"]
    elif b"\x00" in data:
        names = []
    else:
        names = ["utf-8-sig", "gb18030"]
    for name in names:
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    raise NotATable("不是表格，内容不是文字")


# -- xlsx ---------------------------------------------------------------------------------------------------


def _read_xlsx(data: bytes) -> Table:
    _look_inside(data)
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), keep_links=False)
        sheet = book.worksheets[0]
    except MemoryError:
        raise NotATable("表格太大，打不开", "拆成几个文件，分次导入") from None
    except Exception as error:  # openpyxl raises whatever its XML makes of a broken file
        raise NotATable("Excel 文件已损坏，打不开", "在表格软件里打开，重新另存为 .xlsx") from error
    if sheet.max_row > MAX_ROWS + 1:
        filled = sum(any(cell.value is not None for cell in row) for row in sheet.iter_rows())
        if filled > MAX_ROWS + 1:
            raise NotATable(f"超过 {MAX_ROWS} 行", "拆成几个文件，分次导入")
    merged = {(area.min_row, area.min_col): area for area in sheet.merged_cells.ranges}
    head: list[str] | None = None
    rows: list[Row] = []
    for number, cells in enumerate(sheet.iter_rows(), 1):
        values = [
            BadCell("这里合并了单元格", "取消合并，每格单独填写") if (number, place) in merged else _cell(cell)
            for place, cell in enumerate(cells, 1)
        ]
        if not any(value != "" for value in values):
            continue
        if head is None:
            if any(isinstance(value, BadCell) for value in values):
                raise NotATable("表头里有合并的单元格或公式", "第一行只写列名，一格一个", number)
            head = [str(value).strip() for value in values]
        else:
            rows.append(Row(number, values))
    if head is None:
        raise NotATable("第一张工作表是空的", "把条目放在第一张工作表")
    return Table(head, rows)


def _look_inside(data: bytes) -> None:
    """Refuse what is no workbook, or would burst when unpacked, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise NotATable("表格解开后太大", "删掉图片和多余的工作表，或拆成几个文件")
            if "xl/workbook.xml" not in {part.filename for part in parts}:
                raise NotATable("不是 Excel 表格，是别的压缩文件")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as stream:
                        if b"<!DOCTYPE" in stream.read(4096).upper():
                            raise NotATable("Excel 文件里有不安全的内容", "在表格软件里打开，重新另存为 .xlsx")
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise NotATable("Excel 文件已损坏，打不开", "在表格软件里打开，重新另存为 .xlsx") from error


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return BadCell("这一格是公式", "改成文字：复制后选择性粘贴为值，或在前面加一个单引号")
    if cell.data_type == "e":
        return BadCell(f"这一格是错误值 {value}", "改成文字")
    if isinstance(value, bool):
        return BadCell("这一格是真假值", "改成文字")
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, (int, float)):
        return BadCell(f"这一格是数字 {value:g}，这里要文字", "把单元格格式设为“文本”，再重新输入")
    if isinstance(value, (dt.time, dt.timedelta)):
        return BadCell("这一格是时间，这里要文字", "把单元格格式设为“文本”，再重新输入")
    return str(value) if str(value).strip() else ""
