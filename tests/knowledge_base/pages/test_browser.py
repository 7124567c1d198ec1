"""Two people in two browsers: writing, approving, clashing, importing, going back; by keyboard; without barriers."""

from __future__ import annotations

import asyncio
import io
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.async_api import expect

from knowledge_base.editing.exchange import export

from .conftest import ADMIN, EDITOR, REVIEWER, Site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PHONE = {"width": 390, "height": 800}


async def _ask(page: Any, question: str) -> str:
    await page.fill("#text", question)
    await page.press("#text", "Enter")
    await page.wait_for_selector('#results:not([aria-busy="true"]) .outcome')
    return await page.inner_text("#results")


async def _submit(page: Any, note: str = "改一改") -> None:
    await page.click("#submit")
    await page.fill("#submit-note", note)
    await page.click("#submit-yes")
    await page.wait_for_url(re.compile(r"/review/draft-"))


async def _write(page: Any, text: str, speech: str) -> None:
    await page.fill("[name=text]", text)
    await page.fill("[name=speech]", speech)


async def test_one_writes_another_approves_and_customers_hear_it_without_a_restart(site: Site, desk) -> None:
    editor, reviewer = await desk(EDITOR, "/entries/bill-day"), await desk(REVIEWER)
    await _write(editor, "**每月 5 日**出账，见 {{ plan.5g129.monthly_fee | amount }}。", "每月五日出账，见{{ plan.5g129.monthly_fee | amount }}。")
    await expect(editor.locator("#see-text")).to_have_text("每月 5 日出账，见 129 元。")
    await expect(editor.locator("#see-text strong")).to_have_text("每月 5 日")
    await expect(editor.locator("#hear-text")).to_have_text("每月五日出账，见一百二十九元。")
    await expect(editor.locator("#elder-seconds")).to_contain_text("秒")
    await expect(editor.locator("#saved")).to_contain_text("已自动保存")
    await _submit(editor, "出账日改为五日")
    assert await editor.locator("text=通过并发布").count() == 0
    assert "3 日" in await _ask(reviewer, "每月几号出账单")
    await reviewer.click("text=审核 >> nth=0")
    await reviewer.click("text=去审核")
    await expect(reviewer.locator("main")).to_contain_text("出账日改为五日")
    await reviewer.click("text=通过并发布")
    await expect(reviewer.locator("#toast")).to_contain_text("已通过并发布")
    await expect(reviewer.locator("main")).to_contain_text("通过并发布")  # back on the draft's own page
    await site.until_answer("每月几号出账单", "5 日")
    await reviewer.goto(site.url + "/")
    assert "5 日" in await _ask(reviewer, "每月几号出账单")


async def test_problems_appear_at_their_fields_while_typing(desk) -> None:
    page = await desk(EDITOR, "/entries/bill-day")
    await page.fill("[name=speech]", "每月3日出账。")
    problem = page.locator('[data-problem="answer.speech"]')
    await expect(problem).to_contain_text("阿拉伯数字")
    await expect(page.locator("[name=speech]")).to_have_attribute("aria-invalid", "true")
    await page.locator(".row input").nth(0).fill("在哪里打发票")
    await expect(page.locator(".row .problem").nth(0)).to_contain_text("重复")
    await page.click("#submit")
    await page.click("#submit-yes")
    await expect(page.locator("#submit-refused")).to_contain_text("还有问题")
    await page.keyboard.press("Escape")
    await page.fill("[name=speech]", "每月三日出账。")
    await page.locator(".row input").nth(0).fill("出账是哪天")
    await expect(page.locator("#check-state")).to_have_text("没有问题，可以提交审核")


