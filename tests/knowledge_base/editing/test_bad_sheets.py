"""Files that people upload for sheets, and what they are told."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from knowledge_base.editing.exchange import ImportPlan, RowError, export, plan_import
from knowledge_base.editing.store import EditStore
from knowledge_base.editing.tables import MAX_BYTES
from tests.knowledge_base.conftest import SAMPLE

from .test_exchange import HEAD, row, rows_of, sheet


def workbook(change: Callable[[Any], None]) -> bytes:
    """A sheet of one new entry, changed by hand before it is saved."""
    book = openpyxl.Workbook()
    book.active.append(HEAD)  # type: ignore[union-attr]
    book.active.append(row())  # type: ignore[union-attr]
    change(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def only_error(plan: ImportPlan) -> RowError:
    (error,) = plan.errors
    assert error.message and error.mend and not plan.ok and plan.contents == {}
    return error


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (80 << 20))
    return out.getvalue()


def doctype() -> bytes:
    """A workbook whose sheet declares entities that would multiply."""
    good, out = zipfile.ZipFile(io.BytesIO(workbook(lambda s: None))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in good.namelist():
            data = good.read(name)
            if name.endswith("sheet1.xml"):
                data = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa">]>' + data
            archive.writestr(name, data)
    return out.getvalue()


def other_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", b"<w/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "PNG 图片"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 50, "JPEG 图片"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<html><table></table></html>", "网页"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 50, "旧版 .xls"),
        (b"", "文件是空的"),
        (b"\r\n \r\n", "文件是空的"),
        (b"\x00\x01\x02\x03" * 20, "不是文字"),
        (b"\x80\xff" * 40, "不是文字"),
        (b"PK\x03\x04" + b"\x00" * 40, "已损坏"),
        (workbook(lambda s: None)[:-900], "已损坏"),
        (other_zip(), "不是 Excel"),
        (bomb(), "解开后太大"),
        (doctype(), "不安全"),
        (b"x" * (50 << 20), "50 MB，超过上限"),
        ("你好，世界\n没有表头\n".encode(), "缺少列"),
        ('类别,编号\n"没有收尾的引号'.encode() + b"x" * 200_000, "读不出来"),
    ],
    ids=["png", "jpeg", "pdf", "html", "xls", "empty", "blank", "binary", "noise", "torn zip", "cut xlsx", "docx", "bomb",
         "entities", "50 MB", "text", "open quote"],
)  # fmt: skip
def test_what_is_no_sheet_is_said_to_be_none(store: EditStore, raw: bytes, says: str) -> None:
    assert says in str(only_error(plan_import(raw, "表.xlsx", store)))


def test_missing_and_doubled_columns_are_named(store: EditStore) -> None:
    rows = [[cell for cell in line if cell != "标准问"] for line in [HEAD]]
    assert "缺少列：标准问" in str(only_error(plan_import(sheet(rows), "x.csv", store)))
    assert "出现了两次" in str(only_error(plan_import(sheet([[*HEAD, "编号"]]), "x.csv", store)))


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_of_any_usual_encoding_and_delimiter_is_read(store: EditStore, encoding: str, delimiter: str) -> None:
    import csv

    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows_of(export(store, "csv")))
    plan = plan_import(out.getvalue().encode(encoding), "x.csv", store)
    assert plan.errors == () and len(plan.unchanged) == len(SAMPLE)


def test_english_names_of_columns_are_read_too(store: EditStore) -> None:
    rows = [["id", "category", "question", "similar", "text", "speech", "keywords", "别的列"],
            ["gift", "home", "生日有礼物吗", "过生日送啥\n生日礼包呢\n有福利吗", "有。", "有。", "礼物", "不看"]]  # fmt: skip
    assert [p.entry_id for p in plan_import(sheet(rows), "x.csv", store).added] == ["gift"]


def put(place: str, value: Any) -> Callable[[Any], None]:
    def change(page: Any) -> None:
        page[place] = value

    return change


@pytest.mark.parametrize(
    ("change", "column", "says"),
    [
        (put("D2", 129), "标准问", "这一格是数字 129"),
        (put("H2", 129.5), "关键词", "这一格是数字 129.5"),
        (put("D2", dt.date(2026, 3, 1)), "标准问", "这一格是日期 2026-03-01"),
        (put("D2", dt.time(8, 30)), "标准问", "这一格是时间"),
        (put("D2", True), "标准问", "真假值"),
        (put("D2", "=A1&B1"), "标准问", "这一格是公式"),
        (put("D2", "#REF!"), "标准问", "错误值"),
        (put("N2", 46000), "生效日期", "这一格是数字"),
        (lambda page: page.merge_cells("D2:D3"), "标准问", "合并了单元格"),
        (put("N2", "下个月"), "生效日期", "写法不对"),
        (put("K2", "web\nfax"), "限定渠道", "不认识 「fax」"),
        (put("E2", "只有一句"), "相似问", "太少"),
    ],
)
def test_a_bad_cell_is_told_by_row_and_column(
    store: EditStore, change: Callable[[Any], None], column: str, says: str
) -> None:
    error = only_error(plan_import(workbook(change), "x.xlsx", store))
    assert (error.row, error.column) == (2, column) and says in error.message
    assert str(error).startswith(f"第 2 行“{column}”：")


def test_a_merged_head_is_told(store: EditStore) -> None:
    error = only_error(plan_import(workbook(lambda page: page.merge_cells("A1:B1")), "x.xlsx", store))
    assert "表头里有合并" in error.message


def test_real_dates_of_excel_are_taken_where_dates_belong(store: EditStore) -> None:
    def dated(page: Any) -> None:
        page["N2"], page["O2"] = dt.datetime(2026, 3, 1), dt.date(2026, 12, 31)

    (planned,) = plan_import(workbook(dated), "x.xlsx", store).added
    assert planned.form["valid"] == {"from": "2026-03-01", "to": "2026-12-31"}


def test_empty_rows_between_and_notes_beside_do_no_harm(store: EditStore) -> None:
    def messy(page: Any) -> None:
        page["A4"], page["T1"], page["T2"], page["T5"] = " ", "我的备注", 5, "只有备注"
        page.append(row("gift-two", 标准问="节日有礼物吗", 相似问="过节送啥\n节日礼包呢\n有过节福利吗"))

    plan = plan_import(workbook(messy), "x.xlsx", store)
    assert [(p.entry_id, p.row) for p in plan.added] == [("gift", 2), ("gift-two", 6)] and plan.errors == ()


def test_too_many_rows_are_refused(store: EditStore) -> None:
    rows = [HEAD, *([[f"a{n}"] for n in range(20_002)])]
    assert "超过 20000 行" in only_error(plan_import(sheet(rows), "x.csv", store)).message
    assert len(sheet(rows)) < MAX_BYTES


def test_control_characters_and_very_long_cells_are_told(store: EditStore) -> None:
    rows = [
        HEAD,
        row(标准问="生日\x07有礼物吗"),
        row("gift-two", 标准问="问" * 40_000, 相似问="过节送啥\n节日礼包呢\n有过节福利吗"),
    ]
    told = {(e.row, e.column) for e in plan_import(sheet(rows), "x.csv", store).errors}
    assert told == {(2, "标准问"), (3, "标准问")}
