"""The pages without scripts: what they show, and what they do with what they are sent."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import urljoin

import pytest

from knowledge_base.misses import Misses
from knowledge_base.pages.layout import relative

from .conftest import ADMIN, EDITOR, REVIEWER, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("here", ["/kb/", "/kb/review", "/kb/review/x", "/kb/review/x/approve", "/kb/history/entry/e/return"])
@pytest.mark.parametrize("there", ["/kb/", "/kb/review?done=approved", "/kb/review/x", "/kb/history/entry/e", "/static/a.css"])
async def test_addresses_lead_to_their_page_from_every_page_under_any_prefix(here: str, there: str) -> None:
    for prefix in ("", "/operator"):
        assert urljoin(f"http://h{prefix}{here}", relative(here, there)) == f"http://h{prefix}{there}"


async def test_a_search_says_what_would_be_answered_and_why(person) -> None:
    somebody = await person(EDITOR)
    page = await (await somebody.form("/", text="每月几号出账单")).text()
    assert "直接回答" in page and "原话" in page and "每月三日" in page and 'href="entries/bill-day"' in page
    for sign in ("语义", "字面", "读音", "主题", "关键词", "领先"):
        assert f'<th scope="col">{sign}</th>' in page
    assert "没有答案" in await (await somebody.form("/", text="今天天气怎么样啊")).text()


@pytest.mark.parametrize(("filters", "found"), [
    ({}, True), ({"region": "四川省成都市"}, True), ({"region": "北京"}, False), ({"channel": "app"}, True), ({"channel": "voice"}, False),
])  # fmt: skip
async def test_filters_hold_back_what_does_not_apply(person, filters: dict[str, str], found: bool) -> None:
    page = await (await (await person(EDITOR)).form("/", text="成都营业厅几点开门", **filters)).text()
    assert ("早上九点开门" in page) is found


async def test_a_search_of_another_day_uses_what_was_valid_then(site: Site, person) -> None:
    somebody = await person(EDITOR)
    path = site.faq / "home.yml"
    path.write_text(path.read_text("utf-8").replace("- id: broadband-red", "- valid: {from: 2030-01-01}\n  id: broadband-red"), "utf-8")
    await asyncio.to_thread(site.parts.knowledge.base.reload)
    assert "光路不通" not in await (await somebody.form("/", text="光猫亮红灯是什么意思")).text()
    assert "光路不通" in await (await somebody.form("/", text="光猫亮红灯是什么意思", day="2030-01-01")).text()
    assert "日期写成" in await (await somebody.form("/", text="x", day="tomorrow")).text()


async def test_the_list_finds_counts_and_filters(site: Site, person) -> None:
    somebody = await person(EDITOR)
    page = await somebody.text("/entries")
    assert "共 5 条" in page and "账单发票（3）" in page and "限定范围 <b>1</b>" in page
    assert "成都营业厅" in await somebody.text("/entries?state=limited")
    page = await somebody.text("/entries?q=发票")
    assert "电子发票怎么开" in page and "光猫亮红灯" not in page
    assert "没有符合的条目" in await somebody.text("/entries?q=没有这样的词")
    await somebody.draft("bill-day", note="改动")
    assert "待审核 <b>1</b>" in await somebody.text("/entries")


async def test_a_bad_file_is_told_on_every_page_and_the_last_good_one_serves(site: Site, person) -> None:
    somebody = await person(EDITOR)
    path = site.faq / "bills.yml"
    good = path.read_text("utf-8")
    path.write_text(good.replace("question: 电子发票怎么开", "question: 啊"), "utf-8")
    await asyncio.to_thread(site.parts.knowledge.base.reload)
    for page in ("/", "/entries", "/review", "/history", "/status"):
        assert "上一份正确的内容" in await somebody.text(page), page
    status = await somebody.text("/status")
    assert "bills.yml" in status and "字段 <code>question</code>" in status and "太短" in status and "改法" in status
    metrics = await (await somebody.http.get(site.host + "metrics")).text()
    assert "yida_kb_stale_files 1.0" in metrics and "yida_kb_problems 1.0" in metrics and "yida_kb_entries 5.0" in metrics
    await site.until_answer("电子发票怎么开", "账单页")
    path.write_text(good, "utf-8")
    await asyncio.to_thread(site.parts.knowledge.base.reload)
    assert "上一份正确的内容" not in await somebody.text("/")


async def test_misses_are_listed_masked(site: Site, person) -> None:
    misses: Misses = site.parts.misses
    misses.add("我的号 13800000001 为什么停机", "none", channel="voice")
    misses.add("转人工", "handed_over")
    somebody = await person(EDITOR)
    page = await somebody.text("/misses")
    assert "138****0001" in page and "13800000001" not in page and "电话" in page and "最后转了人工" in page
    assert "转人工" not in (await somebody.text("/misses?reason=none")).split("<tbody>")[1]


async def test_the_preview_fills_figures_counts_seconds_and_finds_problems(person) -> None:
    somebody = await person(EDITOR)
    form = {"id": "bill-new", "question": "话费怎么查", "similar": ["查话费", "查话费"], "keywords": ["话费"],
            "answer": {"text": "每月 {{ plan.5g129.monthly_fee | amount }}。", "speech": "每月129元，" + "请您在手机应用里查询" * 8 + "。"}}
    status, seen = await somebody.send("/api/look", {"entry_id": "", "category": "bills", "form": form})
    assert status == 200 and seen["text"] == "每月 129 元。"
    assert 20 < seen["seconds"]["elder"] > seen["seconds"]["standard"] > 10
    form["similar"].append("再问一次")
    status, seen = await somebody.send("/api/look", {"entry_id": "", "category": "bills", "form": {**form, "similar": ["甲乙", "丙丁", "戊己"]}})
    places = {problem["field"] for problem in seen["problems_at"]}
    assert "answer.speech" in places and all(problem["message"] and problem["title"] for problem in seen["problems_at"])
    status, seen = await somebody.send("/api/look", {"category": "bills", "form": {"answer": {"text": "{{ plan.none.x }}"}}})
    assert status == 200 and "产品目录里没有" in seen["problems"]["text"]


@pytest.mark.parametrize("body", [[], "x", {}, {"form": 1}, {"form": {"id": {"a": 1}, "similar": "x", "answer": 7, "valid": [1], "keywords": {"a": 2}}},
                                  {"form": {"answer": {"text": 5, "speech": ["x"]}}, "category": "bills", "entry_id": 9}])
async def test_strange_bodies_are_answered_in_chinese(person, body: object) -> None:
    status, answer = await (await person(EDITOR)).send("/api/look", body)
    assert status == 200 or (status == 422 and "请刷新页面" in answer["message"])
    status, answer = await (await person(EDITOR)).send("/api/draft", body)
    assert status in (200, 422)


async def test_administrators_manage_accounts_and_everything_is_written_down(person) -> None:
    boss, good = await person(ADMIN), "竹影 maple 河流 7731"
    for name, password, role, message in (("x", good, "editor", "账号名"), ("赵编辑", "123", "editor", "密码至少"),
                                          ("赵编辑", good, "king", "角色"), (EDITOR, good, "editor", "已经有了")):
        status, answer = await boss.send("/staff/add", name=name, password=password, role=role)
        assert status == 422 and message in answer["message"]
    assert (await boss.send("/staff/add", name="赵编辑", password=good, role="editor"))[0] == 200
    assert (await boss.send("/staff/role", name="赵编辑", role="reviewer"))[0] == 200
    assert (await boss.send("/staff/disable", name=REVIEWER))[0] == 200
    assert (await boss.send("/staff/disable", name=ADMIN))[0] == 403
    page = await boss.text("/staff")
    assert "赵编辑" in page and "已停用" in page and "新建账号" in page and good not in page
    assert (await (await person(EDITOR)).send("/staff/add", name="自己", password=good, role="admin"))[0] == 403


async def test_sound_comes_from_the_speaker_and_without_one_the_page_is_told(site: Site, person, monkeypatch: pytest.MonkeyPatch) -> None:
    somebody = await person(EDITOR)
    assert (await somebody.get("/speech?text=您好&rate=elder", headers={"Accept": "application/json"})).status == 503
    asked = []

    class Speaker:
        async def speak(self, text: str, rate: float) -> bytes:
            asked.append((text, rate))
            return b"RIFF....WAVE"

    object.__setattr__(site.parts, "speaker", Speaker())
    answer = await somebody.get("/speech?text=您好&rate=elder")
    assert (answer.content_type, await answer.read(), asked) == ("audio/wav", b"RIFF....WAVE", [("您好", 0.75)])
    assert (await somebody.get("/speech?text=您好&rate=9")).status == 422
    assert "用浏览器的声音" not in await somebody.text("/entries/bill-day")


async def test_nothing_of_what_editors_type_is_logged(person, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    somebody = await person(EDITOR)
    await somebody.form("/", text="张三的号码 13812345678 欠费")
    await somebody.draft("bill-day", note="张三反映")
    assert "13812345678" not in caplog.text and "张三" not in caplog.text
