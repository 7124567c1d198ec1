"""Two people: what one writes the other approves; conflicts lose nothing; there is a way back."""

from __future__ import annotations

import asyncio
import io
import re

import aiohttp
import openpyxl
import pytest

from knowledge_base.editing.exchange import export

from .conftest import ADMIN, EDITOR, REVIEWER, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")
NEW = {"text": "**每月 5 日**出上个月的账单。", "speech": "每月五日，出上个月的账单。"}


async def test_an_edit_is_answered_only_after_somebody_else_approved_it(site: Site, person) -> None:
    editor, reviewer = await person(EDITOR), await person(REVIEWER)
    draft = await editor.draft("bill-day", answer=NEW)
    assert "3 日" in site.parts.knowledge.base.search("每月几号出账单").hits[0].text
    path = f"/review/{draft['draft_id']}"
    assert (await editor.send(f"{path}/approve", version=draft["version"]))[0] == 403
    page = await reviewer.text(path)
    assert "<del>3</del>" in page and "<ins>5</ins>" in page and "改一改" in page
    status, answer = await reviewer.send(f"{path}/approve", version=draft["version"])
    assert status == 200, answer
    await site.until_answer("每月几号出账单", "5 日")
    assert "已发布" in await reviewer.text(path)
    assert (await reviewer.send(f"{path}/approve", version=draft["version"]))[0] == 200, "the same again does nothing"
    deeds, _ = await site.parts.staff.audit.recent(thing="bill-day")
    assert [(d.who, d.what) for d in deeds] == [(REVIEWER, "approved"), (EDITOR, "submitted")]


async def test_nobody_approves_what_is_ones_own_not_even_an_administrator(site: Site, person) -> None:
    for name in (ADMIN, REVIEWER):
        somebody = await person(name)
        draft = await somebody.draft("bill-day", answer={**NEW, "text": f"{NEW['text']}（{name}）"})
        status, answer = await somebody.send(f"/review/{draft['draft_id']}/approve", version=draft["version"])
        assert status == 403 and "另一位同事" in answer["message"]
        assert "通过并发布</button>" not in await somebody.text(f"/review/{draft['draft_id']}")


async def test_a_rejection_has_a_reason_and_the_author_writes_on(site: Site, person) -> None:
    editor, reviewer = await person(EDITOR), await person(REVIEWER)
    draft = await editor.draft("bill-day", answer=NEW)
    path = f"/review/{draft['draft_id']}"
    status, answer = await reviewer.send(f"{path}/reject", version=draft["version"], comment=" ")
    assert status == 409 and "原因" in answer["message"]
    assert (await reviewer.send(f"{path}/reject", version=draft["version"], comment="语音太短了"))[0] == 200
    page = await editor.text("/entries/bill-day")
    assert "语音太短了" in page and "每月 5 日" in page
    assert "语音太短了" in await editor.text("/review")
    waiting = await editor.draft("bill-invoice", note="改了说明")
    assert "正在等同事审核" in await editor.text("/entries/bill-invoice")
    assert (await editor.send(f"/review/{waiting['draft_id']}/withdraw", version=waiting["version"]))[0] == 200
    assert "正在等同事审核" not in await editor.text("/entries/bill-invoice")


async def test_what_the_guard_refuses_is_not_submitted_and_not_lost(site: Site, person) -> None:
    editor = await person(EDITOR)
    found = site.parts.editing.store.get("bill-day")
    body = {"entry_id": "bill-day", "category": "bills", "base": found.base,
            "form": {**found.form, "answer": {"text": "每月 5 日", "speech": "每月5日。"}, "related": ["no-such"]}}
    status, answer = await editor.send("/api/submit", body)
    assert status == 422
    assert {"answer.speech", "related"} <= {problem["field"] for problem in answer["problems_at"]}
    assert "每月5日。" in await editor.text("/entries/bill-day"), "kept as a draft"
    same = {**body, "draft_id": answer["draft_id"], "version": answer["version"], "form": found.form}
    status, answer = await editor.send("/api/submit", same)
    assert status == 422 and "没有什么可以提交" in answer["message"]