async def test_a_clash_is_shown_with_both_sides_and_merged_by_choice(site: Site, desk, person) -> None:
    page = await desk(EDITOR, "/entries/bill-day")
    await _write(page, "**每月 5 日**出账。", "每月五日出账。")
    await expect(page.locator("#saved")).to_contain_text("已自动保存")
    other, reviewer = await person(ADMIN), await person(REVIEWER)
    draft = await other.draft("bill-day", answer={"text": "**每月 8 日**出账。", "speech": "每月八日出账。"}, keywords=["账单", "八日"])
    assert (await reviewer.send(f"/review/{draft['draft_id']}/approve", version=draft["version"]))[0] == 200
    await page.fill("[name=note]", "再改一点")
    await expect(page.locator("#toast")).to_contain_text("别人刚发布")
    await expect(page.locator("#saved")).to_contain_text("已自动保存")
    await page.reload()
    conflict = page.locator("#conflict")
    await expect(conflict).to_contain_text("每月 5 日")
    await expect(conflict).to_contain_text("每月 8 日")
    await page.click("#merge")
    await expect(page.locator("#merge-refused")).to_contain_text("请选")
    await page.check('[name="take-answer.text"][value=mine]')
    await page.check('[name="take-answer.speech"][value=mine]')
    await page.click("#merge")
    await expect(page.locator("#toast")).to_contain_text("已合并")
    await expect(page.locator("[name=text]")).to_have_value("**每月 5 日**出账。")
    await expect(page.locator('[data-chips=keywords] li[data-value="八日"]')).to_have_count(1)
    await _submit(page)


async def test_an_xlsx_is_imported_after_a_look_by_two_people(site: Site, desk, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(export(site.parts.editing.store)))
    sheet = book.worksheets[0]
    head = [cell.value for cell in sheet[1]]
    row = next(row for row in sheet.iter_rows(min_row=2) if row[head.index("编号")].value == "sichuan-shop")
    row[head.index("文字答案")].value = "八点到二十点。"
    row[head.index("语音答案")].value = "早上八点开门。"
    book.save(tmp_path / "营业厅.xlsx")
    page = await desk(EDITOR, "/exchange")
    await page.set_input_files("input[type=file]", tmp_path / "营业厅.xlsx")
    await expect(page.locator(".chosen")).to_have_text("营业厅.xlsx")
    await page.click("button:has-text(\"预览改动\")")
    await page.wait_for_selector("text=还没有改动任何条目")
    assert "八点到二十点" in await page.inner_text("main") and await page.locator("text=确认导入").count() == 0
    second = await desk(REVIEWER, page.url.removeprefix(site.url))
    await second.click("text=确认导入")
    await expect(second.locator("#toast")).to_contain_text("已导入")
    await site.until_answer("成都营业厅几点开门", "二十点")


async def test_one_press_goes_back_to_an_old_version(site: Site, desk, person) -> None:
    editor, reviewer = await person(EDITOR), await person(REVIEWER)
    site.parts.editing.history.versions()
    draft = await editor.draft("bill-day", answer={"text": "**每月 5 日**出账。", "speech": "每月五日出账。"})
    assert (await reviewer.send(f"/review/{draft['draft_id']}/approve", version=draft["version"]))[0] == 200
    page = await desk(REVIEWER, "/history/entry/bill-day")
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await page.click("text=退回到这一版")
    await expect(page.locator("#toast")).to_contain_text("已恢复")
    await expect(page.locator(".timeline li").first).to_contain_text("恢复 bill-day")
    await site.until_answer("每月几号出账单", "3 日")


async def test_a_bad_file_is_announced_and_gone_when_mended(site: Site, desk) -> None:
    path = site.faq / "bills.yml"
    good = path.read_text("utf-8")
    path.write_text(good + "\n  - [", "utf-8")
    await asyncio.to_thread(site.parts.knowledge.base.reload)
    page = await desk(EDITOR, "/entries")
    await page.click(".banner a")
    await expect(page.locator("main")).to_contain_text("改法")
    await expect(page.locator("main")).to_contain_text("bills.yml")
    path.write_text(good, "utf-8")
    await asyncio.to_thread(site.parts.knowledge.base.reload)
    await page.reload()
    await expect(page.locator(".banner")).to_have_count(0)


