"""What every request passes: headers, limits, errors that say nothing of our insides, health, metrics, the demo's door."""

import asyncio
import json
from typing import Any
from unittest import mock

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from bot.channels import demo
from bot.gateway.keys import CONVERSATIONS, SETTINGS
from common.clock import FakeClock
from common.errors import ConfigError
from common.settings import Settings
from tests.bot.fake_rasa import FakeRasa
from yida.gateway import build_app

KEY = {"Authorization": "Bearer yida-demo-channel-key"}
REST = "/webhooks/rest/webhook"


async def test_the_rest_shape_carries_everything_a_reply_has(client: TestClient, rasa: FakeRasa):
    rasa.script["查话费"] = [
        {"text": "35.80 元", "buttons": [{"title": "充值", "payload": "充值"}], "speech": "三十五块八", "kind": "balance.ok"},
        {"text": "还要什么？", "data": {"secret": False}},
    ]
    answer = await client.post(REST, json={"sender": "x", "message": "查话费"})
    assert await answer.json() == [
        {"recipient_id": "x", "text": "35.80 元", "buttons": [{"title": "充值", "payload": "充值"}], "speech": "三十五块八",
         "kind": "balance.ok"},
        {"recipient_id": "x", "text": "还要什么？"},
    ]  # fmt: skip


async def test_a_phone_is_proof_only_with_the_key(client: TestClient, rasa: FakeRasa):
    for headers in ({}, KEY):
        for phone in ("13800000001", "１３８00000001", "138 0000", 13800000001, "", None):
            body = {"sender": "x", "message": "查话费", "metadata": {"phone": phone, "verified_phone": "13900000000"}}
            await client.post(REST, json=body, headers=headers)
    proofs = [turn["metadata"].get("verified_phone") for turn in rasa.turns]
    assert proofs == [None] * 6 + ["13800000001"] + [None] * 5


async def test_conversations_are_apart_by_key_sender_and_phone(client: TestClient, rasa: FakeRasa):
    asked: list[tuple[Any, Any, bool]] = [("x", None, False), ("x", None, True), ("x", "13800000001", True), ("x", "13800000002", True),
                                          ("y", None, False), (None, None, False), (None, None, False), ("x", "1", False)]  # fmt: skip
    for sender, phone, trusted in asked:
        body = {"sender": sender, "message": "你好", "metadata": {"phone": phone}}
        await client.post(REST, json=body, headers=KEY if trusted else {})
    senders = [turn["sender"] for turn in rasa.turns]
    assert len(set(senders)) == 7
    assert senders[0] == senders[7] == "anon:x", "a phone without the key changes nothing"
    assert not any("1380000" in sender for sender in senders)
    assert all(len(sender) <= 80 for sender in senders)


async def test_without_a_sender_one_is_given_to_go_on_with(client: TestClient, rasa: FakeRasa):
    (reply,) = await (await client.post(REST, json={"message": "你好"})).json()
    (again,) = await (await client.post(REST, json={"message": "再问", "sender": reply["recipient_id"]})).json()
    assert again["recipient_id"] == reply["recipient_id"]
    assert rasa.turns[0]["sender"] == rasa.turns[1]["sender"]


@pytest.mark.parametrize("header", ["Bearer guessed", "Bearer ", "Bearer yida-demo-channel-ke", "Basic eDp5", "yida-demo-channel-key"])
async def test_a_wrong_key_is_refused(client: TestClient, rasa: FakeRasa, header: str):
    answer = await client.post(REST, json={"sender": "x", "message": "hi"}, headers={"Authorization": header})
    assert (answer.status, await answer.json()) == (401, {"error": "wrong_channel_key"})
    assert rasa.turns == []


async def test_an_empty_key_opens_nothing(settings: Settings):
    app = build_app(settings.model_copy(update={"channel_key": type(settings.channel_key)("")}))
    async with TestClient(TestServer(app)) as client:
        answer = await client.post(REST, json={"sender": "x", "message": "hi"}, headers={"Authorization": "Bearer "})
        assert answer.status == 401


