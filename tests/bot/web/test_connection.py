"""The line breaks; nothing is lost, nothing comes twice."""

import itertools

import pytest

from .gateway import FakeGateway
from .helpers import bubbles, counted, say, shows, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CUTS = ["before journal", "before ack", "before reply", "after reply"]


async def test_twenty_broken_lines_lose_and_double_nothing(open_page, gateway: FakeGateway):
    page = await open_page()
    cuts = itertools.cycle(CUTS)
    pending: list[str] = []
    gateway.cut = lambda: pending.pop() if pending else None
    for turn in range(20):
        await page.wait_for_selector('#state[data-state="online"]')
        pending[:] = [next(cuts)]
        await say(page, f"第{turn}句")
        await page.wait_for_selector('#state:not([data-state="online"])')
        await say(page, f"断线时写的{turn}")
        await gateway.push({"text": f"断线时来的{turn}"})
        if turn >= 2:  # the first two wait for the back-off, the others for the browser's word
            await page.evaluate("dispatchEvent(new Event('online'))")
    await until(lambda: len(gateway.texts()) == 40, 15)
    await until(lambda: len(gateway.only.journal) == 1 + 40 + 40 + 20)
    await counted(page, ".msg", 101)
    shown = await page.locator(".msg").evaluate_all("all => all.map(m => m.dataset.id)")
    assert shown == [m["id"] for m in gateway.only.journal]
    said = [text for turn in range(20) for text in (f"第{turn}句", f"断线时写的{turn}")]
    assert gateway.texts() == said
    assert len(gateway.hellos) >= 21
    assert await page.locator('.msg--user:not([data-status="done"])').count() == 0


async def test_history_after_a_reload_comes_from_the_server(open_page, gateway: FakeGateway):
    page = await open_page()
    await say(page, "查话费")
    await shows(page, "35.80 元")
    before = await bubbles(page)
    await page.reload()
    await shows(page, "35.80 元")
    assert await bubbles(page) == before
    assert gateway.hellos == [0, 0]
    assert len(gateway.conversations) == 1
    assert await page.locator(".option").count() == 3, "the last question can still be answered"


async def test_only_what_is_missing_is_asked_for(open_page, gateway: FakeGateway):
    page = await open_page()
    await say(page, "你好")
    await shows(page, "收到：你好")
    gateway.drop()
    await until(lambda: len(gateway.hellos) == 2)
    assert gateway.hellos == [0, 3]


async def test_words_written_without_a_line_survive_a_reload(open_page, gateway: FakeGateway, picture):
    page = await open_page()
    gateway.refuse = True
    gateway.drop()
    await page.wait_for_selector('#state:not([data-state="online"])')
    assert await page.inner_text("#state") == "正在连接…"
    await say(page, "别丢了这句")
    await page.wait_for_selector(".msg--user .status")
    await page.wait_for_selector("#notice:not([hidden])")
    await picture(page, "reconnecting")
    await page.reload()
    assert await bubbles(page, "user") == ["别丢了这句"]
    assert gateway.texts() == []
    gateway.refuse = False
    await page.evaluate("dispatchEvent(new Event('online'))")
    await shows(page, "收到：别丢了这句")
    assert await bubbles(page, "user") == ["别丢了这句"]
    assert gateway.texts() == ["别丢了这句"]
    assert await page.is_hidden("#notice")


async def test_without_network_the_page_says_so_and_comes_back_by_itself(open_page, gateway: FakeGateway):
    page = await open_page()
    await page.context.set_offline(True)
    gateway.drop()
    await page.wait_for_selector('#state[data-state="offline"]')
    assert await page.inner_text("#state") == "没有网络"
    await page.context.set_offline(False)
    await page.wait_for_selector('#state[data-state="online"]')


async def test_a_session_the_server_forgot_starts_a_clean_one(open_page, gateway: FakeGateway):
    page = await open_page()
    await say(page, "旧的话")
    await shows(page, "收到：旧的话")
    gateway.drop()
    gateway.conversations.clear()
    await page.wait_for_selector('#state:not([data-state="online"])')
    await page.wait_for_selector('#state[data-state="online"]')
    assert await bubbles(page, "user") == []
    assert len(await bubbles(page, "bot")) == 1
    await say(page, "新的话")
    await shows(page, "收到：新的话")


async def test_frames_that_come_twice_are_shown_once(open_page, gateway: FakeGateway):
    page = await open_page()
    await say(page, "你好")
    await shows(page, "收到：你好")
    for message in gateway.only.journal:
        await gateway.broadcast(message)
    await gateway.push({"text": "最后"})
    await shows(page, "最后")
    assert len(await bubbles(page)) == 4


async def test_two_windows_show_the_same_conversation(open_page, gateway: FakeGateway):
    page = await open_page()
    other = await page.context.new_page()
    await other.goto(gateway.url)
    await other.wait_for_selector('#state[data-state="online"]')
    await say(page, "在这边说")
    await shows(other, "收到：在这边说")
    assert await bubbles(other) == await bubbles(page)
    gateway.drop()
    await until(lambda: len(gateway.hellos) == 4)
    assert gateway.hellos[2:] == [3, 3]
    assert await bubbles(other) == await bubbles(page)


async def test_the_back_off_grows_from_half_a_second_to_ten(open_page):
    page = await open_page()
    low, high = await page.evaluate(
        "import('/static/js/connection.js').then(({backoff}) => "
        "[0, 1].map(r => [0, 1, 2, 3, 4, 9, 99].map(n => backoff(n, () => r))))"
    )
    assert low == [500] * 7
    assert high == [1000, 2000, 4000, 8000, 10000, 10000, 10000]
