"""What is particular to one wire."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest

from tests.bot.web.helpers import until
from tests.voice_gateway.transports.websocket.callee import LOUD, Callee
from tests.voice_gateway.transports.websocket.conftest import Open
from tests.voice_gateway.transports.websocket.phones import ASTERISK, BROWSER, JAMBONZ, TWILIO, Way
from voice_gateway.audio.g711 import alaw_decode, alaw_encode, ulaw_decode
from voice_gateway.transports import Audio, HungUp, Key, Leg, calls
from voice_gateway.transports.asterisk_ws import AsteriskLeg
from voice_gateway.transports.browser import BrowserLeg

START = "MEDIA_START connection_id:yida channel:WebSocket/yida/0x1 format:{} optimal_frame_size:{}"


async def served(open_exchange: Open, way: Way, *messages: str | bytes, query: str = "", **more: Any) -> Callee:
    """A call of these messages, to its end."""
    callee = Callee()
    exchange = await open_exchange(callee)
    phone = await exchange.connect(way, query, **more)
    await phone.send(*messages)
    await phone.socket.close()
    await until(lambda: exchange.calls.counts["calls"] + exchange.calls.counts["malformed"] > 0)
    await until(lambda: len(exchange.calls) == 0 and callee.over == len(callee.legs))
    return callee


# Asterisk


@pytest.mark.parametrize(
    ("form", "frame", "rate", "wire", "pcm"),
    [
        ("ulaw", 160, 8000, b"\x00\xff\x80", ulaw_decode(b"\x00\xff\x80")),
        ("alaw", 160, 8000, b"\x2a\xd5", alaw_decode(b"\x2a\xd5")),
        ("slin", 320, 8000, b"\x01\x02\x03\x04", b"\x01\x02\x03\x04"),
        ("slin16", 640, 16000, b"\x01\x02", b"\x01\x02"),
    ],
)
async def test_asterisk_speaks_four_formats(
    open_exchange: Open, form: str, frame: int, rate: int, wire: bytes, pcm: bytes
):
    callee = await served(open_exchange, ASTERISK, START.format(form, frame), wire, query="?caller=13900000001")
    leg = callee.legs[0]
    assert isinstance(leg, AsteriskLeg)
    assert (leg.sample_rate, leg.caller) == (rate, "13900000001")
    assert callee.events == [Audio(pcm), HungUp("caller")]
    assert "13900000001" not in repr(leg)


@pytest.mark.parametrize(
    "form", ["opus 20", "g729 20", "ulaw 0", "ulaw -160", "ulaw 99999999", "ulaw x", "slin 321", "ulaw ²", " "]
)
async def test_asterisk_with_a_format_or_frame_size_that_cannot_be_is_not_served(open_exchange: Open, form: str):
    assert (await served(open_exchange, ASTERISK, START.format(*form.split(" ")))).legs == []


async def test_asterisk_gets_whole_frames_in_its_own_format_ahead_of_time(open_exchange: Open):
    took = list[float]()

    async def serve(leg: Leg) -> None:
        began = asyncio.get_running_loop().time()
        await leg.play(LOUD * 8000)
        took.append(asyncio.get_running_loop().time() - began)

    phone = await (await open_exchange(serve)).connect(ASTERISK)
    await phone.send(START.format("alaw", 160))
    messages = [message async for message in phone.socket]
    assert took[0] < 0.5  # a second of sound, at once
    assert messages[0].data == "START_MEDIA_BUFFERING" and messages[-1].data == "HANGUP"
    sound = [message.data for message in messages[1:-1]]
    assert {len(piece) % 160 for piece in sound} == {0} and max(map(len, sound)) <= 65_500
    assert b"".join(sound) == alaw_encode(LOUD * 8000)


async def test_asterisk_that_is_full_gets_nothing_until_it_has_room(open_exchange: Open):
    go = asyncio.Event()

    async def serve(leg: Leg) -> None:
        await anext(leg.events())
        playing = asyncio.create_task(leg.play(LOUD * 1600))
        await asyncio.wait({playing}, timeout=0.2)
        assert not playing.done()
        go.set()
        await playing

    phone = await (await open_exchange(serve)).connect(ASTERISK)
    await phone.send(START.format("ulaw", 160), "MEDIA_XOFF", "DTMF_END digit:1")
    await asyncio.wait_for(go.wait(), 10)
    await phone.send("MEDIA_XON")
    assert b"".join([value for kind, value in await phone.rest() if kind == "sound"]) == LOUD * 1600


async def test_what_asterisk_reports_is_no_rubbish(open_exchange: Open):
    reports = (
        "STATUS queue_length:43 xon_level:800",
        "QUEUE_DRAINED",
        "MEDIA_MARK_PROCESSED m1",
        "MEDIA_BUFFERING_COMPLETED",
    )
    callee = Callee()
    exchange = await open_exchange(callee)
    phone = await exchange.connect(ASTERISK)
    await phone.send(START.format("ulaw", 160), *reports)
    await phone.socket.close()
    await until(lambda: callee.over == 1)
    assert exchange.calls.counts == {"calls": 1}


# Twilio


def _twilio(key: str = "a-key-of-the-tests-only", **start: Any) -> str:
    return json.dumps({"event": "start", "streamSid": "MZ1", "start": {"customParameters": {"key": key}, **start}})


async def test_a_stream_brings_its_key_as_a_parameter(open_exchange: Open):
    callee = await served(open_exchange, TWILIO, *TWILIO.start, TWILIO.sound(LOUD * 160), key=None)
    assert callee.events[0] == Audio(LOUD * 160)
    assert callee.legs[0].caller == "+8613900000001"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "start",
    [
        _twilio("wrong"),
        _twilio(""),
        _twilio(mediaFormat={"encoding": "audio/opus", "sampleRate": 8000}),
        _twilio(mediaFormat={"encoding": "audio/x-mulaw", "sampleRate": 16000}),
        json.dumps({"event": "start", "start": "x"}),
        json.dumps(
            {"event": "start", "streamSid": 5, "start": {"customParameters": {"key": "a-key-of-the-tests-only"}}}
        ),
    ],
)
async def test_a_stream_without_the_key_or_in_another_format_is_not_served(open_exchange: Open, start: str):
    assert (await served(open_exchange, TWILIO, start, key=None)).legs == []


@pytest.mark.parametrize("payload", ["%%%", "AAA", "A", "", None, 7, ["AA=="], "AA==AA==", "五"])
async def test_base64_rubbish_is_counted_and_not_heard(open_exchange: Open, payload: Any):
    callee = Callee()
    exchange = await open_exchange(callee)
    phone = await exchange.dial(TWILIO)
    await phone.send(json.dumps({"event": "media", "media": {"payload": payload}}), b"\0" * 160)
    await phone.hang_up()
    await until(lambda: callee.over == 1)
    assert callee.events == [HungUp("caller")]
    assert exchange.calls.counts["malformed"] == 2


async def test_our_own_voice_coming_back_is_not_the_caller(open_exchange: Open):
    codes = base64.b64encode(b"\x00" * 160).decode()
    callee = await served(
        open_exchange,
        TWILIO,
        *TWILIO.start,
        json.dumps({"event": "media", "media": {"track": "outbound", "payload": codes}}),
    )
    assert callee.events == [HungUp("caller")]


# L16


@pytest.mark.parametrize(
    ("query", "first", "rate", "caller"),
    [
        ("", json.dumps({"sampleRate": 8000, "from": "13900000001"}), 8000, "13900000001"),
        ("?rate=16000&caller=10086", "any text", 16000, "10086"),
        ("?rate=16000&caller=%2B8610086", json.dumps({"caller": "sip:x@y"}), 16000, "+8610086"),
        ("", "{}", 8000, ""),
    ],
)
async def test_rate_and_caller_are_those_told(open_exchange: Open, query: str, first: str, rate: int, caller: str):
    callee = await served(
        open_exchange, JAMBONZ, first, b"\1\0", json.dumps({"event": "dtmf", "digit": "4"}), query=query
    )
    leg = callee.legs[0]
    assert (leg.sample_rate, leg.caller) == (rate, caller)  # type: ignore[attr-defined]
    assert callee.events == [Audio(b"\1\0"), Key("4"), HungUp("caller")]


async def test_sound_may_come_first(open_exchange: Open):
    callee = await served(open_exchange, JAMBONZ, b"\1\0" * 160, b"\2\0" * 160)
    assert callee.events == [Audio(b"\1\0" * 160), Audio(b"\2\0" * 160), HungUp("caller")]


@pytest.mark.parametrize(
    "told", [{"sampleRate": 11025}, {"sampleRate": "x"}, {"sampleRate": None}, {"mixType": "stereo"}]
)
async def test_sound_we_could_not_read_is_not_served(open_exchange: Open, told: dict[str, Any]):
    assert (await served(open_exchange, JAMBONZ, json.dumps(told))).legs == []


async def test_half_a_sample_is_counted_and_not_heard(open_exchange: Open):
    callee = await served(open_exchange, JAMBONZ, "{}", b"odd", b"", b"\1\0")
    assert callee.events == [Audio(b"\1\0"), HungUp("caller")]


# Browser


async def test_the_call_goes_on_in_the_conversation_of_the_token(open_exchange: Open):
    callee = Callee()
    phone = await (await open_exchange(callee)).dial(BROWSER, "wang")
    await phone.hang_up()
    await until(lambda: callee.over == 1)
    leg = callee.legs[0]
    assert isinstance(leg, BrowserLeg)
    assert (leg.conversation, leg.caller, leg.sample_rate) == ("web:wang", "", 16000)


async def test_a_token_that_is_not_ours_is_told_so(open_exchange: Open):
    exchange = await open_exchange(Callee())
    for token in ("x", None, 7, ["token-of-a"]):
        phone = await exchange.connect(BROWSER)
        await phone.send(json.dumps({"type": "hello", "token": token}))
        assert await phone.next() == ("closed", 4401)
    assert exchange.calls.counts["calls"] == 0


async def test_a_conversation_has_one_call_at_a_time(open_exchange: Open):
    callee = Callee()
    exchange = await open_exchange(callee)
    phone = await exchange.dial(BROWSER)
    second = await exchange.connect(BROWSER)
    await second.send(*BROWSER.start)
    assert await second.next() == ("closed", 4409)
    await phone.hang_up()
    await until(lambda: callee.over == 1 and len(exchange.calls) == 0)
    await phone.rest()
    await (await exchange.dial(BROWSER)).hang_up()
    await until(lambda: callee.over == 2)


async def test_pages_of_other_sites_cannot_call(open_exchange: Open):
    exchange = await open_exchange(Callee())
    address = exchange.url + BROWSER.path
    async with exchange.session.get(address, headers={"Origin": "https://evil.example"}) as answer:
        assert answer.status == 403
    await (await exchange.session.ws_connect(address, headers={"Origin": exchange.url})).close()


async def test_one_call_too_many_is_told_in_time_when_others_were_faster(open_exchange: Open):
    """Sockets that have not said who they are take nobody's place."""
    exchange = await open_exchange(Callee(), most=1)
    slow = await exchange.connect(BROWSER)
    fast = await exchange.dial(BROWSER, "b")
    await slow.send(*BROWSER.start)
    assert await slow.next("closed") == ("closed", 1013)
    assert exchange.calls.counts["refused"] == 1
    await fast.hang_up()


async def test_who_says_nothing_is_not_waited_for(open_exchange: Open, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(calls, "START_WITHIN", 0.2)
    monkeypatch.setattr(calls, "MOST_ENTERING", 2)
    exchange = await open_exchange(Callee())
    silent = [await exchange.connect(BROWSER) for _ in range(2)]
    async with exchange.session.get(exchange.url + BROWSER.path) as third:
        assert third.status == 503
    assert [await phone.next() for phone in silent] == [("closed", 1008)] * 2
    await (await exchange.dial(BROWSER)).hang_up()


async def test_pages_never_take_the_last_lines_from_the_pbx(open_exchange: Open):
    exchange = await open_exchange(Callee(), most=5)
    pages = [await exchange.dial(BROWSER, who) for who in "abcd"]
    fifth = await exchange.connect(BROWSER)
    await fifth.send(json.dumps({"type": "hello", "token": "token-of-e"}))
    assert await fifth.next() == ("closed", 1013)
    await (await exchange.dial(TWILIO)).hang_up()
    await until(lambda: exchange.calls.counts == {"calls": 5, "refused": 1})
    await pages[0].hang_up()
    await pages[0].rest()
    await (await exchange.dial(BROWSER, "e")).hang_up()
