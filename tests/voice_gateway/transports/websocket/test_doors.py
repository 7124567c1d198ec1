"""Who is let in by websocket."""

from __future__ import annotations

import json
import logging

import pytest

from tests.bot.web.helpers import until
from tests.voice_gateway.transports.websocket.callee import Callee, each
from tests.voice_gateway.transports.websocket.conftest import Open
from tests.voice_gateway.transports.websocket.phones import JAMBONZ, OF_MACHINES, Way
from voice_gateway.transports import Leg


@each
async def test_who_does_not_say_who_they_are_is_not_served(open_exchange: Open, way: Way):
    async def serve(leg: Leg) -> None:
        raise AssertionError("served")

    exchange = await open_exchange(serve)
    for said in ("hello", json.dumps({"event": "other", "type": "other", "mixType": "stereo"})):
        phone = await exchange.connect(way)
        await phone.send(*[said] * 3)
        if way is JAMBONZ and said == "hello":  # metadata of any kind
            await phone.socket.close()
            continue
        assert (await phone.next())[0] == "closed"
    await until(lambda: exchange.calls.counts["malformed"] >= 1)
    assert exchange.calls.counts["calls"] == (1 if way is JAMBONZ else 0)


@pytest.mark.parametrize("way", OF_MACHINES, ids=lambda way: way.name)
async def test_only_a_pbx_with_the_key_is_let_in(open_exchange: Open, way: Way, caplog: pytest.LogCaptureFixture):
    callee = Callee()
    exchange = await open_exchange(callee)
    url = exchange.url + way.path
    basic = {"Authorization": "Basic eWlkYTphLWtleS1vZi10aGUtdGVzdHMtb25seQ=="}  # yida:KEY
    wrong = [{"Authorization": value} for value in ("Bearer wrong", "Bearer ", "Basic ??", "Basic eWlkYTo=", "密钥")]
    with caplog.at_level(logging.DEBUG):
        for headers in ({}, *wrong[:-1]):
            async with exchange.session.get(url + "?key=&caller=13900000001", headers=headers) as answer:
                assert (answer.status, (await answer.json())["error"]) == (401, "wrong_voice_key")
        for query, headers in (("", basic), ("?key=a-key-of-the-tests-only", {})):
            socket = await exchange.session.ws_connect(url + query, headers=headers)
            await socket.close()
    assert "a-key-of-the-tests-only" not in "".join(
        r.getMessage() for r in caplog.records if r.name.startswith("voice")
    )


async def test_without_a_key_set_nobody_gets_in():
    from aiohttp.test_utils import make_mocked_request

    from voice_gateway.transports.calls import holds_key

    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Basic Og=="}):
        assert not holds_key(make_mocked_request("GET", "/voice/l16?key=", headers=headers), "")