async def test_a_clash_shows_both_sides_and_the_author_merges(site: Site, person) -> None:
    editor, other, reviewer = await person(EDITOR), await person(ADMIN), await person(REVIEWER)
    mine = await editor.draft("bill-day", answer=NEW, keywords=["账单", "几号"])
    theirs = await other.draft("bill-day", answer={"text": "**每月 8 日**出账。", "speech": "每月八日出账。"}, note="改为八日")
    assert (await reviewer.send(f"/review/{theirs['draft_id']}/approve", version=theirs["version"]))[0] == 200
    status, answer = await reviewer.send(f"/review/{mine['draft_id']}/approve", version=mine["version"])
    assert status == 409 and "别人改过" in answer["message"]
    page = await reviewer.text(f"/review/{mine['draft_id']}")
    assert "两边都改了" in page and "8" in page and "5" in page and "disabled" in page
    assert (await reviewer.send(f"/review/{mine['draft_id']}/reject", version=mine["version"], comment="请合并"))[0] == 200
    page = await editor.text("/entries/bill-day")
    assert 'data-field="answer.text" data-state="conflict"' in page and 'data-field="note" data-state="theirs"' in page
    version = int(re.search(r'data-version="(\d+)"', page)[1])
    merge = {"draft_id": mine["draft_id"], "version": version}
    status, answer = await editor.send("/api/merge", {**merge, "takes": {"answer.text": "theirs"}})
    assert status == 422 and "语音答案" in answer["message"]
    status, answer = await editor.send("/api/merge", {**merge, "takes": {"answer.text": "theirs", "answer.speech": "theirs"}})
    assert status == 200
    page = await editor.text("/entries/bill-day")
    assert "两边都改了" not in page and "每月 8 日" in page and 'data-value="几号"' in page and "改为八日" in page


async def test_changes_of_different_fields_go_together_without_a_question(site: Site, person) -> None:
    editor, other, reviewer = await person(EDITOR), await person(ADMIN), await person(REVIEWER)
    mine = await editor.draft("bill-day", answer=NEW)
    theirs = await other.draft("bill-day", keywords=["账单", "月结"])
    for draft in (theirs, mine):
        status, answer = await reviewer.send(f"/review/{draft['draft_id']}/approve", version=draft["version"])
        assert status == 200, answer
    form = site.parts.editing.store.get("bill-day").form
    assert form["keywords"] == ["账单", "月结"] and "5 日" in form["answer"]["text"]


async def test_the_same_draft_in_two_windows_says_so(site: Site, person) -> None:
    editor = await person(EDITOR)
    found = site.parts.editing.store.get("bill-day")
    body = {"entry_id": "bill-day", "category": "bills", "base": found.base, "form": {**found.form, "note": "一"}}
    _, first = await editor.send("/api/draft", body)
    _, second = await editor.send("/api/draft", {**body, **first, "form": {**found.form, "note": "二"}})
    status, answer = await editor.send("/api/draft", {**body, **first, "form": {**found.form, "note": "三"}})
    assert (status, answer["version"]) == (409, second["version"])
    assert "另一个窗口" in answer["message"]


async def test_a_new_entry_goes_the_same_way_and_can_be_thrown_away(site: Site, person) -> None:
    editor, reviewer = await person(EDITOR), await person(REVIEWER)
    form = {"id": "bill-paper", "question": "纸质账单怎么寄", "similar": ["能寄纸质的单子吗", "把账单寄到家里", "我要纸的账单"],
            "answer": {"text": "在营业厅办理。", "speech": "请到营业厅办理。"}, "keywords": ["纸质"]}
    _, saved = await editor.send("/api/draft", {"category": "bills", "form": {"question": "写到一半"}})
    assert "写到一半" in await editor.text(f"/drafts/{saved['draft_id']}")
    assert (await editor.send("/api/discard", {**saved}))[0] == 200
    assert "写到一半" not in await editor.text("/review") and (await editor.get(f"/drafts/{saved['draft_id']}")).status == 404
    status, answer = await editor.send("/api/submit", {"category": "bills", "form": form, "note": "新业务"})
    assert status == 200, answer
    draft_id = re.search(r"review/([\w-]+)", answer["go"])[1]
    assert (await reviewer.send(f"/review/{draft_id}/approve", version="2"))[0] == 200
    await site.until_answer("纸质账单怎么寄", "营业厅")
    assert (await editor.send("/api/draft", {"category": "nowhere", "form": form}))[0] == 422


async def test_an_entry_goes_back_with_one_press_and_the_base_too(site: Site, person) -> None:
    editor, reviewer = await person(EDITOR), await person(REVIEWER)
    assert "开始记录" in await editor.text("/history")
    first = site.parts.editing.history.versions()[0]
    for answer in (NEW, {"text": "**每月 8 日**出账。", "speech": "每月八日出账。"}):
        draft = await editor.draft("bill-day", answer=answer)
        assert (await reviewer.send(f"/review/{draft['draft_id']}/approve", version=draft["version"]))[0] == 200
    page = await editor.text("/history/entry/bill-day")
    assert "<del>5</del>" in page and "<ins>8</ins>" in page and "退回到这一版" not in page, "an editor cannot"
    assert "退回到这一版" in await reviewer.text("/history/entry/bill-day")
    version = site.parts.editing.history.versions("bill-day")[1].id
    assert (await editor.send("/history/entry/bill-day/return", version=version))[0] == 403
    assert (await reviewer.send("/history/entry/bill-day/return", version=version))[0] == 200
    await site.until_answer("每月几号出账单", "5 日")
    assert "5 日" in await editor.text(f"/history/{version}")
    assert (await reviewer.send(f"/history/{first.id}/return"))[0] == 200
    await site.until_answer("每月几号出账单", "3 日")
    assert (await reviewer.send("/history/entry/bill-day/return", version="0123456789ab"))[0] == 404


