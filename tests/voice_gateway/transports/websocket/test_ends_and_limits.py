"""Every websocket way in: rubbish, floods, lines that break, ends from each side."""

from __future__ import annotations

import asyncio
import json
import logging
import random

import pytest

from tests.bot.web.helpers import until
from tests.voice_gateway.transports.websocket.callee import LOUD, Callee, each
from tests.voice_gateway.transports.websocket.conftest import Open
from tests.voice_gateway.transports.websocket.phones import JAMBONZ, Way
from voice_gateway.transports import Audio, HungUp, Key, Leg
from voice_gateway.transports import websocket as wire


@each
async def test_rubbish_is_counted_and_the_call_goes_on(open_exchange: Open, way: Way):
    callee = Callee()
    exchange = await open_exchange(callee)
    phone = await exchange.dial(way)
    rubbish = [way.key("A"), way.key("12"), way.key("")]
    if way is not JAMBONZ:  # for which any JSON is metadata
        rubbish += ["", "[", "{}", "[1]", '{"event": 7}', "[" * 5000]
    await phone.send(*rubbish)
    await phone.press("5")
    await phone.hang_up()
    await until(lambda: callee.over == 1)
    assert callee.events == [Key("5"), HungUp("caller")]
    assert exchange.calls.counts == {"calls": 1, "malformed": len(rubbish)}


@each
async def test_too_much_rubbish_ends_the_call(open_exchange: Open, way: Way):
    callee = Callee()
    phone = await (await open_exchange(callee)).dial(way)
    await phone.send(*[way.key("x")] * (wire.MOST_MALFORMED + 1))
    await phone.rest()
    await until(lambda: callee.over == 1)
    assert callee.events == [HungUp("protocol")]


@each
async def test_a_message_that_is_too_large_ends_the_call(open_exchange: Open, way: Way):
    callee = Callee()
    phone = await (await open_exchange(callee)).dial(way)
    await phone.send(b"\0" * 70_000)
    await phone.rest()
    await until(lambda: callee.over == 1)
    assert callee.events == [HungUp("protocol")]


@each
async def test_a_slow_reader_loses_old_sound_but_no_key(open_exchange: Open, way: Way):
    go = asyncio.Event()
    callee = Callee(lambda leg: go.wait())
    exchange = await open_exchange(callee)
    phone = await exchange.dial(way)
    for _ in range(12):
        await phone.say(LOUD * way.rate)
    await phone.press("7")
    await phone.hang_up()
    await until(lambda: exchange.calls.counts["dropped"] == 2)
    go.set()
    await until(lambda: callee.over == 1)
    assert sum(isinstance(event, Audio) for event in callee.events) == 10
    assert callee.events[-2:] == [Key("7"), HungUp("caller")]


@each
async def test_a_line_that_breaks_ends_the_call(open_exchange: Open, way: Way):
    callee = Callee()
    phone = await (await open_exchange(callee)).dial(way)
    await until(lambda: len(callee.legs) == 1)
    phone.socket._writer.transport.abort()
    await until(lambda: callee.over == 1)
    assert callee.events == [HungUp("closed")]


@each
async def test_a_line_on_which_nobody_is_left_is_found_dead_by_its_pings(open_exchange: Open, way: Way):
    callee = Callee()
    exchange = await open_exchange(callee, heartbeat=0.2)
    await exchange.dial(way, autoping=False)
    await until(lambda: callee.over == 1)
    assert callee.events == [HungUp("closed")]


