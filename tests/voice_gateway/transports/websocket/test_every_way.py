"""What holds for every websocket way in, on a real port with a real client."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from tests.bot.web.helpers import until
from tests.voice_gateway.transports.websocket.conftest import Open
from tests.voice_gateway.transports.websocket.phones import JAMBONZ, OF_MACHINES, WAYS, Way
from voice_gateway.transports import Audio, HungUp, Key, Leg, LegEvent
from voice_gateway.transports import websocket as wire

each = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
#: Samples that µ-law and back leaves as they are.
LOUD, OTHER = b"\x7c\x7d", b"\x84\x82"


class Callee:
    """Our side: collects what is heard; `then` is done first."""

    def __init__(self, then=None) -> None:
        self.events, self.legs, self.over, self._then = list[LegEvent](), list[Leg](), 0, then

    async def __call__(self, leg: Leg) -> None:
        self.legs.append(leg)
        try:
            if self._then is not None:
                await self._then(leg)
            async for event in leg.events():
                self.events.append(event)
        finally:
            self.over += 1


@each
async def test_sound_and_keys_arrive_in_order_and_the_callers_end_is_told(open_exchange: Open, way: Way):
    callee = Callee()
    phone = await (await open_exchange(callee)).dial(way)
    await phone.say(LOUD * 160)
    await phone.press("11*#0")
    await phone.say(LOUD * 7)
    await phone.hang_up()
    await until(lambda: callee.over == 1)
    keys = [Key(key) for key in "11*#0"]
    assert callee.events == [Audio(LOUD * 160), *keys, Audio(LOUD * 7), HungUp("caller")]
    assert callee.legs[0].sample_rate == way.rate


@each
async def test_what_is_played_comes_out_whole_then_its_end_is_waited_for_then_we_hang_up(open_exchange: Open, way: Way):
    length = way.rate // 4 + 3
    answered = list[float]()

    async def serve(leg: Leg) -> None:
        await leg.play(LOUD * length)
        await leg.played()
        answered.append(asyncio.get_running_loop().time())

    got = await (await (await open_exchange(serve)).dial(way)).rest()
    sound = b"".join(value for kind, value in got if kind == "sound")
    assert sound.rstrip(b"\0") == LOUD * length
    assert len(sound) % (2 * way.rate // 50) == 0 and len(sound) - 2 * length < 2 * way.rate // 50
    kinds = [kind for kind, _ in got]
    assert kinds.index("mark") > max(at for at, kind in enumerate(kinds) if kind == "sound")
    assert answered


@each
async def test_an_interruption_reaches_the_other_side_within_100_ms_and_no_old_sound_follows(
    open_exchange: Open, way: Way
):
    """The caller's key flushes; what was queued may not be heard after it, what is said next must be."""
    flushed = list[float]()

    async def serve(leg: Leg) -> None:
        await leg.play(LOUD * way.rate * 3)
        async for event in leg.events():
            if isinstance(event, Key):
                flushed.append(leg.flush())
                await leg.play(OTHER * (way.rate // 50))
                await leg.played()
                return

    phone = await (await open_exchange(serve)).dial(way)
    await phone.next("sound")
    await asyncio.sleep(0.15)
    clock = asyncio.get_running_loop().time
    pressed = clock()
    await phone.press("1")
    assert (await phone.next("flush"))[0] == "flush"
    assert clock() - pressed < 0.1
    after = b"".join(value for kind, value in await phone.rest() if kind == "sound")
    assert LOUD * 400 not in after  # at most a frame was on its way
    assert after.endswith(OTHER * (way.rate // 50))
    assert 1.5 < flushed[0] < 3.0


@each
async def test_nothing_runs_far_ahead_and_what_waits_goes_on_when_the_caller_leaves(open_exchange: Open, way: Way):
    waited = list[bool]()

    async def serve(leg: Leg) -> None:
        playing = asyncio.create_task(leg.play(LOUD * way.rate * 60))
        await asyncio.wait({playing}, timeout=0.4)
        waited.append(not playing.done())
        phone_leaves.set()
        await asyncio.wait_for(playing, 10)
        await leg.played()
        await leg.hang_up()

    phone_leaves = asyncio.Event()
    exchange = await open_exchange(serve)
    phone = await exchange.dial(way)
    await phone_leaves.wait()
    await phone.hang_up()
    await until(lambda: len(exchange.calls) == 0)
    assert waited == [True]


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


@each
async def test_every_method_may_be_called_after_the_end(open_exchange: Open, way: Way):
    async def after(leg: Leg) -> None:
        events = [event async for event in leg.events()]
        assert events == [HungUp("caller")]
        assert [event async for event in leg.events()] == []
        await leg.play(LOUD * way.rate * 9)
        await leg.played()
        assert leg.flush() == 0
        assert await leg.transfer("10086") is False
        await leg.hang_up()
        done.set()

    done = asyncio.Event()
    await (await (await open_exchange(after)).dial(way)).hang_up()
    await asyncio.wait_for(done.wait(), 10)


@each
async def test_a_side_that_answers_no_marks_is_waited_for_once(
    open_exchange: Open, way: Way, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(wire, "MARK_WITHIN", 0.4)
    took = list[float]()

    async def serve(leg: Leg) -> None:
        for _ in range(3):
            began = asyncio.get_running_loop().time()
            await leg.play(LOUD * 160)
            await leg.played()
            took.append(asyncio.get_running_loop().time() - began)

    phone = await (await open_exchange(serve)).dial(way)
    while (await phone.next())[0] != "closed":
        pass
    assert took[0] > 0.4
    assert max(took[1:]) < 0.4


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
