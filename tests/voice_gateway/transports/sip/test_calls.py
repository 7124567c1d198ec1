"""A call from the first message to the last, spoken by a telephone made of bare sockets."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from tests.bot.web.helpers import until
from tests.voice_gateway.transports.sip.conftest import Begin, Listener
from tests.voice_gateway.transports.sip.phone import Phone, offer
from voice_gateway.audio import g711
from voice_gateway.transports import Leg
from voice_gateway.transports.sip import SipServer

Phones = Callable[[SipServer], Awaitable[Phone]]


def tone(seconds: float, hertz: float = 440.0) -> bytes:
    return (8000 * np.sin(2 * np.pi * hertz * np.arange(int(8000 * seconds)) / 8000)).astype("<i2").tobytes()


@pytest.mark.parametrize(("kind", "encode", "decode"), [
    (8, g711.alaw_encode, g711.alaw_decode),
    (0, g711.ulaw_encode, g711.ulaw_decode),
])  # fmt: skip
async def test_what_the_caller_says_arrives_whole_in_either_law(begin: Begin, phones: Phones, kind, encode, decode):
    listener = Listener()
    phone = await phones(await begin(listener))
    reply = await phone.dial(offer(phone.rtp.port, f"{kind} 101"))
    assert f"a=rtpmap:{kind} PCM" in reply.body and "a=sendrecv" in reply.body
    await asyncio.wait_for(listener.begun.wait(), 5)
    codes = encode(tone(0.4))
    for at in range(0, len(codes), 160):
        phone.say(phone.packet(codes[at : at + 160], kind))
    await until(lambda: decode(codes) in listener.pcm)
    await phone.hang_up()
    await until(lambda: listener.reasons == ["caller"])


async def test_what_is_said_to_the_caller_goes_out_whole_every_20_ms(begin: Begin, phones: Phones):
    sound = tone(0.5)
    took = list[float]()

    async def serve(leg: Leg) -> None:
        began = asyncio.get_running_loop().time()
        await leg.play(sound)
        await leg.played()
        took.append(asyncio.get_running_loop().time() - began)

    phone = await phones(await begin(serve))
    await phone.dial()
    await phone.asked("BYE")
    packets = [phone.rtp.got.get_nowait()[0] for _ in range(phone.rtp.got.qsize())]
    sequences = [int.from_bytes(p[2:4], "big") for p in packets]
    assert sequences == list(range(sequences[0], sequences[0] + len(packets)))
    assert np.all(np.diff([int.from_bytes(p[4:8], "big") for p in packets]) == 160)
    assert packets[0][1] & 0x80 and not any(p[1] & 0x80 for p in packets[1:]), "the first is marked"
    assert g711.alaw_encode(sound) in b"".join(p[12:] for p in packets)
    assert 0.4 < took[0] < 1.0


async def test_the_last_words_are_heard_before_the_line_is_cut(begin: Begin, phones: Phones):
    async def serve(leg: Leg) -> None:
        await leg.play(tone(0.1))
        await leg.played()

    phone = await phones(await begin(serve))
    await phone.dial()
    last = 0.0
    bye = asyncio.create_task(phone.asked("BYE"))
    while not bye.done():
        if not phone.rtp.got.empty() and len(set(phone.rtp.got.get_nowait()[0][12:])) > 1:
            last = asyncio.get_running_loop().time()
        await asyncio.sleep(0.001)
    assert last and asyncio.get_running_loop().time() - last > 0.07


async def test_an_interruption_drops_what_has_not_gone_out_and_nothing_runs_far_ahead(begin: Begin, phones: Phones):
    dropped = list[float]()

    async def serve(leg: Leg) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(leg.play(tone(60)), 0.3)
        dropped.append(leg.flush())
        await leg.played()

    phone = await phones(await begin(serve))
    await phone.dial()
    await phone.asked("BYE")
    assert 3.0 < dropped[0] <= 4.0


async def test_while_nobody_speaks_both_sides_get_silence(begin: Begin, phones: Phones):
    """Exchanges end a call without packets, and an ear that hears nothing at all cannot tell that somebody has finished."""
    listener = Listener()
    phone = await phones(await begin(listener))
    await phone.dial()
    await until(lambda: phone.rtp.got.qsize() >= 20 and len(listener.events) >= 20)
    assert set(phone.rtp.got.get_nowait()[0][12:]) == {0xD5}, "A-law silence"
    assert not any(listener.pcm)


async def test_every_key_comes_once_though_its_packets_repeat_and_get_lost(begin: Begin, phones: Phones):
    listener = Listener()
    phone = await phones(await begin(listener))
    await phone.dial()
    await asyncio.wait_for(listener.begun.wait(), 5)
    for key in "1122*#0":
        phone.press(key)
    phone.press("7", ends=0)
    await until(lambda: len(listener.keys) >= 8)
    await phone.hang_up()
    assert listener.keys == "1122*#07"


@pytest.mark.parametrize(("kind", "bodies"), [
    ("application/dtmf-relay", ["Signal=1\r\nDuration=160\r\n", "Signal= 1\r\n", "Signal=*\r\nDuration=100", "Signal=11\r\n"]),
    ("application/dtmf", ["1", "1\r\n", "*", "#"]),
])  # fmt: skip
async def test_keys_by_info_are_keys_too(begin: Begin, phones: Phones, kind: str, bodies: list[str]):
    listener = Listener()
    phone = await phones(await begin(listener))
    await phone.dial()
    for body in bodies:
        phone.send(phone.text("INFO", body, kind=kind))
        assert (await phone.final("INFO")).status == 200
    await until(lambda: listener.keys == "11*#")


async def test_a_gateway_that_sends_a_key_both_ways_presses_it_once(begin: Begin, phones: Phones):
    listener = Listener()
    server = await begin(listener)
    phone = await phones(server)
    await phone.dial()
    await asyncio.wait_for(listener.begun.wait(), 5)
    for key in "55":
        phone.press(key)
        await asyncio.sleep(0.05)
        phone.send(phone.text("INFO", f"Signal={key}\r\n", kind="application/dtmf-relay"))
        await phone.final("INFO")
    assert listener.keys == "55" and server.counts["keys_twice"] == 2


async def test_keys_that_are_none_are_refused(begin: Begin, phones: Phones):
    listener = Listener()
    phone = await phones(await begin(listener))
    await phone.dial()
    for kind, body, status in [
        ("application/dtmf-relay", "Signal=A\r\n", 200),
        ("application/dtmf-relay", "Nothing", 400),
        ("application/dtmf", "123", 400),
        ("application/media_control+xml", "<x/>", 415),
        ("application/dtmf", "", 200),
    ]:
        phone.send(phone.text("INFO", body, kind=kind))
        assert (await phone.final("INFO")).status == status
    assert listener.keys == ""


async def test_a_call_on_hold_gets_no_sound_and_hears_its_music_from_nobody(begin: Begin, phones: Phones):
    listener = Listener()
    phone = await phones(await begin(listener, silent_for=0.5))
    await phone.dial()
    await until(lambda: phone.rtp.got.qsize() > 2)
    for direction, ours in (("sendonly", "recvonly"), ("inactive", "inactive")):
        reply = await phone.again(offer(phone.rtp.port, more=f"a={direction}"))
        assert reply.status == 200 and f"a={ours}" in reply.body
    await asyncio.sleep(0.05)
    while not phone.rtp.got.empty():
        phone.rtp.got.get_nowait()
    for _ in range(5):
        phone.say(phone.packet(b"\x11" * 160))
    await asyncio.sleep(0.7)
    assert phone.rtp.got.empty() and not any(listener.pcm) and not listener.reasons
    reply = await phone.again(offer(phone.rtp.port, more="a=sendrecv"))
    assert "a=sendrecv" in reply.body
    await until(lambda: phone.rtp.got.qsize() > 2)
    phone.say(phone.packet(b"\x11" * 160))
    await until(lambda: any(listener.pcm))


async def test_the_old_way_to_hold_and_an_update_work_as_well(begin: Begin, phones: Phones):
    phone = await phones(await begin(Listener()))
    await phone.dial()
    assert (await phone.again(offer(phone.rtp.port, host="0.0.0.0"), "UPDATE")).status == 200
    await asyncio.sleep(0.05)
    while not phone.rtp.got.empty():
        phone.rtp.got.get_nowait()
    await asyncio.sleep(0.1)
    assert phone.rtp.got.empty()
    assert (await phone.again("", "UPDATE")).status == 200, "a refresh of the session"


async def test_a_new_offer_may_change_the_codec_and_the_port(begin: Begin, phones: Phones):
    listener = Listener()
    server = await begin(listener)
    phone, other = await phones(server), await phones(server)
    await phone.dial()
    await phone.again(offer(other.rtp.port, "0 101"))
    data, _ = await asyncio.wait_for(other.rtp.got.get(), 5)
    assert data[1] & 0x7F == 0
    other.rtp.transport.sendto(phone.packet(b"\x11" * 160, 0), phone.remote)
    await until(lambda: g711.ulaw_decode(b"\x11" * 160) in listener.pcm)


async def test_an_offer_nobody_can_use_leaves_the_call_as_it_was(begin: Begin, phones: Phones):
    listener = Listener()
    phone = await phones(await begin(listener))
    await phone.dial()
    assert (await phone.again(offer(phone.rtp.port, "18"))).status == 488
    phone.say(phone.packet(b"\x11" * 160))
    await until(lambda: any(listener.pcm))


async def test_who_calls_without_an_offer_gets_ours_and_answers_it_in_the_ack(begin: Begin, phones: Phones):
    listener = Listener()
    phone = await phones(await begin(listener))
    phone.invite("")
    reply = await phone.final("INVITE")
    assert re.search(r"m=audio \d+ RTP/AVP 8 0 101", reply.body)
    phone.take(reply)
    phone.ack(reply, offer(phone.rtp.port, "0 101"))
    await asyncio.wait_for(phone.rtp.got.get(), 5)
    phone.say(phone.packet(b"\x11" * 160, 0))
    await until(lambda: g711.ulaw_decode(b"\x11" * 160) in listener.pcm)


async def test_who_answers_our_offer_with_nothing_is_hung_up(begin: Begin, phones: Phones):
    phone = await phones(await begin(Listener()))
    phone.invite("")
    phone.ack(await phone.final("INVITE"))
    await phone.asked("BYE")


@pytest.mark.parametrize(("headers", "number", "trusted", "expected"), [
    ("", "+8613800138000", (), "+8613800138000"),
    ("", "anonymous", (), ""),
    ("P-Asserted-Identity: <tel:+8610086>", "13800138000", (), "13800138000"),
    ("P-Asserted-Identity: <tel:+8610086>", "13800138000", ("127.0.0.0/8",), "+8610086"),
    ("P-Asserted-Identity: <sip:010-8888@ims.example>, <tel:+861>", "1", ("127.0.0.1",), "0108888"),
    ("P-Asserted-Identity: <tel:+8610086>\r\nPrivacy: id", "anonymous", ("127.0.0.1",), ""),
    ("P-Asserted-Identity: <tel:+8610086>", "13800138000", ("10.0.0.0/8",), "13800138000"),
    ("", "13800138000", ("127.0.0.1",), "13800138000"),
    (r'P-Asserted-Identity: "a\" <sip:10000@x> tel:1" <tel:+8610086>', "1", ("127.0.0.1",), "+8610086"),
    ("P-Asserted-Identity: sip:10000@x <sip:10086@x>", "1", ("127.0.0.1",), "10086"),
    ("", "%2B8610086;phone-context=x", (), "+8610086"),
    ("", "%3Cscript%3E", (), ""),
])  # fmt: skip
async def test_the_callers_number(begin: Begin, phones: Phones, headers: str, number: str, trusted, expected: str):
    listener = Listener()
    phone = await phones(await begin(listener, trusted=trusted))
    phone.number = number
    await phone.dial(headers=headers)
    await asyncio.wait_for(listener.begun.wait(), 5)
    leg = listener.legs[0]
    assert leg.caller == expected
    assert leg.vouched is bool(expected and "Asserted" in headers and "127." in str(trusted))
    assert not expected or expected not in repr(leg) + leg.call_id


async def test_a_session_description_is_found_among_other_parts(begin: Begin, phones: Phones):
    """SIP-I: the exchange's own signalling lies beside it."""
    phone = await phones(await begin(Listener()))
    parts = f"--b\r\nContent-Type: application/sdp\r\n\r\n{offer(phone.rtp.port)}\r\n--b\r\n"
    body = parts + "Content-Type: application/isup\r\n\r\nxx\r\n--b--\r\n"
    phone.send(phone.text("INVITE", body, kind="multipart/mixed;boundary=b"))
    assert (await phone.final("INVITE")).status == 200