async def test_a_session_that_ends_while_one_writes_loses_nothing(site: Site, desk) -> None:
    page = await desk(EDITOR, "/entries/bill-day")
    await site.parts.staff.accounts.set_role(EDITOR, "reviewer", "cli")  # ends every session of theirs
    await page.fill("[name=text]", "写了很久的内容")
    await expect(page.locator("#saved")).to_contain_text("没有存上")
    await expect(page.locator("#toast a")).to_contain_text("在新窗口登录")
    async with page.context.expect_page() as opened:
        await page.click("#toast a")
    door = await opened.value
    await door.wait_for_load_state()  # its script fills the form
    await door.click(f'[data-fill="{EDITOR}"]')
    await door.click("button[type=submit]")
    await door.wait_for_selector(".side")
    await page.fill("[name=note]", "接着写")
    await expect(page.locator("#saved")).to_contain_text("已自动保存")
    await page.reload()
    await expect(page.locator("[name=text]")).to_have_value("写了很久的内容")


async def test_what_could_not_be_saved_is_offered_again_after_a_reload(site: Site, desk) -> None:
    page = await desk(EDITOR, "/entries/bill-day")
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await page.route("**/api/draft", lambda route: route.abort())
    await page.fill("[name=text]", "断网时写的")
    await expect(page.locator("#saved")).to_contain_text("没有存上")
    await page.unroute("**/api/draft")
    await page.reload()
    assert "每月 3 日" in await page.input_value("[name=text]")
    await page.click("#restore-yes")
    await expect(page.locator("[name=text]")).to_have_value("断网时写的")
    await expect(page.locator("#saved")).to_contain_text("已自动保存")


async def test_everything_can_be_done_by_keyboard(site: Site, desk) -> None:
    page = await desk()
    await page.keyboard.type(EDITOR)
    await page.keyboard.press("Tab")
    await page.keyboard.type("yida-demo-2026")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#ask")
    await page.keyboard.type("光猫亮红灯是什么意思")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".hit")
    await page.locator(".hit a").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#check-state")).to_contain_text("没有问题")  # its script is at work
    await page.focus(".row input")
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await page.keyboard.type("光猫红色灯")
    await page.focus("[data-chips=keywords] input")
    await page.keyboard.type("LOS")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Backspace")
    await page.keyboard.type("光路")
    await page.keyboard.press("Enter")
    await page.focus("[data-chips=related] input")
    await page.keyboard.type("bill-inv")
    await page.wait_for_selector('#related-found li[aria-selected="true"]')
    await page.keyboard.press("Enter")
    await page.keyboard.press("Control+s")
    await expect(page.locator("#saved")).to_contain_text("已自动保存")
    await page.focus("#submit")
    await page.keyboard.press("Enter")
    await page.keyboard.type("补一条问法")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/review/draft-"))
    form = site.parts.editing.drafts.listing(author=EDITOR)[0].form
    assert "光猫红色灯" in form["similar"] and form["keywords"] == ["红灯", "光猫", "光路"] and form["related"] == ["bill-invoice"]
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"


async def test_several_lines_pasted_become_several_rows(desk) -> None:
    page = await desk(EDITOR, "/new?category=bills")
    await page.evaluate("""() => {
      const data = new DataTransfer();
      data.setData('text', '1. 甲问法\\n2. 乙问法\\n\\n- 丙问法');
      document.querySelector('.row input').dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
    }""")
    values = await page.locator(".row input").evaluate_all("list => list.map(i => i.value).filter(Boolean)")
    assert values == ["甲问法", "乙问法", "丙问法"]
    assert await page.locator("#similar-count").inner_text() == "3 条"


