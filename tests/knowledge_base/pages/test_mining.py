"""聚类 and 用量: without scripts, and in Chromium."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import expect

from knowledge_base.mining.recorder import Recorder
from knowledge_base.mining.tables import open_store

from .conftest import EDITOR, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")
INVOICE = ["电子发票去哪下载", "电子发票下载在哪", "怎么下载电子发票", "电子发票下载不了", "下载电子发票怎么开"]
LOCK = ["智能门锁插卡怎么办理", "智能门锁插卡办理", "怎么给智能门锁插卡", "智能门锁插卡要多少钱"]


@pytest.fixture
def missed(site: Site, settings) -> None:
    """Two groups of misses, and a few uses."""
    store = open_store(settings.database)
    recorder = Recorder(store, site.parts.clock)
    for number, question in enumerate([*INVOICE, *LOCK]):
        recorder.miss(f"a:{number}", question, "low_margin", trace=f"t{number}")
    recorder.count("a:1", "bill-day", "served")
    recorder.count("a:1", "bill-day", "helpful")
    recorder.close()
    store.close()


async def test_groups_are_listed_shown_with_their_effect_and_accepted_as_a_draft(site: Site, person, missed) -> None:
    somebody = await person(EDITOR)
    page = await somebody.text("/mining")
    assert "加相似问" in page and "新建条目" in page and "答了但没把握" in page
    links = re.findall(r'mining/([0-9a-f]{8})">([^<]+)<', page)
    invoice = next(code for code, text in links if text in INVOICE)
    page = await somebody.text(f"/mining/{invoice}")
    assert "改前改后" in page and "bills.yml" in page and all(text in page for text in INVOICE)
    status, answer = await somebody.send(f"/mining/{invoice}/accept", force="1")
    assert status == 200 and "entries/bill-invoice" in answer["go"]
    draft = site.parts.editing.own_draft("bill-invoice", EDITOR)
    assert draft and draft.state == "draft" and set(draft.form["similar"]) & set(INVOICE)
    assert (await somebody.get(f"/mining/{invoice}")).status == 404
    assert "电子发票去哪下载" not in await somebody.text("/mining")


async def test_use_is_shown_with_what_was_never_used(person, missed) -> None:
    somebody = await person(EDITOR)
    page = await somebody.text("/usage")
    assert "每月几号出账单" in page and "100%" in page and "21%" in page and "光猫亮红灯" not in page
    page = await somebody.text("/usage?days=0&never=1")
    assert "光猫亮红灯" in page and "每月几号出账单" not in page
    assert "从未用过" in await somebody.text("/entries")


@pytest.mark.browser
async def test_an_editor_turns_unanswered_questions_into_a_draft_of_a_new_entry(site: Site, desk, missed, axe_source, pictures) -> None:
    expect.set_options(timeout=20_000)
    page = await desk(EDITOR, "/")
    await page.click("nav >> text=聚类")
    row = page.locator("tbody tr", has_text="新建条目")
    await expect(row).to_contain_text("智能门锁")
    await row.locator("text=看建议").click()
    await expect(page.locator(".patch .add").first).to_be_visible()
    assert "待填写" in await page.inner_text(".patch")
    await page.evaluate(axe_source)
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [v["id"] for v in found["violations"]] == []
    await page.screenshot(path=str(pictures / "mining.png"))
    await page.click("text=采纳为草稿")
    await page.wait_for_url(re.compile(r"/drafts/draft-"))
    await expect(page.locator("#toast")).to_contain_text("已存为草稿")
    assert "门锁" in await page.input_value("[name=question]")
    await page.click("nav >> text=用量")
    await expect(page.locator("main")).to_contain_text("帮上的比例")
    drafts = await asyncio.to_thread(site.parts.editing.open_drafts)
    assert [draft.entry_id for draft in drafts] == [None]
