"""长辈版, narrow screens, screen readers, dark mode."""

import json
import re

import pytest

from .conftest import PHONE
from .gateway import FakeGateway
from .helpers import say, shows, style, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LONG = "您的套餐是5G畅享129元，" * 12 + "https://example.com/" + "a" * 120 + " " + "W" * 90


def luminance(colour: str) -> float:
    parts = [int(float(part)) / 255 for part in re.findall(r"[\d.]+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


async def talk(page) -> None:
    """A conversation with everything in it."""
    for text, answer in (("查话费", "35.80 元"), ("人工客服", "小林"), ("宽带报修", "LOS")):
        await say(page, text)
        await shows(page, answer)


TEXTS = (
    ".bubble, .option .label, .chip .label, #elder-text, #human span, #state, .brand h1, #input, .send-text, "
    ".when, .speak span, .intro p, .who"
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_in_elder_mode_every_text_is_large_and_clear(open_page, scheme, picture):
    page = await open_page("?elder=1", color_scheme=scheme)
    await talk(page)
    # A button that has just become usable is still changing its colour.
    await page.evaluate(
        "Promise.all(document.getAnimations().filter(each => each instanceof CSSTransition).map(each => each.finished))"
    )
    rows = await page.locator(TEXTS).evaluate_all(
        """all => all.filter(el => el.checkVisibility()).map(el => {
             let behind = el;
             const clear = 'rgba(0, 0, 0, 0)';
             while (getComputedStyle(behind).backgroundColor === clear) behind = behind.parentElement;
             const own = getComputedStyle(el);
             const under = getComputedStyle(behind).backgroundColor;
             return [el.textContent || el.id, parseFloat(own.fontSize), own.color, under];
           })"""
    )
    assert len(rows) > 15
    assert [row for row in rows if row[1] < 24] == []
    assert [row for row in rows if contrast(row[2], row[3]) < 7] == []
    await picture(page, f"elder-{scheme}")


async def test_in_elder_mode_there_are_four_big_buttons(open_page, gateway: FakeGateway):
    page = await open_page("?elder=1")
    assert await page.locator(".chip .label").all_inner_texts() == [
        "查话费",
        "套餐流量",
        "网络报修",
        "人工客服",
    ]
    for box in [await chip.bounding_box() for chip in await page.locator(".chip").all()]:
        assert box["height"] >= 60
        assert box["width"] >= 140
    await page.click(".chip:has-text('套餐流量')")
    await until(lambda: gateway.texts() == ["查流量"])
    assert await page.inner_text(".msg--user .bubble") == "套餐流量"


async def test_the_choice_of_mode_is_remembered_and_told_to_the_server(open_page, gateway: FakeGateway):
    page = await open_page()
    assert await style(page, "html", "font-size") == "16px"
    await page.click("#elder")
    assert await style(page, ".bubble", "font-size") == "24px"
    await until(lambda: gateway.only.profile == "elder")
    await page.reload()
    assert await style(page, "html", "font-size") == "24px"
    await page.wait_for_selector('#state[data-state="online"]')
    await page.click("#elder")
    await until(lambda: gateway.only.profile == "standard")
    assert await style(page, "html", "font-size") == "16px"


async def test_a_choice_made_without_a_line_wins_over_the_server(open_page, gateway: FakeGateway):
    gateway.refuse = True
    page = await open_page(wait=False)
    await page.click("#elder")
    gateway.refuse = False
    await page.wait_for_selector('#state[data-state="online"]')
    await until(lambda: gateway.only.profile == "elder")
    assert await page.get_attribute("html", "data-profile") == "elder"


async def test_a_customer_known_as_elder_gets_the_elder_page(open_page, gateway: FakeGateway):
    gateway.new_profile = "elder"
    page = await open_page()
    assert await page.get_attribute("html", "data-profile") == "elder"
    await gateway.broadcast({"type": "profile", "profile": "standard"})
    await page.wait_for_selector('html[data-profile="standard"]')


@pytest.mark.parametrize("elder", ["", "?elder=1"])
async def test_a_phone_never_scrolls_sideways(open_page, gateway: FakeGateway, elder, picture):
    page = await open_page(elder, viewport=PHONE, has_touch=True, is_mobile=True)
    await gateway.push({"text": LONG, "buttons": [{"title": "很长的按钮" * 12, "payload": "x"}]})
    await shows(page, "畅享")
    await say(page, LONG)
    await page.wait_for_selector(".msg--user")
    await page.evaluate("document.querySelector('#scroller').scrollTop = 0")
    for width in (360, 320):
        await page.set_viewport_size({"width": width, "height": 640})
        for box in ("html", "#scroller", ".bar", ".dock"):
            assert await page.locator(box).evaluate("el => el.scrollWidth <= el.clientWidth"), (box, width)
        for part in ("#elder", "#human", "#send", "#input"):
            rect = await page.locator(part).bounding_box()
            assert rect["x"] >= 0 and rect["x"] + rect["width"] <= width, (part, width)
            assert rect["height"] >= 44, part
    await picture(page, f"narrow-{'elder' if elder else 'standard'}")


@pytest.mark.parametrize("elder", ["", "?elder=1"])
async def test_axe_finds_nothing(open_page, gateway: FakeGateway, axe_source, elder):
    page = await open_page(elder, reduced_motion="reduce")
    await talk(page)
    gateway.reject["快"] = {"code": "rate_limited", "text": "发得太快了"}
    await say(page, "快")
    await page.wait_for_selector(".resend")
    button = {"title": "好", "payload": "好"}
    await gateway.push({"text": "见 [说明](https://example.com/)", "buttons": [button]})
    await page.wait_for_selector(".option")
    await page.fill("#input", "字" * 1001)
    await page.evaluate(axe_source)
    rules = {"color-contrast-enhanced": {"enabled": bool(elder)}}
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        result = await page.evaluate("rules => axe.run(document, {rules})", rules)
        found = [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in result["violations"]]
        assert found == [], scheme + json.dumps(found, ensure_ascii=False, indent=1)


async def test_the_log_speaks_politely_and_history_is_not_read_out(open_page, gateway: FakeGateway):
    page = await open_page()
    log = page.locator("#log")
    assert await log.get_attribute("role") == "log"
    assert await log.get_attribute("aria-live") == "polite"
    await page.wait_for_selector('#log[aria-busy="false"]')
    assert await page.locator("[aria-live=assertive], [role=alert]").count() == 0
    assert await page.get_attribute("html", "lang") == "zh-CN"
    await say(page, "查流量")
    await shows(page, "12.4")
    assert (await page.locator(".msg").last.text_content()).startswith("易答：")


async def test_nothing_moves_for_who_asked_for_less_motion(open_page):
    page = await open_page(reduced_motion="reduce")
    await say(page, "查流量")
    await shows(page, "12.4")
    assert await page.evaluate("document.getAnimations().length") == 0


SCREENS = {"standard": PHONE, "desktop": {"width": 1200, "height": 800}}


@pytest.mark.parametrize("name", SCREENS)
async def test_pictures_are_taken_for_a_person_to_judge(open_page, picture, name):
    page = await open_page(viewport=SCREENS[name])
    await shows(page, "您好")
    await picture(page, f"{name}-start")
    await talk(page)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await picture(page, f"{name}-{scheme}")