async def _with_everything(site: Site, person) -> list[str]:
    """Paths of every page, with drafts, reviews, versions, a bad file and an import on them."""
    editor, reviewer = await person(EDITOR), await person(REVIEWER)
    first = await editor.draft("bill-day", answer={"text": "**每月 5 日**出账。", "speech": "每月五日出账。"})
    await reviewer.send(f"/review/{first['draft_id']}/approve", version=first["version"])
    second = await editor.draft("bill-invoice", note="改动")
    site.parts.misses.add("怎么办理携号转网", "none", channel="web")
    from .test_review import _upload

    _, plan = await _upload(editor, "编号,类别\nx,y\n".encode(), "坏.csv")
    _, fine = await _upload(editor, export(site.parts.editing.store, "csv").replace("九点".encode(), "八点".encode()), "好.csv")
    (site.faq / "broken.yml").write_text("category: x\n  y", "utf-8")
    await asyncio.to_thread(site.parts.knowledge.base.reload)
    version = site.parts.editing.history.versions("bill-day")[0].id
    return ["/", "/entries", "/entries?state=limited", "/entries/bill-day", "/entries/bill-invoice", "/new", "/review",
            f"/review/{first['draft_id']}", f"/review/{second['draft_id']}", "/history", f"/history/{version}",
            "/history/entry/bill-day", "/exchange", f"/{plan['go']}", f"/{fine['go']}", "/misses", "/status", "/staff", "/password", "/nowhere"]


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 860}, PHONE], ids=["wide", "phone"])
async def test_axe_finds_nothing_on_any_page(site: Site, desk, person, axe_source: str, viewport: dict[str, int]) -> None:
    paths = await _with_everything(site, person)
    page = await desk(ADMIN, viewport=viewport, reduced_motion="reduce")
    found = []
    for path in paths:
        await page.goto(site.url + path)
        if path == "/":
            await _ask(page, "每月几号出账单")
        if path == "/entries/bill-day":
            await page.fill("[name=speech]", "每月3日")
            await expect(page.locator('[data-problem="answer.speech"]')).to_be_visible()
        await page.evaluate(axe_source)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            result = await page.evaluate("axe.run(document)")
            found += [(path, scheme, v["id"], [n["html"][:140] for n in v["nodes"]][:3]) for v in result["violations"]]
        width = await page.evaluate("document.documentElement.scrollWidth")
        if width > viewport["width"]:
            found.append((path, "", "wider than the screen", [str(width)]))
        if path == "/entries/bill-day":  # leave without the question about what is not saved
            await page.evaluate("document.getElementById('entry').dispatchEvent(new Event('change', {bubbles: true}))")
            await expect(page.locator("#saved")).to_contain_text("已自动保存")
    assert found == [], json.dumps(found, ensure_ascii=False, indent=1)


async def test_axe_finds_nothing_at_the_door_and_in_a_clash(site: Site, desk, person, axe_source: str) -> None:
    door = await desk()
    await door.evaluate(axe_source)
    assert (await door.evaluate("axe.run(document)"))["violations"] == []
    editor, other, reviewer = await person(EDITOR), await person(ADMIN), await person(REVIEWER)
    mine = await editor.draft("bill-day", answer={"text": "**每月 5 日**出账。", "speech": "每月五日出账。"})
    theirs = await other.draft("bill-day", answer={"text": "**每月 8 日**出账。", "speech": "每月八日出账。"})
    await reviewer.send(f"/review/{theirs['draft_id']}/approve", version=theirs["version"])
    page = await desk(REVIEWER, f"/review/{mine['draft_id']}")
    await page.evaluate(axe_source)
    assert (await page.evaluate("axe.run(document)"))["violations"] == []
    await reviewer.send(f"/review/{mine['draft_id']}/reject", version=mine["version"], comment="合并")
    page = await desk(EDITOR, "/entries/bill-day")
    await page.evaluate(axe_source)
    assert (await page.evaluate("axe.run(document)"))["violations"] == []