@each
async def test_a_line_that_is_there_but_silent_is_given_up(
    open_exchange: Open, way: Way, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(wire, "SILENT_FOR", 0.2)
    callee = Callee()
    phone = await (await open_exchange(callee)).dial(way)
    await phone.rest()
    assert callee.events == [HungUp("silence")]


@each
async def test_one_call_too_many_is_refused_and_the_others_go_on(open_exchange: Open, way: Way):
    callee = Callee()
    exchange = await open_exchange(callee, most=2)
    phones = [await exchange.dial(way, who) for who in "ab"]
    await until(lambda: exchange.calls.counts["calls"] == 2)
    async with exchange.session.get(
        exchange.url + way.path, headers={"Authorization": "Bearer a-key-of-the-tests-only"}
    ) as no:
        assert no.status == 503
        assert (await no.json())["message"] == "线路忙，请稍后再打。"
    assert exchange.calls.counts["refused"] == 1
    for phone in phones:
        await phone.press("1")
        await phone.hang_up()
    await until(lambda: len(exchange.calls) == 0)
    assert callee.events.count(Key("1")) == 2


@each
async def test_a_call_that_fails_inside_is_hung_up_and_stays_alone(
    open_exchange: Open, way: Way, caplog: pytest.LogCaptureFixture
):
    async def serve(leg: Leg) -> None:
        raise RuntimeError("inside")

    exchange = await open_exchange(serve)
    with caplog.at_level(logging.ERROR, "voice_gateway"):
        for _ in range(2):
            await (await exchange.dial(way)).rest()
    await until(lambda: len(exchange.calls) == 0)
    assert [record.getMessage() for record in caplog.records] == ["call failed"] * 2


@each
async def test_a_stop_hangs_up_on_everybody(open_exchange: Open, way: Way):
    async def speak(leg: Leg) -> None:
        await leg.play(LOUD * 16_000)

    callee = Callee(speak)
    exchange = await open_exchange(callee)
    phones = [await exchange.dial(way, who) for who in "abc"]
    await until(lambda: exchange.calls.counts["calls"] == 3)
    await exchange.calls.close()
    for phone in phones:
        await phone.rest()
    assert callee.over == 3 and len(exchange.calls) == 0


ODDITIES: list[object] = [
    None,
    True,
    0,
    -1,
    1e308,
    "",
    "1",
    "x" * 300,
    [],
    [[]],
    {},
    {"digit": []},
    {"payload": 5},
    {"name": None},
]
NAMES = (
    "event",
    "type",
    "media",
    "dtmf",
    "mark",
    "key",
    "name",
    "data",
    "digit",
    "stop",
    "MEDIA_XON",
    "correlation_id",
)


@each
async def test_whatever_comes_the_call_ends_and_nothing_breaks(
    open_exchange: Open, way: Way, caplog: pytest.LogCaptureFixture
):
    """Messages nobody would send, the same ones in every run."""
    callee, chance = Callee(), random.Random(way.name)
    exchange = await open_exchange(callee, most=40)
    kinds = ("media", "dtmf", "mark", "key", "DTMF_END", "MEDIA_BUFFERING_COMPLETED", "start", "connected")
    for who in range(30):
        phone = await exchange.dial(way, str(who))
        for _ in range(20):
            odd = {name: chance.choice(ODDITIES) for name in chance.sample(NAMES, 5)}
            odd |= {chance.choice(("event", "type")): chance.choice(kinds)}
            text = json.dumps(odd)[: chance.choice((5, 40, 4000))]
            sound = chance.randbytes(chance.choice((0, 1, 3, 320, 641)))
            await phone.send(chance.choice((text, sound, f"{chance.choice(kinds)} {text}", way.sound(sound[:-1]))))
        await phone.socket.close()
    await until(lambda: callee.over == 30)
    assert [event.reason for event in callee.events if isinstance(event, HungUp)] == ["caller"] * 30
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@each
async def test_a_stop_in_the_middle_of_a_farewell_leaves_nothing(open_exchange: Open, way: Way):
    """The other side never says that it has heard the last word; the fixture looks for what is left."""

    async def serve(leg: Leg) -> None:
        await leg.play(LOUD * 160)
        await leg.played()

    exchange = await open_exchange(serve)
    phone = await exchange.dial(way)
    await phone.next("mark")
    began = asyncio.get_running_loop().time()
    await exchange.calls.close()
    assert asyncio.get_running_loop().time() - began < wire.MARK_WITHIN
    await phone.rest()
    assert len(exchange.calls) == 0
