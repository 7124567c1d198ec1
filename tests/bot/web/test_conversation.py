"""Writing, picking, reading: what a customer does on the page."""

import pytest

from .gateway import FakeGateway
from .helpers import bubbles, say, shows, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_enter_sends_and_the_answer_appears(open_page, gateway: FakeGateway):
    page = await open_page()
    await say(page, "你好")
    await shows(page, "收到：你好")
    assert gateway.texts() == ["你好"]
    assert await page.input_value("#input") == ""
    assert await page.locator(".msg--user").get_attribute("data-status") == "done"


async def test_shift_enter_breaks_the_line_and_sends_nothing(open_page, gateway: FakeGateway):
    page = await open_page()
    await page.focus("#input")
    await page.keyboard.type("第一行")
    before = (await page.locator("#input").bounding_box())["height"]
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("第二行")
    assert await page.input_value("#input") == "第一行\n第二行"
    assert (await page.locator("#input").bounding_box())["height"] > before
    await page.keyboard.press("Enter")
    await until(lambda: gateway.texts() == ["第一行\n第二行"])


async def test_an_input_method_may_use_enter_for_itself(open_page, gateway: FakeGateway):
    page = await open_page()
    await page.focus("#input")
    keys = await page.context.new_cdp_session(page)
    await keys.send(
        "Input.imeSetComposition", {"text": "cha hua fei", "selectionStart": 11, "selectionEnd": 11}
    )
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    await keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    await page.evaluate(
        "document.querySelector('#input').dispatchEvent(new KeyboardEvent('keydown', "
        "{key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    await page.wait_for_timeout(100)
    assert gateway.texts() == []
    await keys.send("Input.insertText", {"text": "查话费"})
    await page.keyboard.press("Enter")
    await until(lambda: gateway.texts() == ["查话费"])


async def test_the_four_questions_are_at_hand(open_page, gateway: FakeGateway):
    page = await open_page()
    assert await page.locator(".chip .label").all_inner_texts() == [
        "查话费",
        "查流量",
        "宽带报修",
        "人工客服",
    ]
    await page.click(".chip:has-text('查话费')")
    await shows(page, "35.80 元")
    assert gateway.texts() == ["查话费"]


async def test_a_button_sends_its_payload_and_shows_its_title(open_page, gateway: FakeGateway):
    page = await open_page()
    await page.click(".option:has-text('我的套餐')")
    await until(lambda: gateway.texts() == ["查一下我的套餐"])
    assert await bubbles(page, "user") == ["我的套餐"]
    assert gateway.only.journal[-1]["text"] == "收到：查一下我的套餐"
    await page.reload()
    await shows(page, "收到")
    assert await bubbles(page, "user") == ["我的套餐"]


async def test_buttons_of_an_older_question_go_with_the_next_words(open_page):
    page = await open_page()
    await page.click(".chip:has-text('查话费')")
    await page.wait_for_selector(".option:has-text('去充值')")
    assert await page.locator(".option .label").all_inner_texts() == ["账单明细", "去充值", "不用了"]


async def test_a_number_outside_the_field_picks_at_once(open_page, gateway: FakeGateway):
    page = await open_page()
    await page.focus("#scroller")
    await page.keyboard.press("2")
    await until(lambda: gateway.texts() == ["查积分"])


async def test_a_number_in_the_field_picks_on_enter_and_a_code_stays_typable(open_page, gateway: FakeGateway):
    page = await open_page()
    await page.focus("#input")
    await page.keyboard.type("1")
    assert await page.inner_text("#hint") == "按回车选择「我的套餐」"
    await page.keyboard.press("Enter")
    await until(lambda: gateway.texts() == ["查一下我的套餐"])
    await page.keyboard.type("246810")
    assert await page.is_hidden("#hint")
    await page.keyboard.press("Enter")
    await until(lambda: gateway.texts() == ["查一下我的套餐", "246810"])


async def test_numbers_stand_for_the_four_questions_where_nothing_is_asked(open_page, gateway: FakeGateway):
    gateway.greet = None
    page = await open_page()
    await page.focus("#scroller")
    await page.keyboard.press("3")
    await until(lambda: gateway.texts() == ["宽带报修"])


async def test_a_person_is_one_press_away(open_page, gateway: FakeGateway):
    page = await open_page()
    await page.click("#human")
    await shows(page, "我是客服小林")
    assert gateway.texts() == ["人工客服"]
    assert await bubbles(page, "system") == ["正在为您转接人工客服，前面还有 2 位"]
    assert await page.inner_text(".msg--agent .who") == "人工客服"


async def test_the_page_is_operable_by_keys_alone(open_page, gateway: FakeGateway):
    page = await open_page()
    await page.focus("#human")
    seen = []
    for _ in range(12):
        await page.keyboard.press("Tab")
        seen.append(await page.evaluate("document.activeElement.className || document.activeElement.id"))
    for stop in ("scroller", "speak", "option", "chip", "input"):
        assert stop in seen, seen
    await page.focus(".option")
    await page.keyboard.press("Tab")
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    await page.keyboard.press("Enter")
    await until(lambda: gateway.texts() == ["查积分"])
    assert await page.evaluate("document.activeElement.id") == "input", "focus is not lost with the button"


async def test_a_text_over_1000_characters_is_kept_and_not_sent(open_page, gateway: FakeGateway):
    page = await open_page()
    await page.fill("#input", "字" * 499)
    assert await page.is_hidden("#counter")
    await page.fill("#input", "字" * 1003)
    assert await page.inner_text("#counter") == "1003/1000，超出 3 字，请删减后发送"
    assert await page.get_attribute("#send", "aria-disabled") == "true"
    await page.press("#input", "Enter")
    await page.wait_for_timeout(100)
    assert gateway.texts() == []
    await page.fill("#input", "😀" * 1000)
    assert await page.inner_text("#counter") == "1000/1000"
    await page.press("#input", "Enter")
    await until(lambda: gateway.texts() == ["😀" * 1000])


async def test_typing_is_shown_when_the_answer_takes_its_time(open_page, gateway: FakeGateway, picture):
    gateway.delay_s = 0.8
    page = await open_page()
    await say(page, "慢慢想")
    await page.wait_for_selector("#typing:not([hidden])")
    await picture(page, "typing")
    await shows(page, "收到：慢慢想")
    assert await page.is_hidden("#typing")


async def test_a_refused_message_says_so_and_can_be_sent_again(open_page, gateway: FakeGateway, picture):
    page = await open_page()
    gateway.reject["发太快"] = {"code": "rate_limited", "text": "发得太快了，请稍等"}
    await say(page, "发太快")
    await page.wait_for_selector(".status--failed")
    assert "发得太快了，请稍等" in await page.inner_text(".status--failed")
    await picture(page, "failed")
    gateway.reject.clear()
    await page.click(".resend")
    await shows(page, "收到：发太快")
    assert gateway.texts() == ["发太快"]
    assert len({f["id"] for f in gateway.received if f["type"] == "message"}) == 1


async def test_a_reader_further_up_is_told_of_new_messages_and_not_moved(open_page, gateway: FakeGateway):
    page = await open_page()
    for index in range(8):
        await gateway.push({"text": f"第 {index} 条\n" * 4})
    await shows(page, "第 7 条")
    await page.evaluate("document.querySelector('#scroller').scrollTop = 0")
    await page.wait_for_timeout(50)
    await gateway.push({"text": "新来的"})
    await page.wait_for_selector("#to-end:not([hidden])")
    assert await page.evaluate("document.querySelector('#scroller').scrollTop") == 0
    await page.click("#to-end")
    assert await page.is_hidden("#to-end")
    box = page.locator("#scroller")
    assert await box.evaluate("s => s.scrollHeight - s.scrollTop - s.clientHeight < 2")


async def test_a_reply_longer_than_the_window_is_shown_from_its_top(open_page, gateway: FakeGateway):
    page = await open_page()
    await gateway.push({"text": "\n".join(f"{n}. 第{n}步，请按说明操作" for n in range(1, 60))})
    await shows(page, "第59步")
    top = await page.locator(".msg").last.evaluate(
        "el => el.getBoundingClientRect().top - scroller.getBoundingClientRect().top"
    )
    assert 0 <= top < 40
