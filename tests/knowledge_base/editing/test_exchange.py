"""Sheets out and in: what is served, and back, all or nothing."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from common.clock import FakeClock
from knowledge_base.editing.errors import EditRefused, PlanStale, SaveFailed
from knowledge_base.editing.exchange import ImportPlan, apply_import, export, plan_import
from knowledge_base.editing.history import History
from knowledge_base.editing.sheets import COLUMNS, defused, fused
from knowledge_base.editing.store import EditStore
from knowledge_base.encoder import HashingEncoder
from knowledge_base.service import KnowledgeBase
from tests.knowledge_base.conftest import REFERENCES, SAMPLE

from .conftest import changed, cpu_seconds, held_by_another, large_base

HEAD = list(COLUMNS.values())


def rows_of(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def sheet(rows: list[list[Any]], kind: str = "csv") -> bytes:
    """Rows, the head first, as csv or xlsx."""
    if kind == "csv":
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        return out.getvalue().encode("utf-8")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def row(entry_id: str = "gift", category: str = "home", **cells: Any) -> list[Any]:
    """A row of a new entry, every column in order."""
    values = {
        "类别": category, "编号": entry_id, "标准问": "生日有礼物吗", "相似问": "过生日送什么\n生日礼包呢\n有生日福利吗",
        "文字答案": "有。", "语音答案": "有。", "关键词": "生日\n礼物",
    }  # fmt: skip
    return [{**values, **cells}.get(name, "") for name in HEAD]


def edited(store: EditStore, entry_id: str, **cells: Any) -> bytes:
    """The exported csv with some cells of one entry changed."""
    rows = rows_of(export(store, "csv"))
    (line,) = [r for r in rows if r[2] == entry_id]
    for name, value in cells.items():
        line[HEAD.index(name)] = value
    return sheet(rows)


# -- out ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_goes_out_comes_back_unchanged(store: EditStore, kind: str) -> None:
    plan = plan_import(export(store, kind), f"知识库.{kind}", store)
    assert (plan.added, plan.changed, plan.errors, plan.missing) == ((), (), (), ())
    assert len(plan.unchanged) == len(SAMPLE)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_whole_base_can_be_built_from_a_sheet(store: EditStore, kind: str, tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "new").mkdir()
    other = EditStore(tmp_path / "new", REFERENCES, clock, History(tmp_path / "new", tmp_path / "var2", clock))
    plan = plan_import(export(store, kind), "x", other)
    assert plan.errors == () and apply_import(plan, "甲", other).added == len(SAMPLE)
    assert {e.entry_id: e.form for e in other.entries()} == {
        e.entry_id: changed(e.form, owner="测试部") for e in store.entries()
    }
    assert [(c.category, c.title) for c in other.categories()] == [("home", "样例"), ("mobile", "样例")]


def test_the_sheet_has_what_is_served_and_every_field(store: EditStore, faq: Path) -> None:
    opened = store.get("invoice")
    full = changed(
        opened.form, channels=["web", "app"], regions=["四川"], segments=["elder"], related=["puk"], action="recharge",
        valid={"from": "2026-01-01", "to": "2026-12-31"}, owner="账务部", note="说明", text="第一行\n\n- 第二行",
    )  # fmt: skip
    store.save("invoice", "mobile", full, opened.base, "甲")
    broken = (faq / "mobile.yml").read_text(encoding="utf-8").replace("fee.sim.price", "fee.gone.price")
    (faq / "mobile.yml").write_text(broken, encoding="utf-8")
    rows = rows_of(export(store, "csv"))
    kb = KnowledgeBase.open(faq, HashingEncoder(), REFERENCES)
    assert {line[2] for line in rows[1:]} == {entry.id for entry in kb.snapshot.entries}
    (line,) = [line for line in rows if line[2] == "invoice"]
    assert dict(zip(HEAD, line, strict=True)) == {
        "类别": "mobile", "类别名称": "样例", "编号": "invoice", "标准问": "电子发票怎么开",
        "相似问": "在哪里打发票\n话费能开票吗\n我要开发票报销", "文字答案": "第一行\n\n- 第二行",
        "语音答案": "您在手机应用的账单页就能申请发票。", "关键词": "电子发票", "相关条目": "puk", "提议办理": "recharge",
        "限定渠道": "web\napp", "限定地区": "四川", "限定客户": "elder", "生效日期": "2026-01-01", "失效日期": "2026-12-31",
        "负责部门": "账务部", "版本说明": "说明",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@x", "'=1", "''=1", "'引", "- 列表", "平常", "\t=1"])
def test_a_cell_is_never_a_formula_and_comes_back_as_it_was(text: str) -> None:
    assert fused(defused(text)) == text and defused(text)[:1] not in tuple("=+-@\t\r")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_formulas_are_neutralised_in_the_file_itself(store: EditStore, kind: str) -> None:
    opened = store.get("invoice")
    form = changed(opened.form, note='=HYPERLINK("http://evil")', text="- 一\n- 二")
    store.save("invoice", "mobile", form, opened.base, "甲")
    raw = export(store, kind)
    if kind == "xlsx":
        cells = [cell for line in openpyxl.load_workbook(io.BytesIO(raw)).active for cell in line]  # type: ignore[union-attr]
        assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    else:
        assert "'=HYPERLINK" in raw.decode("utf-8-sig") and "'- 一" in raw.decode("utf-8-sig")
    assert "invoice" in plan_import(raw, "x", store).unchanged


# -- in -----------------------------------------------------------------------------------------------------


def test_a_dry_run_tells_each_change_by_field_and_writes_nothing(store: EditStore, faq: Path) -> None:
    before = (faq / "mobile.yml").read_bytes()
    rows = rows_of(edited(store, "invoice", 文字答案="在首页申请。", 关键词="发票"))
    plan = plan_import(sheet([line for line in rows if line[2] != "puk"] + [row()]), "表.csv", store)
    assert [(p.entry_id, p.category, p.row) for p in plan.added] == [("gift", "home", len(SAMPLE) + 1)]
    (change,) = plan.changed
    assert [(f.field, f.title, f.before, f.after) for f in change.fields] == [
        ("answer.text", "文字答案", "在 App 的账单页申请。", "在首页申请。"),
        ("keywords", "关键词", ["电子发票"], ["发票"]),
    ]
    assert plan.missing == ("puk",) and plan.ok and (faq / "mobile.yml").read_bytes() == before


def test_an_import_is_one_version_and_changes_only_what_it_names(store: EditStore, history: History, faq: Path) -> None:
    before = (faq / "mobile.yml").read_text(encoding="utf-8").splitlines()
    plan = plan_import(edited(store, "invoice", 文字答案="在首页申请。"), "表.csv", store)
    done = apply_import(plan, "王编辑", store)
    after = (faq / "mobile.yml").read_text(encoding="utf-8").splitlines()
    assert [(a, b) for a, b in zip(before, after, strict=True) if a != b] == [
        ("    text: 在 App 的账单页申请。", "    text: 在首页申请。")
    ]
    latest = history.versions()[0]
    assert (latest.id, latest.author, latest.changes) == (done.version, "王编辑", {"invoice": "changed"})
    assert latest.note == "导入 表.csv：新增 0 条，修改 1 条"


def test_another_category_moves_and_a_new_category_is_made(store: EditStore, faq: Path) -> None:
    rows = rows_of(edited(store, "invoice", 类别="home"))
    plan = plan_import(sheet([*rows, row(category="gifts", 类别名称="礼品")]), "x.csv", store)
    assert [(p.category_before, p.category) for p in plan.changed] == [("mobile", "home")]
    apply_import(plan, "甲", store)
    assert store.get("invoice").file == "home.yml" and store.get("gift").file == "gifts.yml"
    text = (faq / "gifts.yml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../faq.schema.json\ncategory: gifts\ntitle: 礼品\n")


def test_columns_left_out_keep_what_entries_have(store: EditStore) -> None:
    names = ["类别", "编号", "标准问", "相似问", "文字答案", "语音答案", "关键词"]
    rows = [[line[HEAD.index(name)] for name in names] for line in rows_of(export(store, "csv"))]
    assert len(plan_import(sheet(rows), "x.csv", store).unchanged) == len(SAMPLE)
    blank = [[*line, "" if number else "提议办理"] for number, line in enumerate(rows)]
    assert {f.field for p in plan_import(sheet(blank), "x.csv", store).changed for f in p.fields} == {"action"}


@pytest.mark.parametrize("written", ["2026/3/1", "2026-03-01", "2026年3月1日", "2026.3.1", "2026-03-01 00:00:00"])
def test_dates_as_spreadsheets_write_them_are_understood(store: EditStore, written: str) -> None:
    plan = plan_import(edited(store, "invoice", 生效日期=written), "x.csv", store)
    assert plan.changed[0].form["valid"] == {"from": "2026-03-01"}


def test_a_base_that_changed_after_the_plan_is_not_overwritten(store: EditStore, faq: Path) -> None:
    plan = plan_import(edited(store, "invoice", 文字答案="在首页申请。"), "x.csv", store)
    opened = store.get("puk")
    store.save("puk", "mobile", changed(opened.form, note="别人"), opened.base, "乙")
    before = (faq / "mobile.yml").read_bytes()
    with pytest.raises(PlanStale):
        apply_import(plan, "甲", store)
    assert (faq / "mobile.yml").read_bytes() == before


def test_all_or_nothing(store: EditStore, faq: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name: path.read_bytes() for path in faq.glob("*.yml")}
    rows = [
        HEAD,
        row(),
        row("gift-two", 标准问="节日有礼物吗", 语音答案="要九十九天。", 相似问="过节送什么\n节日礼包呢\n有节日福利吗"),
    ]
    plan = plan_import(sheet(rows), "x.csv", store)
    assert [(e.row, e.column) for e in plan.errors] == [(3, "语音答案")]
    with pytest.raises(EditRefused):
        apply_import(plan, "甲", store)
    good = plan_import(sheet(rows[:2]), "x.csv", store)
    monkeypatch.setattr("knowledge_base.editing.files.LOCK_WAIT", 0.1)
    with held_by_another(faq), pytest.raises(SaveFailed):
        apply_import(good, "甲", store)
    assert {path.name: path.read_bytes() for path in faq.glob("*.yml")} == before


def test_rows_are_checked_among_themselves_and_against_the_base(store: EditStore) -> None:
    rows = [
        HEAD,
        row("gift", 标准问="账单几号出"),
        row("gift-two", 相似问="过生日送什么\n新年送什么\n中秋送什么", 标准问="节日有礼物吗"),
        row("gift-two"),
        row("", 标准问="没有编号"),
        row("gift-six", category="没有", 标准问="第六个问题"),
        row("gift-seven", category="nowhere", 标准问="第七个问题"),
        row("gift-eight", 标准问="第八个问题", 相关条目="nobody\ngift-eight", 相似问="甲句\n乙句\n丙句"),
        row("Bad Id", 标准问="第九个问题", 相似问="丁句\n戊句\n己句"),
    ]
    told = {(e.row, e.column, e.message) for e in plan_import(sheet(rows), "x.csv", store).errors}
    assert told == {
        (2, "标准问", "「账单几号出」与条目 bill-day（mobile.yml）的问法重复"),
        (2, "相似问", "「过生日送什么」与条目 gift-two（home.yml）的问法重复"),
        (3, "相似问", "「过生日送什么」与条目 gift（home.yml）的问法重复"),
        (4, "编号", "编号 gift-two 与第 3 行重复"),
        (5, "编号", "没有编号"),
        (6, "类别", "类别「没有」的写法不对"),
        (7, "类别", "没有 nowhere 这个类别"),
        (8, "相关条目", "相关条目 nobody 不存在"),
        (8, "相关条目", "相关条目写了自己"),
        (9, "编号", "「Bad Id」 的写法不对"),
    }


def test_a_thousand_rows_are_planned_and_written_in_seconds(tmp_path: Path, clock: FakeClock) -> None:
    folder, empty = tmp_path / "large", tmp_path / "empty"
    large_base(folder, files=50, each=22)
    empty.mkdir()
    source = EditStore(folder, REFERENCES, clock)
    target = EditStore(empty, REFERENCES, clock, History(empty, tmp_path / "var", clock))
    plans: list[ImportPlan] = []

    def work() -> None:
        plans.append(plan_import(export(source, "xlsx"), "x.xlsx", target))
        apply_import(plans[0], "甲", target)

    assert cpu_seconds(work) < 40 and len(plans[0].added) == 1100
    assert len(target.entries()) == 1100
