"""The call button: real Chromium with a microphone that is a file, the real websocket way in behind it."""

from __future__ import annotations

import asyncio
import json
import re
import time
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from bot.gateway import middleware
from tests.needs import chromium
from voice_gateway.transports import Audio, HungUp, Key, Leg
from voice_gateway.transports.browser import RATE, BrowserLeg, routes
from voice_gateway.transports.calls import Calls
from voice_gateway.transports.websocket import MARK_WITHIN

from .conftest import ARGS, PHONE
from .gateway import HEADERS, FakeGateway
from .helpers import say, shows, style, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SAID, ANSWERED = 440, 1000  # Hz: what the customer says, what we say
NOT_SECURE = "kefu.test"


def tone(hertz: float, seconds: float, rate: int = RATE) -> bytes:
    """In syllables, so that no noise suppression takes it for a hum."""
    at = np.arange(int(seconds * rate)) / rate
    syllables = np.sin(2 * np.pi * 2 * at) > -0.6
    return (12_000 * np.sin(2 * np.pi * hertz * at) * syllables).astype("<i2").tobytes()


def hertz(pcm: bytes, rate: int = RATE) -> float:
    """The loudest frequency."""
    samples = np.frombuffer(pcm, "<i2").astype(float)
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * rate / len(samples))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    """Chromium whose microphone is a file with a tone; one name of this machine is no secure context."""
    api = pytest.importorskip("playwright.async_api", reason="playwright (Python) is not installed")
    said = tmp_path_factory.mktemp("said") / "said.wav"
    with wave.open(str(said), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(tone(SAID, 4))
    fake = [
        "--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={said}",
        f"--host-resolver-rules=MAP {NOT_SECURE} 127.0.0.1",
    ]  # fmt: skip
    async with api.async_playwright() as playwright:
        try:
            launched = await playwright.chromium.launch(executable_path=chromium(), args=[*ARGS, *fake])
        except api.Error as error:
            pytest.skip(f"Chromium does not start: {error.message.splitlines()[0]}")
        yield launched
        await launched.close()


class Callee:
    """Our side: what is heard is kept; `then` may be set to a course of the call."""

    def __init__(self) -> None:
        self.pcm, self.keys, self.ended, self.legs = bytearray(), "", list[str](), list[BrowserLeg]()
        self.then: Callable[[Leg], Awaitable[None]] | None = None

    async def __call__(self, leg: Leg) -> None:
        assert isinstance(leg, BrowserLeg)
        self.legs.append(leg)
        if self.then is not None:
            await self.then(leg)
        async for event in leg.events():
            match event:
                case Audio(pcm):
                    self.pcm += pcm
                case Key(key):
                    self.keys += key
                case HungUp(reason):
                    self.ended.append(reason)


@pytest.fixture
def callee() -> Callee:
    return Callee()


@pytest.fixture
def calls() -> Calls:
    return Calls(most=1)


@pytest_asyncio.fixture(loop_scope="session")
async def gateway(callee: Callee, calls: Calls, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeGateway]:
    """With the headers of the real one: what they forbid must not be needed."""
    server = FakeGateway()

    def conversation_of(token: object) -> str | None:
        known = server.conversations.get(str(token))
        return known.id if known else None

    server.more = routes(lambda leg: callee(leg), calls, conversation_of)
    await server.start()
    for name, value in middleware._HEADERS.items():
        monkeypatch.setitem(HEADERS, name, value)
    host = server.url.removeprefix("http://").rstrip("/")
    monkeypatch.setitem(HEADERS, "Content-Security-Policy", middleware._POLICY.format(host=host))
    yield server
    await calls.close()
    await server.stop()


TAP = """
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...rest) {
  if (to instanceof AudioDestinationNode) {
    window.tap = new AnalyserNode(this.context, { fftSize: 4096, smoothingTimeConstant: 0 });
    connect.call(this, window.tap);
  }
  return connect.call(this, to, ...rest);
};
"""
LOUDEST = """() => {
  const bins = new Float32Array(tap.frequencyBinCount);
  tap.getFloatFrequencyData(bins);
  const at = bins.indexOf(Math.max(...bins));
  return [at * tap.context.sampleRate / tap.fftSize, bins[at]];
}"""
SILENT = """() => {
  const samples = new Float32Array(1024);
  tap.getFloatTimeDomainData(samples);
  return Math.max(...samples.map(Math.abs)) < 1e-4;
}"""


async def dial(open_page: Any, path: str = "", **more: Any) -> Any:
    page = await open_page(path, **{"permissions": ["microphone"], **more})
    await page.click("#call-open")
    return page


async def talking(page: Any) -> None:
    await page.locator("#call-state", has_text="通话中").wait_for()


async def meets(page: Any, script: str, good: Callable[[Any], bool], seconds: float = 8) -> None:
    end = time.monotonic() + seconds
    while not good(await page.evaluate(script)):
        assert time.monotonic() < end, "it did not become so in time"
        await asyncio.sleep(0.02)


async def test_a_call_is_heard_on_both_sides_in_the_conversation_of_the_page(
    open_page, callee: Callee, gateway: FakeGateway
):
    async def speak(leg: Leg) -> None:
        await leg.play(tone(ANSWERED, 3))

    callee.then = speak
    page = await dial(open_page, script=TAP)
    await talking(page)
    assert callee.legs[0].conversation == gateway.only.id
    await meets(page, LOUDEST, lambda got: abs(got[0] - ANSWERED) < 15 and got[1] > -40)
    await until(lambda: len(callee.pcm) > 2 * RATE)
    assert abs(hertz(bytes(callee.pcm[-2 * RATE :])) - SAID) < 5
    assert len(callee.pcm) % 640 == 0
    await page.click("#call-end")
    await until(lambda: callee.ended == ["caller"])
    await page.locator("#call").wait_for(state="hidden")
    assert await page.evaluate("document.activeElement.id") == "call-open"
    assert "通话结束" in await page.inner_text("#announce")


async def test_keys_come_from_the_pad_and_from_the_keyboard_and_press_no_quick_answer(
    open_page, callee: Callee, gateway: FakeGateway
):
    page = await dial(open_page)
    await talking(page)
    assert await page.locator("#call-pad").is_hidden()
    await page.click("#call-pad-toggle")
    assert await page.get_attribute("#call-pad-toggle", "aria-expanded") == "true"
    for key in await page.locator(".call-key").all():
        await key.click()
    assert await page.locator("#call-keys").inner_text() == "123456789*0#"
    for key in "12#*":
        await page.keyboard.press(key)
    await until(lambda: callee.keys == "123456789*0#12#*")
    await say(page, "查流量")
    await shows(page, "12.4")
    assert gateway.texts() == ["查流量"]


async def test_an_interruption_silences_the_page(open_page, callee: Callee):
    flushed = asyncio.Event()

    async def speak(leg: Leg) -> None:
        await leg.play(b"\x10\x27" * RATE * 3)
        async for event in leg.events():
            if isinstance(event, Key):
                leg.flush()
                flushed.set()

    callee.then = speak
    page = await dial(open_page, script=TAP)
    await talking(page)
    await meets(page, SILENT, lambda silent: not silent)
    await page.locator("#call").press("1")
    await asyncio.wait_for(flushed.wait(), 8)
    await meets(page, SILENT, bool, 0.5)


async def test_we_hang_up_and_the_page_says_how_long_it_was(open_page, callee: Callee):
    go, took = asyncio.Event(), list[float]()

    async def goodbye(leg: Leg) -> None:
        await go.wait()
        await leg.play(tone(ANSWERED, 0.2))
        await leg.played()
        began = time.monotonic()
        await leg.hang_up()
        took.append(time.monotonic() - began)

    callee.then = goodbye
    page = await dial(open_page)
    await talking(page)
    assert await page.inner_text("#call-timer") == "00:00"
    await page.locator("#call-timer", has_text="00:01").wait_for()
    go.set()
    await page.locator("#call").wait_for(state="hidden")
    await until(lambda: len(took) == 1)
    assert took[0] < MARK_WITHIN  # the page said that it had played the goodbye
    assert re.fullmatch("通话结束，时长[1-5]秒。", await page.inner_text("#announce"))


async def test_muted_means_that_nothing_is_heard(open_page, callee: Callee):
    page = await dial(open_page)
    await talking(page)
    await until(lambda: any(callee.pcm))
    await page.click("#call-mute")
    assert await page.get_attribute("#call-mute", "aria-pressed") == "true"
    await asyncio.sleep(0.3)
    callee.pcm.clear()
    await until(lambda: len(callee.pcm) > RATE)
    assert not any(callee.pcm)
    await page.click("#call-mute")
    await until(lambda: any(callee.pcm))


REFUSED = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{}'));"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("NotAllowedError", "没有麦克风权限"),
        ("NotFoundError", "没有找到麦克风"),
        ("NotReadableError", "被别的程序占用"),
    ],
)
async def test_without_a_microphone_the_page_says_what_to_do(open_page, callee: Callee, name: str, words: str):
    page = await dial(open_page, script=REFUSED.format(name))
    await page.locator("#call-state", has_text=words).wait_for()
    assert words in await page.inner_text("#announce")
    assert await page.evaluate("document.activeElement.id") == "call-close"
    await page.click("#call-close")
    assert await page.locator("#call").is_hidden()
    assert callee.legs == []


