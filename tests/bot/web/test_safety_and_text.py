"""Text becomes text, never markup; and the spoken form is speakable."""

import pytest

from .gateway import FakeGateway
from .helpers import bubbles, counted, say, shows

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ATTACKS = [
    '<img src=x onerror="window.pwned=1">',
    "<script>window.pwned=1</script>",
    "**<svg onload=window.pwned=1>**",
    "[点我](javascript:window.pwned=1)",
    '[点我](https://example.com/"onmouseover="window.pwned=1)',
    "[点我](data:text/html,<script>window.pwned=1</script>)",
    "1. <iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "</article><style>*{display:none}</style>",
    "http://example.com/ 不是链接",
]


async def test_nothing_in_a_message_becomes_markup(open_page, gateway: FakeGateway):
    page = await open_page()
    for attack in ATTACKS:
        await gateway.push({"text": attack, "buttons": [{"title": attack, "payload": attack}]})
    for sender in ("agent", "system"):
        await gateway.push({"text": ATTACKS[0]}, sender)
    await shows(page, "不是链接")
    await page.locator(".msg--system").wait_for()
    assert await page.locator(".msg").locator("img, script, iframe, style, .bubble svg").count() == 0
    names = "all => all.map(a => [a.href, a.getAttributeNames().sort().join()])"
    links = await page.locator(".msg a").evaluate_all(names)
    assert links == [["https://example.com/", "href,rel,target"]]
    assert await page.locator(".option .label").last.inner_text() == ATTACKS[-1]
    for attack in ATTACKS:
        await say(page, attack)
    await counted(page, ".msg--user", len(ATTACKS))
    assert await bubbles(page, "user") == ATTACKS
    assert await page.evaluate("window.pwned") is None


async def test_markdown_light_is_drawn(open_page, gateway: FakeGateway):
    page = await open_page()
    text = (
        "138****0001 **重点**和**139****0002**\n第二行\n\n1. 甲\n2. 乙 **丙**\n5、戊\n\n- 点\n"
        "见 [说明](https://example.com/a?b=1) 或 https://example.com/路，谢谢 https://example.com/x."
    )
    await gateway.push({"text": text})
    await shows(page, "第二行")
    html = await page.locator(".bubble").last.inner_html()
    link = 'target="_blank" rel="noopener noreferrer"'
    assert html == (
        "<p>138****0001 <strong>重点</strong>和<strong>139****0002</strong><br>第二行</p>"
        '<ol><li value="1">甲</li><li value="2">乙 <strong>丙</strong></li><li value="5">戊</li></ol>'
        "<ul><li>点</li></ul>"
        f'<p>见 <a href="https://example.com/a?b=1" {link}>说明</a> 或 '
        f'<a href="https://example.com/" {link}>https://example.com/</a>路，谢谢 '
        f'<a href="https://example.com/x" {link}>https://example.com/x</a>.</p>'
    )


SPOKEN = [
    ({"speech": '余额<say-as interpret-as="amount">35.80</say-as>。'}, "余额35.8元。"),
    ({"speech": '<say-as interpret-as="phone">10086</say-as>'}, "幺零零八六"),
    ({"speech": '还剩<say-as interpret-as="data_volume">12.4 GB</say-as>'}, "还剩12.4G"),
    ({"speech": "甲<break time='1s'/>乙 &lt;丙&gt; &amp;"}, "甲，乙 <丙> &"),
    ({"text": "**余额** 35.80 元，见 [说明](https://a.cn/b) https://a.cn/c"}, "余额 35.80 元，见 说明 链接"),
    ({"text": "1 < 2 且 3 > 2"}, "1 < 2 且 3 > 2"),
]


async def test_the_spoken_form_is_plain_words(open_page):
    page = await open_page()
    script = "all => import('/static/js/speech.js').then(s => all.map(s.spokenText))"
    assert await page.evaluate(script, [message for message, _ in SPOKEN]) == [spoken for _, spoken in SPOKEN]


FAKE_VOICE = """
window.said = [];
const synth = {
  getVoices: () => [],
  cancel() { this.now = null; },
  speak(u) { said.push([u.text, u.rate, u.lang]); this.now = u; },
};
Object.defineProperty(window, 'speechSynthesis', { value: synth });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


async def test_a_message_is_read_aloud_slower_for_elders(open_page):
    page = await open_page(script=FAKE_VOICE)
    await say(page, "查话费")
    await shows(page, "35.80 元")
    await page.locator(".speak").last.click()
    assert await page.evaluate("said") == [["余额35.8元。", 1, "zh-CN"], ["，上月账单135.6元。", 1, "zh-CN"]]
    assert await page.locator(".speak").last.inner_text() == "停止"
    await page.locator(".speak").last.click()
    assert await page.locator(".speak").last.inner_text() == "朗读"
    await page.click("#elder")
    await page.locator(".speak").last.click()
    assert (await page.evaluate("said.at(-1)"))[1] == 0.75
    await page.evaluate("speechSynthesis.now.onend()")
    assert await page.locator(".speak").last.inner_text() == "朗读"


async def test_without_a_voice_there_is_no_button_for_it(open_page):
    page = await open_page(script="delete window.speechSynthesis; delete Window.prototype.speechSynthesis;")
    await shows(page, "您好")
    assert await page.locator(".speak").count() == 0
