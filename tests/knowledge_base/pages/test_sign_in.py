"""The door: nothing without a sign-in, nothing for the wrong role, nothing from another site."""

from __future__ import annotations

import re

import pytest
from aiohttp import web

from common.errors import ConfigError
from common.settings import Settings
from common.staff.passwords import DEMO_PASSWORD
from knowledge_base.pages.app import build_pages
from knowledge_base.pages.knowledge import Knowledge
from yida.gateway import build_app

from .conftest import ADMIN, EDITOR, REVIEWER, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")
_OPEN = {"/sign-in", "/ready", "/static"}


def _routes() -> list[tuple[str, str]]:
    app = build_pages()
    return sorted({(route.method, route.resource.canonical) for route in app.router.routes()
                   if route.method != "HEAD" and route.resource.canonical not in _OPEN})


@pytest.mark.parametrize(("method", "path"), _routes())
async def test_a_stranger_gets_nothing_but_the_way_to_the_door(site: Site, person, method: str, path: str) -> None:
    stranger = await person()
    path = re.sub(r"\{\w+\}", "bill-day", path)
    answer = await stranger.http.request(method, site.url + path, allow_redirects=False)
    body = await answer.text()
    assert answer.status == (303 if method == "GET" else 401)
    assert "账单" not in body and answer.headers["Cache-Control"] == "no-store"
    asked = await stranger.http.request(method, site.url + path, headers={"Accept": "application/json"}, allow_redirects=False)
    assert (asked.status, (await asked.json())["error"]) == (401, "signed_out")


async def test_the_door_leads_back_to_where_one_wanted_to_go(site: Site, person) -> None:
    stranger = await person()
    answer = await stranger.get("/entries/bill-day")
    assert answer.headers["Location"] == "../sign-in?next=entries/bill-day"
    await stranger.sign_in(EDITOR)
    answer = await stranger.get("/sign-in?next=entries/bill-day")
    assert answer.headers["Location"] == "entries/bill-day"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "../../admin", "a b", "%0d%0aX: y"])
async def test_the_door_leads_nowhere_else(person, target: str) -> None:
    somebody = await person(EDITOR)
    answer = await somebody.http.get(somebody.site.url + "/sign-in", params={"next": target}, allow_redirects=False)
    location = answer.headers["Location"]
    assert "//" not in location and "\\" not in location and not location.startswith("../..") and "\n" not in location


async def test_a_wrong_password_is_refused_and_the_sixth_waits(person) -> None:
    somebody = await person()
    for _ in range(5):
        assert (await somebody.sign_in(EDITOR, "not the password")).status == 401
    answer = await somebody.sign_in(EDITOR, DEMO_PASSWORD)
    assert answer.status == 429 and int(answer.headers["Retry-After"]) > 20
    page = await answer.text()
    assert "试错次数太多" in page and "not the password" not in page and 'value="李编辑"' in page


@pytest.mark.parametrize(("name", "path", "status"), [
    (EDITOR, "/staff", 403), (REVIEWER, "/staff", 403), (ADMIN, "/staff", 200), (EDITOR, "/review", 200), (EDITOR, "/", 200),
    (EDITOR, "/nowhere", 404), (EDITOR, "/entries/no-such-entry", 404), (EDITOR, "/review/draft-none", 404),
    (EDITOR, "/history/0123abcd", 404),
])  # fmt: skip
async def test_each_role_sees_its_pages(person, name: str, path: str, status: int) -> None:
    somebody = await person(name)
    answer = await somebody.get(path)
    assert answer.status == status
    assert "Traceback" not in await answer.text()


async def test_an_agent_is_no_editor(site: Site, person) -> None:
    await site.parts.staff.accounts.set_role(EDITOR, "agent", "cli")
    somebody = await person(EDITOR)
    assert (await somebody.get("/entries")).status == 403


