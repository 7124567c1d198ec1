"""An entry is deleted from the pages by two people, in two browsers, and brought back."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import expect

from .conftest import ADMIN, EDITOR, REVIEWER, Person, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _asked(somebody: Person, entry_id: str = "bill-invoice", reason: str = "业务下线") -> tuple[str, str]:
    """A request to delete an entry: (path below /kb, version)."""
    base = somebody.site.parts.editing.store.get(entry_id).base
    status, answer = await somebody.send(f"/entries/{entry_id}/delete", base=base, reason=reason)
    assert status == 200, answer
    return "/review/" + re.search(r"(draft-[\w-]+)", answer["go"])[1], "2"


@pytest.mark.browser
async def test_one_asks_for_a_deletion_another_sees_whom_it_touches_and_agrees(site: Site, desk, axe_source: str) -> None:
    editor, reviewer = await desk(EDITOR, "/entries/bill-invoice"), await desk(REVIEWER)
    site.parts.editing.history.versions()
    await editor.click("#delete")
    await editor.click("#delete-dialog [type=submit]")
    assert "/entries/bill-invoice" in editor.url, "not without a reason"
    await editor.fill("#delete-dialog textarea", "发票改由税务局开")
    await editor.click("#delete-dialog [type=submit]")
    await editor.wait_for_url(re.compile(r"/review/draft-"))
    assert await editor.locator("#approve-deletion").count() == 0
    assert "要由另一位同事同意" in await editor.inner_text("main")
    await editor.goto(site.url + "/entries/bill-invoice")
    assert "您已申请删除这一条" in await editor.inner_text("main") and await editor.locator("#delete").count() == 0
    await reviewer.click("text=审核 >> nth=0")
    await expect(reviewer.locator("tbody").first).to_contain_text("删除")
    await reviewer.click("text=去审核")
    await reviewer.wait_for_selector("#approve-deletion")
    shown = await reviewer.inner_text("main")
    assert "申请删除：电子发票怎么开" in shown and "发票改由税务局开" in shown and "1. 打开账单" in shown
    assert "bill-day" in await reviewer.inner_text("#referring")
    await reviewer.evaluate(axe_source)
    assert (await reviewer.evaluate("axe.run(document)"))["violations"] == []
    await reviewer.click("#approve-deletion")
    await expect(reviewer.locator("#toast")).to_contain_text("已删除")
    await site.until("电子发票怎么开", lambda hits: all(hit.entry_id != "bill-invoice" for hit in hits))
    assert "related" not in site.parts.editing.store.get("bill-day").form

    await reviewer.click("text=这一条的历史")
    await expect(reviewer.locator(".timeline li").first).to_contain_text("删除 bill-invoice：发票改由税务局开（审核：王审核）")
    reviewer.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await reviewer.click("text=退回到这一版")
    await expect(reviewer.locator("#toast")).to_contain_text("已恢复")
    await site.until_answer("电子发票怎么开", "账单页")


async def test_nobody_deletes_alone_and_nobody_blindly(site: Site, person) -> None:
    editor, reviewer = await person(EDITOR), await person(REVIEWER)
    path, version = await _asked(reviewer)
    assert (await editor.send(f"{path}/approve", version=version))[0] == 403, "an editor decides nothing"
    assert (await reviewer.send(f"{path}/approve", version=version))[0] == 403, "not one's own"
    boss = await person(ADMIN)
    status, answer = await boss.send(f"{path}/approve", version=version)
    assert status == 422 and "bill-day" in str(answer["fields"]), "who was not shown the references cannot cut them"
    assert site.parts.editing.store.get("bill-invoice")
    assert (await boss.send(f"{path}/approve", version=version, mend="bill-day"))[0] == 200
    assert (await boss.send(f"{path}/approve", version=version, mend="bill-day"))[0] == 200, "the same again does nothing"
    deeds, _ = await site.parts.staff.audit.recent(thing="bill-invoice")
    assert [(deed.who, deed.what) for deed in deeds] == [(ADMIN, "deleted"), (REVIEWER, "submitted")]
    assert "已删除" in await editor.text(path) and (await editor.get("/entries/bill-invoice")).status == 404


async def test_a_deletion_is_sent_back_asked_for_again_and_dropped(site: Site, person) -> None:
    editor, reviewer = await person(EDITOR), await person(REVIEWER)
    path, version = await _asked(editor)
    assert (await reviewer.send(f"{path}/reject", version=version, comment="还有人问"))[0] == 200
    page = await editor.text("/entries/bill-invoice")
    assert "还有人问" in page and 'id="delete"' in page
    assert await _asked(editor, reason="一年没人问过") == (path, "2")
    assert "一年没人问过" in await reviewer.text(path)
    assert (await editor.send(f"{path}/withdraw", version="5"))[0] == 200
    assert "不删了" in await editor.text(path)
    assert (await editor.send(f"{path}/drop", version="6"))[0] == 200
    assert path not in await editor.text("/review") and site.parts.editing.store.get("bill-invoice")


async def test_what_was_changed_since_is_not_deleted(site: Site, person) -> None:
    editor, other, reviewer = await person(EDITOR), await person(ADMIN), await person(REVIEWER)
    path, version = await _asked(editor)
    draft = await other.draft("bill-invoice", note="今年改版")
    assert (await reviewer.send(f"/review/{draft['draft_id']}/approve", version=draft["version"]))[0] == 200
    page = await reviewer.text(path)
    assert "申请之后这一条改过" in page and 'type="submit" disabled' in page
    assert (await reviewer.send(f"{path}/approve", version=version, mend="bill-day"))[0] == 409
    old = "0" * 16
    status, answer = await other.send("/entries/bill-day/delete", base=old, reason="没用")
    assert status == 409 and "别人改过" in answer["message"]


async def test_the_whole_base_goes_back_over_a_deletion_and_its_mended_references(site: Site, person) -> None:
    editor, reviewer = await person(EDITOR), await person(REVIEWER)
    first = site.parts.editing.history.versions()[0]
    path, version = await _asked(editor)
    assert (await reviewer.send(f"{path}/approve", version=version, mend="bill-day"))[0] == 200
    status, answer = await reviewer.send(f"/history/{first.id}/return")
    assert status == 200, answer
    assert site.parts.editing.store.get("bill-day").form["related"] == ["bill-invoice"]
    await site.until_answer("电子发票怎么开", "账单页")
