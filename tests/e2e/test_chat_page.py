"""The real page against the real system: a whole fault report by clicks and keys. Pictures go to tests/out/."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from common.settings import ROOT
from tests.e2e.faults import TICKET
from tests.e2e.system import System
from tests.needs import chromium

pytestmark = [pytest.mark.e2e, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OUT = ROOT / "tests" / "out" / "e2e"
LI_XIUYING = "13800000002"
PHONE = {"width": 390, "height": 844}
Open = Callable[[], Awaitable[Any]]


@pytest_asyncio.fixture(loop_scope="session")
async def page(system: System) -> AsyncIterator[Any]:
    """A phone's browser at `/`; an error in its console fails the test."""
    api = pytest.importorskip("playwright.async_api", reason="playwright (Python) is not installed")
    path = chromium()
    async with api.async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        context = await browser.new_context(viewport=PHONE, locale="zh-CN")
        context.set_default_timeout(30_000)
        opened, faults = await context.new_page(), []
        opened.on("pageerror", lambda error: faults.append(str(error)))
        opened.on("request", lambda r: None if r.url.startswith(system.base) else faults.append(f"left: {r.url}"))
        await opened.goto(system.base + "/")
        await opened.wait_for_selector('#state[data-state="online"]')
        yield opened
        await browser.close()
        assert faults == []


async def picture(page: Any, name: str) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    await page.wait_for_timeout(400)
    await page.screenshot(path=OUT / f"{name}.png")


async def answered(page: Any, act: Awaitable[Any]) -> str:
    """Do something and wait for the whole answer; the text of what the bot said last."""
    bot = page.locator(".msg--bot")
    before = await bot.count()
    await act
    await bot.nth(before).wait_for()
    await page.wait_for_selector("#typing", state="hidden")
    await page.wait_for_timeout(150)
    assert await page.locator('.msg--user:not([data-status="done"])').count() == 0
    return str(await bot.last.locator(".bubble").inner_text())


async def typed(page: Any, text: str) -> None:
    await page.click("#input")
    await page.keyboard.type(text)
    await page.keyboard.press("Enter")


async def everything(page: Any) -> list[str]:
    return list(await page.locator(".bubble").all_inner_texts())


async def test_a_fault_is_reported_by_clicks_and_keys(page: Any, system: System):
    await picture(page, "1-start")
    said = await answered(page, page.click(".chip:has-text('宽带报修')"))
    await picture(page, "2-first-question")
    code, by_key = "", True
    for _ in range(15):
        if TICKET.search(said):
            break
        if "手机号" in said and not code:
            await answered(page, typed(page, LI_XIUYING))
            await picture(page, "3-code-asked")
            code = system.code(LI_XIUYING)
            said = await answered(page, typed(page, code))
            await picture(page, "4-proven")
        elif by_key:
            await page.focus("#scroller")
            said, by_key = await answered(page, page.keyboard.press("1")), False
        else:
            said, by_key = await answered(page, page.locator(".option").first.click()), True
    (ticket,) = set(TICKET.findall(said))
    await picture(page, "5-ticket")
    assert ticket in {n for m in system.messages(LI_XIUYING) for n in TICKET.findall(m["text"])}
    assert code
    texts = await everything(page)
    await page.reload()
    await page.wait_for_selector('#state[data-state="online"]')
    await page.get_by_text(ticket).last.wait_for()
    again = await everything(page)
    assert len(again) == len(texts)
    assert not any(code in text for text in again), "the code is not kept"
    await picture(page, "6-after-reload")


async def test_two_tabs_hear_the_same_and_a_killed_process_is_survived(page: Any, system: System):
    other = await page.context.new_page()
    await other.goto(system.base + "/")
    await other.wait_for_selector('#state[data-state="online"]')
    await answered(page, typed(page, "你好"))
    await other.get_by_text("你好").last.wait_for()
    assert await everything(other) == await everything(page)
    system.kill("gateway")
    await page.wait_for_selector('#state:not([data-state="online"])')
    await typed(page, "查话费")
    await page.wait_for_selector('#state[data-state="online"]')
    await page.get_by_text("手机号").last.wait_for()
    await other.get_by_text("手机号").last.wait_for()
    assert await everything(other) == await everything(page)
    assert (await everything(page)).count("查话费") == 1


async def test_elder_mode_and_a_reset_of_the_demo(page: Any, system: System):
    await page.click("#elder")
    await answered(page, typed(page, "你好"))
    await picture(page, "7-elder")
    system.reset()
    await page.wait_for_selector('#state[data-state="online"]')
    await page.wait_for_selector(".msg", state="detached")
    assert "手机号" in await answered(page, typed(page, "查话费")), "a clean conversation that works"
