"""What goes over the wire: strict reading, statuses, nothing personal in addresses."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st

from bss import errors as e
from bss import types as t
from bss.demo import DemoOperator
from bss.http import shapes, wire
from bss.http.client import connect
from bss.http.demo_routes import demo_routes
from bss.http.server import create_app
from bss.http.shape import Shape
from common.clock import FakeClock
from common.errors import InvalidInput
from tests.bss.conftest import KEY

ZHANG = "13800000001"


@pytest.fixture
async def raw(demo: DemoOperator) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(create_app(demo.operator, KEY))) as client:
        client.session.headers.update({"Authorization": f"Bearer {KEY}", wire.SUBSCRIBER: ZHANG})
        yield client


async def test_the_balance_is_a_bucket_in_yuan(raw: TestClient) -> None:
    body = await (await raw.get(wire.BUCKET)).json()
    assert body["@type"] == "Bucket"
    assert body["remainingValue"] == {"value": 35.8, "unit": "CNY"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (wire.TOP_UP, {}),
        (wire.TOP_UP, {"amount": 50}),
        (wire.TOP_UP, {"amount": {"value": "many", "unit": "CNY"}}),
        (wire.TOP_UP, {"amount": {"value": 50, "unit": "USD"}}),
        (wire.TOP_UP, {"amount": {"value": True, "unit": "CNY"}}),
        (wire.TOP_UP, []),
        (wire.ORDER, {"productOrderItem": {"action": "explode", "productOffering": {"id": "x"}}}),
        (wire.SERVICE_TEST, {"testSpecification": {"name": "weather"}}),
        (wire.RESOURCE_ORDER, {"orderItem": {"action": "explode"}}),
        (wire.PERMISSION, {"user": {"id": "13800000002"}, "relation": "母亲", "privilege": "all"}),
        (wire.CREDENTIAL_CHECK, {"password": 246810}),
    ],
)
async def test_a_request_that_cannot_be_read_is_answered_400(raw: TestClient, path: str, body: Any) -> None:
    answer = await raw.post(path, json=body, headers={wire.IDEMPOTENCY_KEY: "k"})
    assert answer.status == 400
    assert (await answer.json())["code"] == "invalid_input"


async def test_a_change_without_its_key_and_a_question_without_its_customer_are_answered_400(
    demo: DemoOperator, raw: TestClient
) -> None:
    answer = await raw.post(wire.TOP_UP, json={"amount": {"value": 50, "unit": "CNY"}})
    assert answer.status == 400
    assert (await raw.post(wire.TOP_UP, data=b"{", headers={wire.IDEMPOTENCY_KEY: "k"})).status == 400
    assert (await raw.get(wire.BUCKET, headers={wire.SUBSCRIBER: ""})).status == 400
    for limit in ("0", "-1", "x", "1000", "²"):
        assert (await raw.get(wire.BILL, params={"limit": limit})).status == 400
    assert (await demo.operator.balance.balance(ZHANG)).balance_fen == 3580


async def answering(status: int, body: bytes, content_type: str = "application/json") -> TestServer:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body, content_type=content_type)

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", handle)
    server = TestServer(app)
    await server.start_server()
    return server


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"<html>", e.BadAnswer),
        (200, b"", e.BadAnswer),
        (200, b"\xff\xfe\xfa", e.BadAnswer),
        (200, b"[]", e.BadAnswer),
        (200, b"null", e.BadAnswer),
        (200, b"{}", e.BadAnswer),
        (200, b'{"remainingValue": {"value": "x", "unit": "CNY"}}', e.BadAnswer),
        (302, b"", e.BadAnswer),
        (401, b"", e.AccessRefused),
        (403, b"{}", e.AccessRefused),
        (404, b"gone", e.NotFound),
        (404, b'{"code": "not_a_customer", "reason": "no"}', e.NotACustomer),
        (409, b"{}", e.Conflict),
        (422, json.dumps({"reason": "合约期内不能办理。"}).encode(), e.NotEligible),
        (429, b"", e.TooManyAttempts),
        (400, b"", InvalidInput),
        (418, b"", e.BadAnswer),
        (500, b"oops", e.SystemUnavailable),
        (503, b"", e.SystemUnavailable),
        (504, b"", e.SystemTimeout),
    ],
)
async def test_each_answer_maps_to_its_error(status: int, body: bytes, error: type[Exception]) -> None:
    server = await answering(status, body)
    operator = await connect(str(server.make_url("/")), KEY)
    with pytest.raises(error) as caught:
        await operator.balance.balance(ZHANG)
    assert type(caught.value) is error
    assert ZHANG not in str(caught.value)
    if status == 422:
        assert caught.value.message_zh == "合约期内不能办理。"  # type: ignore[attr-defined]
    await operator.close()
    await server.close()


async def test_no_phone_stands_in_an_address(demo: DemoOperator) -> None:
    seen: list[str] = []

    @web.middleware
    async def watch(request: web.Request, handler: Any) -> web.StreamResponse:
        seen.append(str(request.url))
        return await handler(request)

    app = create_app(demo.operator, KEY)
    app.middlewares.insert(0, watch)
    async with TestServer(app) as server:
        operator = await connect(str(server.make_url("/")), KEY)
        await operator.customers.find(ZHANG)
        await operator.balance.top_up(ZHANG, 1000, f"key-{ZHANG}")
        await operator.delegations.granted_by(ZHANG)
        await operator.delegations.grant(ZHANG, "13800000002", "母亲", [t.Scope.QUERY], "k")
        await operator.addresses.coverage("云港市翠湖新村3幢")
        await operator.identity.verify_password(ZHANG, "246810")
        await operator.close()
    assert len(seen) == 6
    assert not any("138" in url or "246810" in url for url in seen)


@given(fen=st.integers(min_value=0, max_value=10**10))
def test_money_survives_the_way_through_yuan(fen: int) -> None:
    assert shapes.MONEY.load(json.loads(json.dumps(shapes.MONEY.dump(fen)))) == fen


def test_a_shape_must_name_every_field() -> None:
    with pytest.raises(TypeError, match="note"):
        Shape(t.BillItem, "BillItem", name=("name", shapes.TEXT), amount_fen=("amount", shapes.MONEY))


async def test_the_demo_lists_messages_and_resets(demo: DemoOperator, clock: FakeClock) -> None:
    app = web.Application()
    called: list[bool] = []

    async def also() -> None:
        called.append(True)

    app.add_routes(demo_routes(demo, also))
    await demo.operator.messages.send(ZHANG, "您的验证码是123456", t.MessageKind.CODE, "k")
    async with TestClient(TestServer(app)) as client:
        body = await (await client.get("/demo/messages", params={"phone": ZHANG})).json()
        assert [(m["text"], m["kind"]) for m in body] == [("您的验证码是123456", "code")]
        assert (await client.post("/demo/reset", headers={"X-Forwarded-For": "8.8.8.8"})).status == 404
        assert await (await client.post("/demo/reset")).json() == {"ok": True}
        assert await (await client.get("/demo/messages", params={"phone": ZHANG})).json() == []
    assert called == [True]
