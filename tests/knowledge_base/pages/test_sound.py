"""试听: the product's own voice in the editor, where set-up could get one, and the browser's where not."""

from __future__ import annotations

import asyncio
import io
import wave
from typing import Any

import pytest
from playwright.async_api import expect

from common.settings import ROOT, Settings
from voice_gateway.synthesis.errors import SynthesisFailed
from voice_gateway.synthesis.port import ELDER, STANDARD
from voice_gateway.synthesis.prepare import FOLDER
from yida.voice import local_synthesizer

from .conftest import EDITOR, PATIENCE, Person, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
MISSING = "合成语音还没接上"
#: Keeps every sound the page plays, with what it is.
LISTEN = """() => {
  window.heard = [];
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () { window.heard.push(this); return play.call(this); };
  speechSynthesis.speak = () => window.heard.push('browser');
}"""


@pytest.fixture
def voiced(settings: Settings) -> Settings:
    """The settings with the voice that set-up made."""
    made = ROOT / "models" / FOLDER
    settings.models_dir.mkdir()
    (settings.models_dir / FOLDER).symlink_to(made, target_is_directory=True)
    if (synthesizer := local_synthesizer(settings)) is None:
        pytest.skip("models/fastspeech2 is not there")
    synthesizer.close()
    return settings


async def _played(page: Any, somebody: Person, rate: str) -> float:
    """Presses 试听; the length of what was played, seconds, which is that of the WAV at its address."""
    place = await page.evaluate("window.heard.length")
    await page.click(f"[data-play={rate}]")
    async with asyncio.timeout(PATIENCE):  # the page's policy forbids Playwright's own way of waiting for a condition
        while not await page.evaluate(f"(sound => sound === 'browser' || sound?.currentTime > 0.2)(window.heard[{place}])"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    address, length = await page.evaluate(f"[window.heard[{place}].src, window.heard[{place}].duration]")
    assert f"rate={rate}" in address
    answer = await somebody.http.get(address)
    assert (answer.status, answer.content_type) == (200, "audio/wav")
    with wave.open(io.BytesIO(await answer.read())) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 24_000)
        seconds = sound.getnframes() / sound.getframerate()
    assert length == pytest.approx(seconds, abs=0.05)
    return seconds


async def test_both_rates_are_heard_in_the_products_own_voice_and_as_long_as_the_page_says(voiced: Settings, browser: Any) -> None:
    async with serving(voiced) as site:
        somebody = Person(site)
        await somebody.sign_in(EDITOR)
        context = await browser.new_context(locale="zh-CN")
        page = await context.new_page()
        await page.goto(f"{site.url}/sign-in")
        await page.click(f'[data-fill="{EDITOR}"]')
        await page.click("button[type=submit]")
        await expect(page.locator(".side")).to_be_visible()
        await page.goto(f"{site.url}/entries/bill-day")
        assert MISSING not in await page.inner_text("main")
        await page.evaluate(LISTEN)
        await expect(page.locator("#hear-text")).to_have_text("每月三日，出上个月的账单。")
        normal, slow = await _played(page, somebody, "standard"), await _played(page, somebody, "elder")
        assert "browser" not in await page.evaluate("window.heard.map(String)")
        # Two clauses, so one pause; the sounds themselves are slower by the rate.
        pauses = STANDARD.pause_ms / 1000, ELDER.pause_ms / 1000
        assert (slow - pauses[1]) / (normal - pauses[0]) == pytest.approx(STANDARD.rate / ELDER.rate, rel=0.06)
        for said, heard in (("#standard-seconds", normal), ("#elder-seconds", slow)):
            shown = float((await page.inner_text(said)).removesuffix("秒").strip())
            assert shown == pytest.approx(heard, rel=0.25)
        # What was changed is what is heard, before anything is saved.
        await page.fill("[name=speech]", "每月五日出账。")
        await expect(page.locator("#hear-text")).to_have_text("每月五日出账。")
        assert await _played(page, somebody, "standard") < normal
        await context.close()
        await somebody.http.close()
        speaker = site.parts.speaker
    with pytest.raises(SynthesisFailed):
        await speaker.speak("网关停了。", 1.0)


async def test_without_the_products_voice_the_browsers_reads_and_the_page_says_so(desk) -> None:
    page = await desk(EDITOR, "/entries/bill-day")
    await page.evaluate("""() => { window.heard = []; speechSynthesis.speak = (s) => window.heard.push([s.text, s.rate, s.lang]); }""")
    await expect(page.locator("#hear-text")).to_contain_text("每月三日")
    await page.click("[data-play=elder]")
    assert await page.evaluate("window.heard") == [["每月三日，出上个月的账单。", 0.75, "zh-CN"]]
    assert MISSING in await page.inner_text("#voice") and "浏览器的声音" in await page.inner_text("#voice")