async def test_a_customer_who_may_not_use_the_microphone_here_is_told(open_page, callee: Callee):
    page = await dial(open_page, permissions=[])
    await page.locator("#call-state", has_text="没有麦克风权限").wait_for()
    assert callee.legs == []


async def test_a_page_that_is_not_secure_says_so(open_page, gateway: FakeGateway):
    gateway.url = gateway.url.replace("127.0.0.1", NOT_SECURE)
    page = await dial(open_page, permissions=[])
    await page.locator("#call-state", has_text="https").wait_for()


async def test_when_all_lines_are_taken_or_the_call_breaks_the_customer_may_try_again(
    open_page, callee: Callee, calls: Calls
):
    first = await dial(open_page)
    await talking(first)
    second = await dial(open_page)
    await second.locator("#call-state", has_text="暂时打不通").wait_for()
    callee.legs[0]._socket._req.transport.abort()  # type: ignore[union-attr]
    await first.locator("#call-state", has_text="通话断开了").wait_for()
    await until(lambda: len(calls) == 0)
    await second.click("#call-again")
    await talking(second)
    assert await second.locator("#call-after").is_hidden()


async def test_a_second_page_of_the_same_customer_is_told_of_the_call(open_page, callee: Callee, calls: Calls):
    calls.most = 2
    page = await dial(open_page)
    await talking(page)
    other = await page.context.new_page()
    await other.goto(page.url)
    await other.wait_for_selector('#state[data-state="online"]')
    await other.click("#call-open")
    await other.locator("#call-state", has_text="另一个页面").wait_for()
    await other.close()
    assert callee.ended == []


