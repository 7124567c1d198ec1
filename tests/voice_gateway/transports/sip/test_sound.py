"""Packets of sound that get lost, change places, come twice, are nonsense or somebody else's."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import numpy as np

from tests.bot.web.helpers import until
from tests.voice_gateway.transports.sip.conftest import Begin, Listener
from tests.voice_gateway.transports.sip.phone import Phone, Socket, offer
from voice_gateway.audio import g711
from voice_gateway.transports.sip import SipServer
from voice_gateway.transports.sip.reorder import Reorder

Phones = Callable[[SipServer], Awaitable[Phone]]


def voice(frames: int, seed: int = 3) -> list[bytes]:
    """So many frames of A-law, all different, none silent."""
    pcm = (6000 * np.random.default_rng(seed).standard_normal(160 * frames)).clip(-30000, 30000).astype("<i2").tobytes()
    codes = g711.alaw_encode(pcm)
    return [codes[at : at + 160] for at in range(0, len(codes), 160)]


async def connected(begin: Begin, phones: Phones) -> tuple[Phone, Listener, SipServer]:
    listener = Listener()
    server = await begin(listener)
    phone = await phones(server)
    await phone.dial()
    await asyncio.wait_for(listener.begun.wait(), 5)
    return phone, listener, server


async def test_packets_that_changed_places_are_put_in_order_and_doubles_dropped(begin: Begin, phones: Phones):
    phone, listener, server = await connected(begin, phones)
    frames = voice(12)
    packets = [phone.packet(frame) for frame in frames]
    for place in (0, 1, 3, 2, 4, 4, 7, 6, 5, 8, 8, 10, 9, 11):
        phone.say(packets[place])
    await until(lambda: g711.alaw_decode(b"".join(frames)) in listener.pcm)
    await phone.hang_up()
    assert server.counts["rtp_late"] == 2 and server.counts["rtp_lost"] == 0


async def test_a_fifth_of_the_packets_lost_leaves_the_rest_in_place_and_every_key(begin: Begin, phones: Phones):
    phone, listener, server = await connected(begin, phones)
    rng, frames = random.Random(5), voice(100)
    lost = {place for place in range(1, 99) if rng.random() < 0.2}
    kept_in_key = [2, 5]  # of the seven packets of a key
    for place, frame in enumerate(frames):
        packet = phone.packet(frame)
        if place not in lost:
            phone.say(packet)
        if place % 10 == 0:
            await asyncio.sleep(0.01)
    said = phone.say
    for key in "0088":
        packets = list[bytes]()
        phone.say = packets.append  # type: ignore[method-assign]
        phone.press(key)
        phone.say = said  # type: ignore[method-assign]
        for number in kept_in_key:
            phone.say(packets[number])
    await until(lambda: listener.keys == "0088")
    heard = np.frombuffer(listener.pcm, "<i2")
    first = np.frombuffer(g711.alaw_decode(frames[0]), "<i2")
    start = next(at for at in range(0, len(heard) - 160, 160) if np.array_equal(heard[at : at + 160], first))
    for place, frame in enumerate(frames):
        if place not in lost:  # at its own time, whatever was lost before it
            piece = heard[start + 160 * place : start + 160 * (place + 1)]
            assert np.array_equal(piece, np.frombuffer(g711.alaw_decode(frame), "<i2"))
    await phone.hang_up()
    assert server.counts["rtp_lost"] >= len(lost)


async def test_a_strangers_packets_are_counted_and_heard_by_nobody(begin: Begin, phones: Phones):
    phone, listener, server = await connected(begin, phones)
    phone.say(phone.packet(voice(1)[0]))
    await until(lambda: any(listener.pcm))
    stranger = await Socket.open()
    listener.events.clear()
    for _ in range(5):
        stranger.transport.sendto(phone.packet(b"\x11" * 160), phone.remote)
    stranger.transport.sendto(phone.packet(b"\x05\x8a\x03\x20", 101), phone.remote)
    await until(lambda: server.counts["rtp_strangers"] == 6)
    await asyncio.sleep(0.1)
    assert not any(listener.pcm) and listener.keys == "" and stranger.got.empty()
    stranger.transport.close()


async def test_a_caller_behind_nat_is_followed_once_and_the_agreed_address_wins(begin: Begin, phones: Phones):
    phone, listener, server = await connected(begin, phones)
    mapped, third = await Socket.open(), await Socket.open()
    mapped.transport.sendto(phone.packet(voice(1)[0]), phone.remote)
    await until(lambda: any(listener.pcm))
    await asyncio.wait_for(mapped.got.get(), 5)
    third.transport.sendto(phone.packet(voice(1)[0]), phone.remote)
    await until(lambda: server.counts["rtp_strangers"] == 1)
    while not phone.rtp.got.empty():
        phone.rtp.got.get_nowait()
    phone.say(phone.packet(voice(1)[0]))
    await asyncio.wait_for(phone.rtp.got.get(), 5)
    mapped.transport.sendto(phone.packet(voice(1)[0]), phone.remote)
    await until(lambda: server.counts["rtp_strangers"] == 2)
    for opened in (mapped, third):
        opened.transport.close()


async def test_nonsense_on_the_port_for_sound_is_counted_and_the_call_goes_on(begin: Begin, phones: Phones):
    phone, listener, server = await connected(begin, phones)
    frame = voice(1)[0]
    phone.say(phone.packet(frame))
    good = phone.packet(frame)
    wrong = [
        b"", b"\x80", good[:11], b"\x40" + good[1:], b"\x8f" + good[1:12], b"\x90" + good[1:15], b"\xa0" + good[1:12] + b"\xff",
        b"\xa0" + good[1:12] + b"\0", b"\x80\xc8" + good[2:], phone.packet(b"\x01", 101), phone.packet(frame, 18), phone.packet(b"x" * 1700),
    ]  # fmt: skip
    for data in wrong:
        phone.say(data)
    rng = random.Random(9)
    for _ in range(200):
        phone.say(rng.randbytes(rng.randrange(1, 60)))
    await until(lambda: server.counts["rtp_malformed"] >= len(wrong) - 1)
    marked = voice(1, seed=8)[0]
    phone.say(phone.packet(marked, ssrc=99))
    await until(lambda: g711.alaw_decode(marked) in listener.pcm)
    assert server.counts["failed"] == 0 and not listener.reasons


async def test_sound_with_an_extension_padding_or_sources_named_is_read(begin: Begin, phones: Phones):
    phone, listener, _ = await connected(begin, phones)
    frames = voice(3)
    plain = [phone.packet(frame) for frame in frames]
    phone.say(b"\x90" + plain[0][1:12] + b"\xbe\xde\0\1" + b"\0" * 4 + frames[0])
    phone.say(b"\xa0" + plain[1][1:] + b"\0\0\0\4")
    phone.say(b"\x82" + plain[2][1:12] + b"\0" * 8 + frames[2])
    await until(lambda: g711.alaw_decode(b"".join(frames)) in listener.pcm)


async def test_packets_of_any_length_are_taken(begin: Begin, phones: Phones):
    phone, listener, _ = await connected(begin, phones)
    codes = b"".join(voice(6))
    for at, size in ((0, 80), (80, 240), (320, 320), (640, 320)):
        phone.say(phone.packet(codes[at : at + size]))
    await until(lambda: g711.alaw_decode(codes) in listener.pcm)


async def test_a_stream_that_begins_anew_is_followed(begin: Begin, phones: Phones):
    phone, listener, _ = await connected(begin, phones)
    for serial, frame in enumerate(voice(4)):
        phone.sequence += 20_000 * serial
        phone.say(phone.packet(frame))
        await until(lambda frame=frame: g711.alaw_decode(frame) in listener.pcm)  # type: ignore[misc]


async def test_a_reader_who_does_not_read_loses_sound_and_no_key(begin: Begin, phones: Phones):
    release = asyncio.Event()
    listener = Listener()

    async def serve(leg: object) -> None:
        await release.wait()
        await listener(leg)  # type: ignore[arg-type]

    server = await begin(serve)
    phone = await phones(server)
    await phone.dial(offer(phone.rtp.port))
    await until(lambda: server.counts["calls"] == 1)
    for number, frame in enumerate(voice(600)):
        phone.say(phone.packet(frame))
        if number % 50 == 0:
            await asyncio.sleep(0.005)
    phone.press("5")
    await until(lambda: server.counts["dropped"] >= 90)
    release.set()
    await until(lambda: listener.keys == "5")


def test_whatever_order_packets_come_in_what_comes_out_is_in_order_and_whole():
    rng = random.Random(11)
    for _ in range(200):
        first = rng.randrange(65536)
        places = list(range(60))
        for at in range(0, 57, 3):  # change places within the depth
            if rng.random() < 0.7:
                places[at : at + 3] = rng.sample(places[at : at + 3], 3)
        lost = {place for place in range(1, 60) if rng.random() < 0.1}
        reorder, out = Reorder(), list[bytes | None]()
        for place in [places.pop(places.index(0)), *places]:
            if place not in lost:
                out += reorder.add((first + place) % 65536, bytes([place]))
        out += reorder.give_up()
        kept = [payload[0] for payload in out if payload is not None]
        assert kept == sorted(kept) and set(kept) | lost == set(range(60))
        assert out.count(None) == reorder.lost <= len(lost)
