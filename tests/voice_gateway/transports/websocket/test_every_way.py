"""What holds for every websocket way in, on a real port with a real client: both directions of a call."""

from __future__ import annotations

import asyncio

import pytest

from tests.bot.web.helpers import until
from tests.voice_gateway.transports.websocket.callee import LOUD, OTHER, Callee, each
from tests.voice_gateway.transports.websocket.conftest import Open
from tests.voice_gateway.transports.websocket.phones import Way
from voice_gateway.transports import Audio, HungUp, Key, Leg
from voice_gateway.transports import websocket as wire


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

    async def serve(leg: Leg) -> None:
        await leg.play(LOUD * length)
        await leg.played()

    got = await (await (await open_exchange(serve)).dial(way)).rest()
    sound = b"".join(value for kind, value in got if kind == "sound")
    assert sound.rstrip(b"\0") == LOUD * length
    assert len(sound) % (2 * way.rate // 50) == 0 and len(sound) - 2 * length < 2 * way.rate // 50
    kinds = [kind for kind, _ in got]
    assert kinds.index("mark") > max(at for at, kind in enumerate(kinds) if kind == "sound")


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
async def test_what_was_said_last_is_heard_before_we_hang_up(open_exchange: Open, way: Way):
    """The other side holds it back against jitter, and says when it has been played."""
    ended = asyncio.Event()

    async def serve(leg: Leg) -> None:
        await leg.play(LOUD * 160)
        await leg.played()
        await leg.hang_up()
        ended.set()

    phone = await (await open_exchange(serve)).dial(way)
    mark = await phone.next("mark")
    await asyncio.sleep(0.2)
    assert not ended.is_set()
    await phone.send(way.mark(mark[1]))
    await phone.rest()
    assert ended.is_set()


@each
async def test_who_answers_no_mark_or_has_nothing_to_hear_is_not_waited_for(
    open_exchange: Open, way: Way, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(wire, "MARK_WITHIN", 0.2)

    async def goodbye(leg: Leg) -> None:
        await leg.play(LOUD * 160)
        await leg.played()

    async def interrupted(leg: Leg) -> None:
        await leg.play(LOUD * 160)
        leg.flush()

    async def silent(leg: Leg) -> None:
        pass

    for serve, marks in ((goodbye, 1), (interrupted, 0), (silent, 0)):
        phone = await (await open_exchange(serve)).dial(way)
        got = list[str]()
        while (heard := await phone.next())[0] != "closed":
            got.append(heard[0])
        assert got.count("mark") == marks


@each
async def test_sound_that_waits_its_turn_while_it_is_taken_back_is_never_sent(open_exchange: Open, way: Way):
    async def serve(leg: Leg) -> None:
        assert isinstance(leg, wire.WebSocketLeg)
        async with leg._writing:  # the other side reads slowly
            playing = asyncio.create_task(leg.play(LOUD * 160))
            await asyncio.sleep(0.05)
            leg.flush()
        await playing
        await leg.play(OTHER * 160)
        await leg.played()

    got = await (await (await open_exchange(serve)).dial(way)).rest()
    assert LOUD not in b"".join(value for kind, value in got if kind == "sound")
    assert any(OTHER * 160 in value for kind, value in got if kind == "sound")
