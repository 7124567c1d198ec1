"""The gateway as it ships with a small knowledge base of its own: people over HTTP, and people in Chromium."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import yaml
from aiohttp.test_utils import TestServer
from playwright.async_api import expect

from common.settings import Settings
from common.staff.passwords import DEMO_PASSWORD
from knowledge_base.encoder import HashingEncoder
from knowledge_base.pages.parts import PARTS, Parts
from tests.bot.web.conftest import axe_source, browser  # noqa: F401
from yida.gateway import build_app

EDITOR, REVIEWER, ADMIN = "李编辑", "王审核", "admin"
#: How long a test waits for something to become true, seconds: the machine may be busy with other things.
PATIENCE = 30.0
expect.set_options(timeout=PATIENCE * 1000)

BILLS = [
    {"id": "bill-day", "question": "每月几号出账单", "similar": ["账单日是哪天", "上个月的账单什么时候能查", "几号能看到账单"],
     "answer": {"text": "**每月 3 日**出上个月的账单。", "speech": "每月三日，出上个月的账单。"}, "keywords": ["账单", "出账"],
     "related": ["bill-invoice"], "action": "query_bill"},
    {"id": "bill-invoice", "question": "电子发票怎么开", "similar": ["在哪里打发票", "话费能开票吗", "我要开发票报销"],
     "answer": {"text": "在易通APP的账单页申请：\n\n1. 打开账单\n2. 点开发票", "speech": "在手机应用的账单页，就能申请发票。"},
     "keywords": ["发票", "报销"]},
    {"id": "plan-5g129", "question": "5G畅享129元套餐多少钱一个月", "similar": ["129的套餐月租多少", "那个129套餐包含什么", "畅享套餐每个月收多少"],
     "answer": {"text": "每月 {{ plan.5g129.monthly_fee | amount }}。", "speech": "每月{{ plan.5g129.monthly_fee | amount }}。"},
     "keywords": ["套餐", "月租"], "note": "2026-01 上线"},
]  # fmt: skip
HOME = [
    {"id": "broadband-red", "question": "光猫亮红灯是什么意思", "similar": ["猫上面那个灯红了", "LOS灯一直闪红", "宽带盒子红灯怎么办"],
     "answer": {"text": "光路不通：检查光纤是否弯折。", "speech": "红灯说明光路不通，请看看光纤有没有松。"}, "keywords": ["红灯", "光猫"],
     "action": "report_broadband_fault"},
    {"id": "sichuan-shop", "question": "成都营业厅几点开门", "similar": ["成都的店几点上班", "成都营业厅周末开吗", "成都哪里有营业厅"],
     "answer": {"text": "九点到十八点。", "speech": "早上九点开门。"}, "keywords": ["营业厅"], "regions": ["四川"], "channels": ["app", "web"]},
]  # fmt: skip


def write_faq(folder: Path, name: str, title: str, entries: list[dict[str, Any]]) -> Path:
    path = folder / f"{name}.yml"
    data = {"category": name, "title": title, "owner": "测试部", "entries": entries}
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


class Site:
    """A running gateway; `url` is that of its pages, `faq` its folder."""

    def __init__(self, server: TestServer, faq: Path, parts: Parts) -> None:
        self.server, self.faq, self.parts = server, faq, parts
        self.host = str(server.make_url("")).rstrip("/") + "/"
        self.url = str(server.make_url("/kb"))

    async def until(self, question: str, true: Callable[[tuple[Any, ...]], bool], seconds: float = PATIENCE) -> None:
        """Waits until the hits of a search by the serving knowledge base are so."""
        async with asyncio.timeout(seconds):
            while not true((await self.parts.knowledge.base.asearch(question)).hits):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def until_answer(self, question: str, text: str, seconds: float = PATIENCE) -> None:
        """Waits until a search answers with this text."""
        await self.until(question, lambda hits: bool(hits) and text in hits[0].text, seconds)


@pytest.fixture
def faq(tmp_path: Path) -> Path:
    folder = tmp_path / "faq"
    folder.mkdir()
    write_faq(folder, "bills", "账单发票", BILLS)
    write_faq(folder, "home", "家庭宽带", HOME)
    return folder


@pytest.fixture
def settings(tmp_path: Path, faq: Path) -> Settings:
    return Settings(var_dir=tmp_path / "var", models_dir=tmp_path / "models", faq_dir=faq, rasa_port=1, actions_port=1, calls=False)


@contextlib.asynccontextmanager
async def serving(settings: Settings, ready: bool = True) -> AsyncIterator[Site]:
    """The gateway for as long as the block runs; its pages' knowledge base is open unless `ready` is False."""
    app = build_app(settings, encoder=HashingEncoder())
    server = TestServer(app)
    await server.start_server()
    try:
        parts = next(sub[PARTS] for sub in app._subapps if PARTS in sub)
        if ready:
            parts.knowledge._wanted.set()
            async with asyncio.timeout(PATIENCE):
                while parts.knowledge.state != "ready":  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        yield Site(server, settings.faq_dir, parts)
    finally:
        await server.close()


