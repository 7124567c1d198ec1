from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import pytest
from aiohttp import web

from bench.load import drive
from bench.script import Scene

SCENES = (Scene("one", ("你好", "查话费")), Scene("two", ("再见",)))


async def test_each_user_talks_in_order_in_conversations_of_their_own(aiohttp_server: Any) -> None:
    heard: dict[str, list[tuple[str, str]]] = defaultdict(list)

    async def answer(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer key"
        body = await request.json()
        heard[body["sender"]].append((body["metadata"]["phone"], body["message"]))
        await asyncio.sleep(0.001)
        return web.json_response([{"text": "好", "kind": "ok"}])

    result = await drive(await _serve(aiohttp_server, answer), "key", SCENES, users=3, passes=2)
    assert len(result.latencies) == 3 * 2 * 3 and not result.errors and result.rate > 0
    said = sorted(tuple(text for _, text in turns) for turns in heard.values())
    assert said == [("你好", "查话费")] * 6 + [("再见",)] * 6
    assert len({turns[0][0] for turns in heard.values()}) == 12
    assert set(result.kinds.values()) == {("ok",)}


@pytest.mark.parametrize(("status", "body", "problem"), [
    (200, [], "no reply"), (200, [{"text": "抱歉", "error": "bot_unavailable"}], "bot_unavailable"), (503, {}, "ValueError"),
])
async def test_what_is_not_an_answer_counts_as_an_error(aiohttp_server: Any, status: int, body: Any, problem: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(body, status=status)

    result = await drive(await _serve(aiohttp_server, answer), "key", SCENES, users=1, passes=1)
    assert [p for _, p in result.errors] == [problem] * 3


async def test_more_conversations_than_customers_are_refused() -> None:
    with pytest.raises(ValueError, match="200"):
        await drive("http://127.0.0.1:9", "key", SCENES, users=50, passes=4)


async def _serve(aiohttp_server: Any, answer: Any) -> str:
    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", answer)
    server = await aiohttp_server(app)
    return str(server.make_url("")).rstrip("/")