async def test_the_trace_of_the_answer_is_the_trace_of_the_turn(client: TestClient, rasa: FakeRasa):
    answer = await client.post(REST, json={"sender": "x", "message": "你好", "metadata": {"trace_id": "forged"}})
    assert rasa.turns[0]["metadata"]["trace_id"] == answer.headers["X-Trace-Id"]
    assert len(answer.headers["X-Trace-Id"]) == 16


@pytest.mark.parametrize("patience", [0.5])
async def test_a_broken_bot_is_told_politely(client: TestClient, rasa: FakeRasa, patience: float):
    rasa.down = True
    answer = await client.post(REST, json={"sender": "x", "message": "你好"})
    (reply,) = await answer.json()
    assert answer.status == 200
    assert (reply["error"], reply["recipient_id"]) == ("bot_unavailable", "x")
    assert "系统正在恢复" in reply["text"]


async def test_what_breaks_inside_stays_inside(client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog):
    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail of 13800000001")

    monkeypatch.setattr(client.app[CONVERSATIONS], "handle", broken)
    answer = await client.post(REST, json={"sender": "x", "message": "你好"})
    assert answer.status == 500
    assert await answer.json() == {"error": "internal", "trace": answer.headers["X-Trace-Id"]}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/static/js/main.js", "/healthz", "/nowhere", REST])
async def test_every_answer_has_the_safe_headers(client: TestClient, path: str):
    answer = await client.get(path)
    for name, value in {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
                        "Cache-Control": "no-cache", "Server": "yida"}.items():  # fmt: skip
        assert answer.headers[name] == value
    policy = answer.headers["Content-Security-Policy"]
    host = f"{client.host}:{client.port}"
    assert f"connect-src 'self' ws://{host} wss://{host};" in policy
    assert "default-src 'self';" in policy and "'unsafe" not in policy and "*" not in policy


async def test_a_forged_host_cannot_add_to_the_policy(client: TestClient):
    answer = await client.get("/", headers={"Host": "x; script-src *"})
    assert answer.status == 400 or "; script-src *" not in answer.headers["Content-Security-Policy"]


async def test_an_address_that_asks_too_often_has_to_wait(settings: Settings):
    clock = FakeClock()
    app = build_app(settings.model_copy(update={"rate_per_minute_ip": 30}), clock)
    async with TestClient(TestServer(app)) as client:
        assert [(await client.get("/")).status for _ in range(30)] == [200] * 30
        refused = await client.get("/")
        assert (refused.status, refused.headers["Retry-After"]) == (429, "2")
        assert (await refused.json())["message"] == "请求太频繁，请稍后再试。"
        for headers in ({"Authorization": "Bearer guessed"}, {"X-Forwarded-For": "203.0.113.9"}):
            assert (await client.post("/api/chat/session", headers=headers)).status == 429, "no way around"
        assert (await client.post(REST, json={"message": "你好"}, headers={"Authorization": "Bearer x"})).status == 429
        assert (await client.post(REST, json={"message": "你好", "sender": "x"}, headers=KEY)).status == 200
        assert (await client.get("/healthz")).status == 200
        assert (await client.get("/static/js/main.js")).status == 200
        clock.advance(2)
        assert (await client.get("/")).status == 200


async def test_health_tells_which_process_is_away(client: TestClient, rasa: FakeRasa):
    answer = await client.get("/healthz")
    assert (answer.status, (await answer.json())["status"]) == (200, "ready")
    rasa.down = True
    answer = await client.get("/healthz")
    assert answer.status == 503
    assert await answer.json() == {"status": "starting", "processes": {"gateway": "ready", "rasa": "down", "actions": "down"}}


async def test_metrics_count_and_name_nobody(client: TestClient, rasa: FakeRasa):
    await client.post(REST, json={"sender": "13800000001", "message": "查话费", "metadata": {"channel": "wechat"}})
    await client.post(REST, json={"sender": "x", "message": "查话费", "metadata": {"channel": "13800000001"}})
    await client.get("/somewhere/13800000001")
    await client.get("/demo/messages?phone=13800000001")
    text = await (await client.get("/metrics")).text()
    assert 'yida_turns_total{channel="wechat",outcome="answered"} 1.0' in text
    assert 'yida_turns_total{channel="rest",outcome="answered"} 1.0' in text
    assert 'yida_http_requests_total{route="unknown",status="404"} 1.0' in text
    assert "yida_turn_seconds_bucket" in text
    assert "1380000" not in text