async def test_a_page_that_is_left_hangs_up(open_page, callee: Callee):
    page = await dial(open_page)
    await talking(page)
    await page.goto("about:blank")
    await until(lambda: callee.ended == ["caller"])


@pytest.mark.parametrize("elder", ["", "?elder=1"])
async def test_axe_finds_nothing_in_a_call(open_page, callee: Callee, axe_source: str, elder: str, picture):
    page = await dial(open_page, elder, reduced_motion="reduce")
    await talking(page)
    await page.click("#call-pad-toggle")
    await page.locator("#call").press("7")
    await page.evaluate(axe_source)
    rules = {"color-contrast-enhanced": {"enabled": bool(elder)}}
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        result = await page.evaluate("rules => axe.run(document, {rules})", rules)
        found = [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in result["violations"]]
        assert found == [], scheme + json.dumps(found, ensure_ascii=False, indent=1)
        await picture(page, f"call-{'elder' if elder else 'standard'}-{scheme}")
    assert await page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("elder", ["", "?elder=1"])
async def test_a_phone_never_scrolls_sideways_in_a_call(open_page, callee: Callee, elder: str, picture):
    page = await dial(open_page, elder, viewport=PHONE, has_touch=True, is_mobile=True)
    await talking(page)
    await page.click("#call-pad-toggle")
    least = 60 if elder else 44
    for width in (360, 320):
        await page.set_viewport_size({"width": width, "height": 640})
        for box in ("html", "#call", ".dock", "#scroller"):
            assert await page.locator(box).evaluate("el => el.scrollWidth <= el.clientWidth"), (box, width)
        for button in ("#call-end", "#call-mute", "#call-pad-toggle", ".call-key >> nth=11"):
            rect = await page.locator(button).bounding_box()
            assert rect["x"] >= 0 and rect["x"] + rect["width"] <= width and rect["height"] >= least, (button, width)
        for height in (640, 360):  # hanging up needs no scrolling
            await page.set_viewport_size({"width": width, "height": height})
            await page.locator("#call").press("1")
            rect = await page.locator("#call-end").bounding_box()
            panel = await page.locator("#call").bounding_box()
            assert rect["y"] + rect["height"] <= panel["y"] + panel["height"], (width, height)
            await page.locator("#call-end").click(trial=True)
    await picture(page, f"call-narrow-{'elder' if elder else 'standard'}")
    if elder:
        assert float((await style(page, "#call-state", "font-size")).removesuffix("px")) >= 24
    await page.click("#call-end")
    box = await page.locator("#call-open").bounding_box()
    assert box["height"] >= least and box["x"] + box["width"] <= 320
    await picture(page, f"call-button-{'elder' if elder else 'standard'}")


RESAMPLED = """async ([source, target, hertz, block]) => {
  const { Resampler } = await import('/static/js/resample.js');
  const made = new Resampler(source, target);
  const samples = Float32Array.from({ length: source / 4 }, (_, at) => Math.sin(2 * Math.PI * hertz * at / source));
  const out = [];
  for (let at = 0; at < samples.length; at += block) out.push(...made.feed(samples.subarray(at, at + block)));
  return out;
}"""


async def test_another_sample_rate_keeps_the_voice_and_its_length_and_lets_nothing_fold(open_page):
    page = await open_page()
    for source, target in ((48_000, 16_000), (44_100, 16_000), (16_000, 48_000), (16_000, 44_100)):
        kept = np.array(await page.evaluate(RESAMPLED, [source, target, 1000, 128]))
        assert abs(len(kept) - target // 4) < 60
        middle = kept[target // 16 : target // 16 + target // 10]  # 100 whole waves
        assert abs(np.sqrt(2 * np.mean(middle**2)) - 1) < 0.02
        assert np.argmax(np.abs(np.fft.rfft(middle))) == 100
        whole = np.array(await page.evaluate(RESAMPLED, [source, target, 1000, source]))
        assert np.abs(whole[: len(kept)] - kept[: len(whole)]).max() < 1e-4
    folded = np.array(await page.evaluate(RESAMPLED, [48_000, 16_000, 10_000, 128]))
    assert np.abs(folded[200:-200]).max() < 0.01
