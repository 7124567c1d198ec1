"""Real Chromium, a fresh context and gateway a test. A page that logs an error or leaves the origin fails."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.needs import chromium

from .gateway import FakeGateway

ROOT = Path(__file__).resolve().parents[3]
OUT = ROOT / "tests" / "out" / "web"
WEB = ROOT / "bot" / "web"
PHONE = {"width": 360, "height": 640}
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Any]:
    api = pytest.importorskip("playwright.async_api", reason="playwright (Python) is not installed")
    path = chromium()
    async with api.async_playwright() as playwright:
        try:
            launched = await playwright.chromium.launch(executable_path=path, args=ARGS)
        except api.Error as error:
            pytest.skip(f"Chromium at {path} does not start: {error.message.splitlines()[0]}")
        yield launched
        await launched.close()


@pytest.fixture(scope="session")
def axe_source() -> str:
    """The source of axe-core, fetched at its pinned version if it is not there yet."""
    command = [sys.executable, str(WEB / "fetch_vendor.py"), "--for", "tests"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"axe-core cannot be had: {done.stderr.strip()}")
    return (WEB / "vendor" / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest_asyncio.fixture(loop_scope="session")
async def gateway() -> AsyncIterator[FakeGateway]:
    server = await FakeGateway().start()
    yield server
    await server.stop()


SETTLED = """() => Promise.all(document.getAnimations()
  .filter(a => a.effect.getTiming().iterations !== Infinity).map(a => a.finished))"""
OpenPage = Callable[..., Awaitable[Any]]


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Any, gateway: FakeGateway) -> AsyncIterator[OpenPage]:
    """`await open_page(path='', wait=True, script=None, **context options)`; several calls share nothing."""
    contexts: list[Any] = []
    faults: list[str] = []

    def watch(page: Any) -> None:
        def console(message: Any) -> None:
            broken_line = "WebSocket connection" in message.text or "Failed to load resource" in message.text
            if message.type == "error" and not broken_line:
                faults.append(message.text)

        page.on("console", console)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request", lambda r: None if r.url.startswith(gateway.url) else faults.append(f"left: {r.url}")
        )

    async def opener(path: str = "", *, wait: bool = True, script: str | None = None, **options: Any) -> Any:
        context = await browser.new_context(**{"viewport": PHONE, "locale": "zh-CN", **options})
        context.set_default_timeout(8000)
        contexts.append(context)
        if script:
            await context.add_init_script(script)
        page = await context.new_page()
        watch(page)
        await page.goto(gateway.url + path)
        if wait:
            await page.wait_for_selector('#state[data-state="online"]')
        return page

    yield opener
    for context in contexts:
        await context.close()
    assert faults == []


@pytest.fixture
def picture() -> Callable[..., Awaitable[None]]:
    """Saves a screenshot under tests/out/web/ for a person to look at."""
    OUT.mkdir(parents=True, exist_ok=True)

    async def save(page: Any, name: str) -> None:
        await page.evaluate(SETTLED)
        await page.screenshot(path=OUT / f"{name}.png")

    return save