async def test_a_post_needs_the_token_and_our_own_origin(site: Site, person) -> None:
    somebody = await person(EDITOR)
    form = {"text": "发票"}
    for headers, data in (
        ({}, form), ({}, {**form, "csrf": "0" * 64}), ({"Origin": "https://evil.example"}, {**form, "csrf": somebody.csrf}),
        ({"Origin": "null"}, {**form, "csrf": somebody.csrf}), ({"Sec-Fetch-Site": "cross-site"}, {**form, "csrf": somebody.csrf}),
    ):  # fmt: skip
        answer = await somebody.http.post(site.url + "/", data=data, headers=headers, allow_redirects=False)
        assert answer.status == 403, (headers, data)
    good = {**form, "csrf": somebody.csrf}
    answer = await somebody.http.post(site.url + "/", data=good, headers={"Origin": site.host.rstrip("/")})
    assert answer.status == 200
    other = await person(EDITOR)
    assert (await other.http.post(site.url + "/", data=good)).status == 403, "another session's token"


async def test_signing_out_ends_the_session_for_good(person) -> None:
    somebody = await person(EDITOR)
    cookies = {c.key: c.value for c in somebody.http.cookie_jar}
    assert (await somebody.form("/sign-out")).status == 303
    answer = await somebody.get("/entries", headers={"Cookie": f"yida_staff={cookies['yida_staff']}"})
    assert answer.status == 303


async def test_the_cookie_is_kept_from_scripts_and_other_sites(person) -> None:
    somebody = await person()
    answer = await somebody.sign_in(EDITOR)
    cookie = next(value for value in answer.headers.getall("Set-Cookie") if value.startswith("yida_staff"))
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Secure" not in cookie


@pytest.mark.parametrize("path", ["/", "/entries", "/entries/bill-day", "/sign-in", "/static/main.js", "/nowhere"])
async def test_every_answer_has_the_safe_headers(person, path: str) -> None:
    answer = await (await person(EDITOR)).get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cache-Control"] == ("no-cache" if path.startswith("/static") else "no-store")


async def test_no_page_has_a_script_or_a_style_inside(person) -> None:
    somebody = await person(ADMIN)
    for path in ("/", "/entries", "/entries/bill-day", "/new", "/review", "/history", "/exchange", "/misses", "/status", "/staff", "/password"):
        page = await somebody.text(path)
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?://(?!www\.w3\.org)", page), path


async def test_one_changes_ones_own_password_with_the_old_one(person) -> None:
    somebody, new = await person(EDITOR), "竹影 maple 河流 7731"
    for old, typed, again in ((DEMO_PASSWORD, new, new + "x"), ("wrong password", new, new), (DEMO_PASSWORD, "short", "short")):
        status, answer = await somebody.send("/password", old=old, new=typed, again=again)
        assert status == 422 and answer["message"]
    assert (await somebody.send("/password", old=DEMO_PASSWORD, new=new, again=new))[0] == 200
    assert (await somebody.get("/entries")).status == 303
    assert (await somebody.sign_in(EDITOR, DEMO_PASSWORD)).status == 401
    assert (await somebody.sign_in(EDITOR, new)).status == 303


async def test_an_open_gateway_refuses_to_start_with_a_demo_password(settings: Settings, site: Site) -> None:
    key = type(settings.channel_key)("k" * 32)
    wide = settings.model_copy(update={"bind": "0.0.0.0", "demo": False, "channel_key": key, "session_key": key, "internal_key": key, "voice_key": key})
    runner = web.AppRunner(build_app(wide))
    with pytest.raises(ConfigError) as refused:
        await runner.setup()
    assert "演示密码" in refused.value.message_zh
    await runner.cleanup()


async def test_the_pages_wait_for_the_knowledge_base_politely(site: Site, person, monkeypatch: pytest.MonkeyPatch) -> None:
    somebody = await person(EDITOR)
    waiting = Knowledge(lambda: None, site.parts.knowledge.encoder)
    monkeypatch.setattr(site.parts.knowledge, "_base", None)
    monkeypatch.setattr(site.parts.knowledge, "state", "loading")
    answer = await somebody.get("/entries")
    page = await answer.text()
    assert answer.status == 503 and "正在载入" in page and 'http-equiv="refresh"' in page
    assert "正在载入" in await somebody.text("/")
    assert "正在载入" in await somebody.text("/status")
    assert waiting.state == "waiting"