async def test_the_demo_pages_speak_to_this_machine(client: TestClient):
    answer = await client.get("/demo/messages?phone=13800000001")
    assert await answer.json() == [{"phone": "13800000001", "text": "【易通】..."}]
    assert answer.content_type == "application/json"


@pytest.mark.parametrize(("peer", "headers", "allowed"), [
    (("127.0.0.1", 5), {}, True), (("::1", 5, 0, 0), {}, True), (("127.0.0.1", 5), {"Host": "localhost:8080"}, True),
    (("192.0.2.7", 5), {}, False), (("fe80::1%eth0", 5, 0, 0), {}, False), ("", {}, False), (None, {}, False),
    (("127.0.0.1", 5), {"X-Forwarded-For": "127.0.0.1"}, False), (("127.0.0.1", 5), {"Forwarded": "for=x"}, False),
    (("127.0.0.1", 5), {"Host": "rebound.example"}, False), (("127.0.0.1", 5), {"Origin": "http://evil.example"}, False),
    (("127.0.0.1", 5), {"Origin": "http://127.0.0.1:8080"}, True),
])  # fmt: skip
def test_the_demo_pages_open_for_this_machine_only(settings: Settings, peer: Any, headers: dict[str, str], allowed: bool):
    app = web.Application()
    app[SETTINGS] = settings
    transport = mock.Mock(get_extra_info=lambda name, default=None: peer if name == "peername" else default)
    request = make_mocked_request("GET", "/demo/messages", {"Host": "127.0.0.1:8080", **headers}, app=app, transport=transport)
    if allowed:
        demo._only_here(request)
    else:
        with pytest.raises(web.HTTPNotFound):
            demo._only_here(request)


async def test_without_the_demo_there_are_no_demo_pages(settings: Settings):
    async with TestClient(TestServer(build_app(settings.model_copy(update={"demo": False})))) as client:
        assert (await client.get("/demo/messages")).status == 404
        assert (await client.post("/demo/reset")).status == 404


@pytest.mark.parametrize("patience", [0.5])
async def test_a_reset_without_the_actions_says_so_and_forgets_nothing(
    client: TestClient, rasa: FakeRasa, patience: float
):
    await client.post(REST, json={"sender": "x", "message": "你好"})
    rasa.down = True
    assert (await client.post("/demo/reset")).status == 503
    assert (await client.app[CONVERSATIONS].journal.head("anon:x")).seq == 2
    await rasa.server.close()
    answer = await client.post("/demo/reset")
    assert (answer.status, (await answer.json())["error"]) == (503, "actions_unavailable")


def test_demo_keys_never_face_the_outside(settings: Settings):
    with pytest.raises(ConfigError):
        build_app(settings.model_copy(update={"bind": "0.0.0.0"}))


async def test_two_hundred_customers_at_once(client: TestClient, rasa: FakeRasa):
    async def talk(n: int) -> None:
        for text in ("甲", "乙", "丙"):
            answer = await client.post(REST, json={"sender": f"s{n}", "message": f"{n}{text}"}, headers=KEY)
            assert [r["text"] for r in await answer.json()] == [f"收到：{n}{text}"]

    await asyncio.gather(*(talk(n) for n in range(200)))
    for n in range(200):
        assert [t["message"] for t in rasa.turns if t["sender"] == f"rest:s{n}"] == [f"{n}{text}" for text in "甲乙丙"]


async def test_a_body_in_another_encoding_is_read_or_refused(client: TestClient):
    body = json.dumps({"sender": "x", "message": "查话费"}, ensure_ascii=False)
    for charset, status in (("gb18030", 200), ("utf-8", 200), ("klingon", 422), ("hex", 422)):
        data = body.encode("utf-8" if status == 422 else charset)
        answer = await client.post(REST, data=data, headers={"Content-Type": f"application/json; charset={charset}"})
        assert answer.status == status, charset