@pytest_asyncio.fixture(loop_scope="session")
async def site(settings: Settings) -> AsyncIterator[Site]:
    async with serving(settings) as made:
        yield made


class Person:
    """Somebody at a browser without scripts. Paths are those below `/kb`."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.csrf = ""

    async def get(self, path: str, **more: Any) -> aiohttp.ClientResponse:
        return await self.http.get(self.site.url + path, **{"allow_redirects": False, **more})

    async def text(self, path: str) -> str:
        answer = await self.get(path)
        assert answer.status == 200, (path, answer.status)
        return await answer.text()

    async def form(self, path: str, **fields: str) -> aiohttp.ClientResponse:
        """A plain form with its token."""
        return await self.http.post(self.site.url + path, data={"csrf": self.csrf, **fields}, allow_redirects=False)

    async def send(self, path: str, body: Any = None, **fields: str) -> tuple[int, dict[str, Any]]:
        """What a script of ours sends: status and JSON."""
        headers = {"X-CSRF-Token": self.csrf, "Accept": "application/json"}
        data = {"json": body} if body is not None else {"data": fields}
        answer = await self.http.post(self.site.url + path, headers=headers, allow_redirects=False, **data)
        return answer.status, await answer.json()

    async def sign_in(self, name: str, password: str = DEMO_PASSWORD) -> aiohttp.ClientResponse:
        page = await (await self.get("/sign-in")).text()
        self.csrf = re.search(r'name="csrf" content="(\w+)"', page)[1]
        answer = await self.form("/sign-in", name=name, password=password, next="")
        if answer.status == 303:
            mine = await self.get("/me")
            self.csrf = (await mine.json())["csrf"] if mine.status == 200 else ""
        return answer

    async def draft(self, entry_id: str, **changes: Any) -> dict[str, Any]:
        """An entry changed by this person and submitted; the answer of the submission with `draft_id`."""
        found = self.site.parts.editing.store.get(entry_id)
        body = {"entry_id": entry_id, "category": found.category, "base": found.base, "form": {**found.form, **changes}}
        status, saved = await self.send("/api/draft", body)
        assert status == 200, saved
        status, answer = await self.send("/api/submit", {**body, **saved, "note": "改一改"})
        assert status == 200, answer
        return {**answer, **saved, "version": str(saved["version"] + 2)}


@pytest_asyncio.fixture(loop_scope="session")
async def person(site: Site) -> AsyncIterator[Callable[..., Awaitable[Person]]]:
    """`await person(EDITOR)`: signed in; `await person()`: a stranger."""
    people: list[Person] = []

    async def make(name: str = "") -> Person:
        made = Person(site)
        people.append(made)
        if name:
            assert (await made.sign_in(name)).status == 303
        return made

    yield make
    for one in people:
        await one.http.close()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(site: Site, browser: Any) -> AsyncIterator[Callable[..., Awaitable[Any]]]:  # noqa: F811
    """`await desk(EDITOR, path)`: a Chromium context of its own, signed in. Script errors and leaving the site fail."""
    contexts: list[Any] = []
    faults: list[str] = []

    async def open_(name: str = "", path: str = "/", **options: Any) -> Any:
        context = await browser.new_context(**{"viewport": {"width": 1280, "height": 860}, "locale": "zh-CN", **options})
        context.set_default_timeout(PATIENCE * 1000)
        context.set_default_navigation_timeout(2 * PATIENCE * 1000)  # a page is a dozen files
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" and "Failed to load" not in m.text else None)
        page.on("request", lambda r: None if r.url.startswith(site.host) else faults.append(f"left: {r.url}"))
        await page.goto(f"{site.url}/sign-in")
        if name:
            await page.click(f'[data-fill="{name}"]')
            await page.click("button[type=submit]")
            await expect(page.locator(".side")).to_be_visible()
            await page.goto(site.url + path)
        return page

    yield open_
    for context in contexts:
        await context.close()
    assert faults == []


@pytest.fixture(scope="session")
def pictures() -> Path:
    folder = Path(__file__).resolve().parents[3] / "tests" / "out" / "kb"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