async def _upload(somebody, data: bytes, name: str) -> tuple[int, dict]:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("file", data, filename=name)
    answer = await somebody.http.post(somebody.site.url + "/exchange", data=form, allow_redirects=False,
                                      headers={"X-CSRF-Token": somebody.csrf, "Accept": "application/json"})
    return answer.status, await answer.json()


async def test_a_sheet_is_looked_at_first_and_applied_by_somebody_else(site: Site, person) -> None:
    editor, reviewer = await person(EDITOR), await person(REVIEWER)
    answer = await editor.get("/exchange/download/xlsx")
    assert answer.status == 200 and "attachment" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(await answer.read()))
    sheet = book.worksheets[0]
    head = [cell.value for cell in sheet[1]]
    row = next(row for row in sheet.iter_rows(min_row=2) if row[head.index("编号")].value == "bill-day")
    row[head.index("文字答案")].value = "每月 6 日出账。"
    row[head.index("语音答案")].value = "每月六日出账。"
    out = io.BytesIO()
    book.save(out)
    status, answer = await _upload(editor, out.getvalue(), "改.xlsx")
    assert status == 200, answer
    plan = "/" + answer["go"]
    page = await editor.text(plan)
    assert "改.xlsx" in page and "<ins>6</ins>" in page and "确认导入</button>" not in page
    assert "3 日" in site.parts.knowledge.base.search("每月几号出账单").hits[0].text
    assert (await editor.send(f"{plan}/apply"))[0] == 403
    assert "确认导入</button>" in await reviewer.text(plan)
    status, answer = await reviewer.send(f"{plan}/apply")
    assert status == 200, answer
    await site.until_answer("每月几号出账单", "6 日")
    assert (await reviewer.get(plan)).status == 404


async def test_a_plan_made_stale_is_made_again(site: Site, person) -> None:
    editor, reviewer = await person(EDITOR), await person(REVIEWER)
    data = export(site.parts.editing.store, "csv").decode("utf-8-sig").replace("九点到十八点", "八点到十八点").encode()
    _, answer = await _upload(editor, data, "a.csv")
    plan = "/" + answer["go"]
    draft = await editor.draft("bill-day", answer=NEW)
    assert (await reviewer.send(f"/review/{draft['draft_id']}/approve", version=draft["version"]))[0] == 200
    status, answer = await reviewer.send(f"{plan}/apply")
    assert status == 422 and "重新预览" in answer["message"]
    assert (await reviewer.send(f"{plan}/again"))[0] == 200
    assert "八点" in await reviewer.text(plan) or "八" in await reviewer.text(plan)
    assert (await editor.send(f"{plan}/drop"))[0] == 200


@pytest.mark.parametrize(("data", "name", "message"), [
    (b"", "a.xlsx", "请选"), (b"PK\x03\x04 broken", "a.xlsx", None), ("编号,标准问\nx,y\n".encode(), "a.csv", None), (b"\x00\xff" * 50, "b.csv", None),
])  # fmt: skip
async def test_files_that_are_no_sheet_are_explained(person, data: bytes, name: str, message: str | None) -> None:
    editor = await person(EDITOR)
    status, answer = await _upload(editor, data, name)
    if message:
        assert status == 422 and message in answer["message"]
    else:
        page = await editor.text("/" + answer["go"])
        assert "有错误的表格不能导入" in page and "改法" in page


async def test_a_file_that_is_too_large_is_refused(person) -> None:
    editor = await person(EDITOR)
    status, answer = await _upload(editor, b"x" * (10 * 1024 * 1024 + 1), "a.csv")
    assert status == 413 and "10 MB" in answer["message"]


async def test_two_reviewers_at_once_publish_once(site: Site, person) -> None:
    editor, one, two = await person(EDITOR), await person(REVIEWER), await person(ADMIN)
    draft = await editor.draft("bill-day", answer=NEW)
    path = f"/review/{draft['draft_id']}/approve"
    answers = await asyncio.gather(one.send(path, version=draft["version"]), two.send(path, version=draft["version"]))
    assert sorted(status for status, _ in answers) == [200, 409]
    assert len([v for v in site.parts.editing.history.versions("bill-day") if v.author == EDITOR]) == 1
