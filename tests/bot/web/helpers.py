"""What the tests of the chat page do again and again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any


async def until(condition: Callable[[], bool], timeout_s: float = 8.0) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "it did not become true in time"
        await asyncio.sleep(0.02)


async def say(page: Any, text: str) -> None:
    await page.fill("#input", text)
    await page.press("#input", "Enter")


async def bubbles(page: Any, who: str = "") -> list[str]:
    """Texts of the bubbles in the order they stand."""
    return await page.locator(f".msg{'--' + who if who else ''} .bubble").all_inner_texts()


async def shows(page: Any, text: str) -> None:
    await page.locator(".bubble", has_text=text).last.wait_for()


async def style(page: Any, selector: str, name: str) -> str:
    script = "(el, name) => getComputedStyle(el).getPropertyValue(name)"
    return await page.locator(selector).first.evaluate(script, name)


async def counted(page: Any, selector: str, count: int, timeout_s: float = 8.0) -> None:
    """Waits until so many elements are there. (wait_for_function needs eval, which our policy forbids.)"""
    end = time.monotonic() + timeout_s
    while (now := await page.locator(selector).count()) != count:
        assert time.monotonic() < end, f"{selector}: {now}, not {count}"
        await asyncio.sleep(0.02)
