"""What goes wrong between two telephones: messages lost, repeated, late, out of place, or nonsense."""

from __future__ import annotations

import asyncio
import logging
import random
import re
import socket
from collections.abc import Awaitable, Callable

import pytest

from tests.bot.web.helpers import until
from tests.voice_gateway.transports.sip.conftest import QUICK, Begin, Listener
from tests.voice_gateway.transports.sip.phone import Message, Phone, offer
from voice_gateway.transports import Leg
from voice_gateway.transports.sip import Rules, SipServer

Phones = Callable[[SipServer], Awaitable[Phone]]


async def test_an_invite_that_comes_twice_is_one_call(begin: Begin, phones: Phones):
    listener = Listener()
    server = await begin(listener)
    phone = await phones(server)
    phone.invite()
    for _ in range(3):
        phone.send(phone.invite_text)
    reply = await phone.final("INVITE")
    phone.take(reply)
    phone.ack(reply)
    await until(lambda: bool(listener.legs))
    phone.send(phone.invite_text)  # and once more, late
    assert (await phone.final("INVITE")).header("To") == reply.header("To")
    assert len(listener.legs) == 1 and server.counts["calls"] == 1 and server.counts["repeated"] == 4


async def test_the_answer_is_sent_again_until_it_is_acknowledged(begin: Begin, phones: Phones):
    listener = Listener()
    phone = await phones(await begin(listener))
    phone.invite()
    replies = [await phone.final("INVITE") for _ in range(3)]
    assert len({reply.text for reply in replies}) == 1 and not listener.legs
    phone.take(replies[0])
    phone.ack(replies[0])
    await until(lambda: bool(listener.legs))
    while not phone.sip.got.empty():
        phone.sip.got.get_nowait()
    await asyncio.sleep(0.5)
    assert phone.sip.got.empty()


async def test_an_answer_nobody_acknowledges_ends_the_call_unserved(begin: Begin, phones: Phones):
    listener = Listener()
    server = await begin(listener, timers=type(QUICK)(first=0.01, longest=0.1))
    phone = await phones(server)
    phone.invite()
    await phone.asked("BYE")
    assert not listener.legs and server.counts["unconfirmed"] == 1
    await phone.dial()


async def test_a_bye_is_sent_until_it_is_answered_and_holds_no_line_meanwhile(begin: Begin, phones: Phones):
    async def serve(leg: Leg) -> None:
        return

    server = await begin(serve, most_calls=1)
    phone, other = await phones(server), await phones(server)
    await phone.dial()
    byes = [await phone.asked("BYE", answer=False) for _ in range(3)]
    assert len({bye.text for bye in byes}) == 1
    await other.dial()
    phone.answer(byes[0])
    await other.asked("BYE")


async def test_a_bye_that_comes_twice_is_answered_twice_and_then_the_call_is_unknown(begin: Begin, phones: Phones):
    listener = Listener()
    phone = await phones(await begin(listener))
    await phone.dial()
    text = phone.text("BYE")
    phone.send(text)
    assert (await phone.final("BYE")).status == 200
    phone.send(text)
    assert (await phone.final("BYE")).status == 200
    phone.send(phone.text("BYE"))
    assert (await phone.final("BYE")).status == 481
    assert listener.reasons == ["caller"]


async def test_a_call_given_up_while_it_rings_is_terminated(begin: Begin, phones: Phones):
    listener = Listener()
    server = await begin(listener, rings_for=5)
    phone = await phones(server)
    phone.invite()
    while (await phone.next()).status != 180:
        pass
    phone.send(phone.text("CANCEL", cseq=1, branch=phone.branch))
    assert (await phone.final("CANCEL")).status == 200
    reply = await phone.final("INVITE")
    assert reply.status == 487
    assert (await phone.final("INVITE")).status == 487, "again, until the ACK"
    phone.ack(reply)
    await asyncio.sleep(0.1)
    while not phone.sip.got.empty():
        phone.sip.got.get_nowait()
    await asyncio.sleep(0.5)
    assert phone.sip.got.empty() and not listener.legs and server.counts["cancelled"] == 1


async def test_a_cancel_in_the_same_breath_or_too_late_harms_nothing(begin: Begin, phones: Phones):
    listener = Listener()
    server = await begin(listener)
    quick, late = await phones(server), await phones(server)
    quick.invite()
    quick.send(quick.text("CANCEL", cseq=1, branch=quick.branch))
    assert (await quick.final("INVITE")).status in (200, 487)
    late.invite()
    branch, reply = late.branch, await late.final("INVITE")
    late.send(late.text("CANCEL", cseq=1, branch=branch))
    assert (await late.final("CANCEL")).status == 200
    late.take(reply)
    late.ack(reply)
    await until(lambda: bool(listener.legs))


async def test_a_caller_who_hangs_up_before_the_answer_is_not_answered(begin: Begin, phones: Phones):
    listener = Listener()
    phone = await phones(await begin(listener, rings_for=0.3))
    phone.invite()
    while (ringing := await phone.next()).status != 180:
        pass
    phone.to_tag = ringing.header("To").partition(";tag=")[2]
    phone.send(phone.text("BYE"))
    assert (await phone.final("BYE")).status == 200
    assert (await phone.final("INVITE")).status == 487 and not listener.legs


async def test_all_lines_busy_is_486_and_the_others_go_on(begin: Begin, phones: Phones):
    server = await begin(Listener(), most_calls=2)
    callers = [await phones(server) for _ in range(3)]
    await callers[0].dial()
    await callers[1].dial()
    callers[2].invite()
    reply = await callers[2].final("INVITE")
    assert reply.status == 486 and server.counts["refused"] == 1
    callers[2].ack(reply)
    await callers[0].hang_up()
    await callers[2].dial()


async def test_too_many_new_calls_a_second_are_put_off(begin: Begin, phones: Phones):
    server = await begin(Listener(), most_new=2)
    phone = await phones(server)
    replies = []
    for _ in range(4):
        phone.invite()
        replies.append(await phone.final("INVITE"))
        phone.call_id += "x"
    assert [reply.status for reply in replies] == [200, 200, 503, 503]
    assert replies[2].header("Retry-After") == "2" and server.counts["flooded"] == 2


@pytest.mark.parametrize(("body", "status"), [
    (offer(4000, "18"), 488),
    (offer(4000, proto="RTP/SAVP"), 488),
    (offer(0), 488),
    (offer(4000, host="media.example"), 488),
    (offer(4000, host="224.0.0.1"), 488),
    ("v=0\r\nc=IN IP4 127.0.0.1\r\nm=video 4000 RTP/AVP 31\r\n", 488),
    ("nonsense", 400),
    ("v=0\r\nm=audio many RTP/AVP 0\r\n", 400),
])  # fmt: skip
async def test_an_offer_that_cannot_be_taken_is_refused(begin: Begin, phones: Phones, body: str, status: int):
    listener = Listener()
    phone = await phones(await begin(listener))
    phone.invite(body)
    reply = await phone.final("INVITE")
    phone.ack(reply)
    assert reply.status == status and not listener.legs


async def test_of_several_lines_of_sound_one_is_taken_and_the_others_refused(begin: Begin, phones: Phones):
    phone = await phones(await begin(Listener()))
    body = offer(4000, proto="RTP/SAVP") + f"m=audio {phone.rtp.port} RTP/AVPF 0\r\nm=video 4002 RTP/AVP 31\r\n"
    reply = await phone.dial(body)
    lines = re.findall(r"m=\S+ \d+ \S+", reply.body)
    assert lines[0] == "m=audio 0 RTP/SAVP" and lines[1].endswith("RTP/AVPF") and lines[2] == "m=video 0 RTP/AVP"


async def test_requests_out_of_place_are_told_so(begin: Begin, phones: Phones):
    phone = await phones(await begin(Listener()))
    for method, to, status in [
        ("OPTIONS", "", 200), ("BYE", "nobody", 481), ("INVITE", "nobody", 481), ("INFO", "", 481),
        ("CANCEL", "", 481), ("REGISTER", "", 405), ("SUBSCRIBE", "", 405), ("NOTIFY", "x", 481), ("BOGUS", "", 405),
    ]:  # fmt: skip
        phone.send(phone.text(method, to=to))
        reply = await phone.final(method)
        assert reply.status == status, method
        assert "INVITE" in reply.header("Allow") or status not in (200, 405)
        if method == "INVITE":
            phone.ack(reply)
    phone.send(phone.text("ACK", to="nobody"))
    phone.send(phone.text("OPTIONS"))
    assert (await phone.final("OPTIONS")).status == 200


async def test_within_a_call_order_and_tags_count(begin: Begin, phones: Phones):
    phone = await phones(await begin(Listener()))
    await phone.dial()
    phone.cseq = 10
    phone.send(phone.text("OPTIONS"))
    assert (await phone.final("OPTIONS")).status == 200
    phone.send(phone.text("INFO", cseq=5))
    assert (await phone.final("INFO")).status == 500
    phone.send(phone.text("NOTIFY", headers="Event: presence"))
    assert (await phone.final("NOTIFY")).status == 489
    right, phone.from_tag = phone.from_tag, "somebody"
    phone.send(phone.text("BYE"))
    assert (await phone.final("BYE")).status == 481
    phone.from_tag = right
    phone.send(phone.text("INVITE", offer(phone.rtp.port)))
    reply = await phone.final("INVITE")
    phone.send(phone.text("INVITE", offer(phone.rtp.port)))
    while (pending := await phone.final("INVITE")).status == 200:
        pass  # the first one's, again
    assert pending.status == 500 and pending.header("Retry-After")
    phone.ack(pending)
    phone.ack(reply)
    await phone.hang_up()


@pytest.mark.parametrize(("wrong", "right", "status"), [
    ("From: <sip:13800138000@127.0.0.1>;tag=", "From: <sip:13800138000@127.0.0.1>;x=", 400),
    ("CSeq: 1 OPTIONS", "CSeq: 1 INVITE", 400),
    ("CSeq: 1 OPTIONS", "CSeq: one OPTIONS", 400),
    ("CSeq: 1 OPTIONS", "CSeq: 99999999999 OPTIONS", 400),
    ("Call-ID:", "Other:", 400),
    ("OPTIONS sip:", "OPTIONS http:", 416),
    ("Max-Forwards: 70", "Require: 100rel", 420),
])  # fmt: skip
async def test_a_request_that_lacks_something_is_refused(begin: Begin, phones: Phones, wrong: str, right: str, status):
    server = await begin(Listener())
    phone = await phones(server)
    phone.send(phone.text("OPTIONS").replace(wrong, right))
    reply = await phone.next()
    assert reply.status == status and server.counts["malformed"] == 1
    assert reply.header("Unsupported") == ("100rel" if status == 420 else "")


async def test_nonsense_is_counted_harms_nothing_and_leaves_nobodys_number_in_the_log(
    begin: Begin, phones: Phones, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    server = await begin(Listener())
    phone = await phones(server)
    rng, whole = random.Random(7), phone.text("INVITE", offer(phone.rtp.port)).encode()
    for data in [
        b"\r\n\r\n",
        b"\0",
        b"SIP/2.0 abc 13800138000\r\n\r\n",
        b"INVITE\r\n\r\n",
        b"\xff" * 2000,
        b"x" * 20_000,
    ]:
        phone.send(data)
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(rng.randrange(1, 30)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        phone.send(bytes(broken[: rng.randrange(1, len(broken))]))
        await asyncio.sleep(0)
    phone.call_id = "another"
    phone.send(phone.text("OPTIONS"))
    while Message((await asyncio.wait_for(phone.sip.got.get(), 5))[0]).header("Call-ID") != "another":
        pass
    assert server.counts["malformed"] >= 100 and server.counts["failed"] == 0
    assert "13800138000" not in caplog.text


async def test_who_is_not_let_in_hears_nothing_at_all(begin: Begin, phones: Phones):
    server = await begin(Listener(), allowed=("192.0.2.0/24",))
    phone = await phones(server)
    phone.invite()
    await until(lambda: server.counts["strangers"] == 1)
    assert phone.sip.got.empty()


async def test_replies_go_to_the_port_that_is_asked_for(begin: Begin, phones: Phones):
    server = await begin(Listener())
    phone, other = await phones(server), await phones(server)
    text = phone.text("OPTIONS").replace(f":{phone.sip.port};branch", f":{other.sip.port};branch")
    phone.send(text)
    assert (await other.next()).status == 200
    phone.send(text.replace(phone.branch, phone.branch + "r;rport"))
    assert f"rport={phone.sip.port}" in (await phone.next()).header("Via")


async def test_a_line_gone_silent_is_hung_up(begin: Begin, phones: Phones):
    listener = Listener()
    phone = await phones(await begin(listener, silent_for=0.3))
    await phone.dial()
    await phone.asked("BYE")
    assert listener.reasons == ["silence"]


async def test_a_call_ends_at_its_longest(begin: Begin, phones: Phones):
    listener = Listener()
    phone = await phones(await begin(listener, longest=0.3))
    await phone.dial()
    await phone.asked("BYE")
    assert listener.reasons == ["limit"]


async def test_a_call_that_fails_inside_is_hung_up_and_stays_alone(begin: Begin, phones: Phones):
    async def serve(leg: Leg) -> None:
        raise RuntimeError("inside")

    server = await begin(serve)
    for _ in range(2):
        phone = await phones(server)
        await phone.dial()
        await phone.asked("BYE")


async def test_a_stop_hangs_up_on_everybody_and_refuses_who_still_waits(begin: Begin, phones: Phones):
    listener = Listener()
    server = await begin(listener)
    callers = [await phones(server) for _ in range(5)]
    for phone in callers:
        await phone.dial()
    await until(lambda: len(listener.legs) == 5)
    stopping = asyncio.create_task(server.stop())
    for phone in callers:
        await phone.asked("BYE")
    await stopping

    ringing = await begin(listener, rings_for=5)
    phone = await phones(ringing)
    phone.invite()
    while (await phone.next()).status != 180:
        pass
    await ringing.stop()
    assert (await phone.final("INVITE")).status == 503


async def test_after_the_end_every_method_does_nothing(begin: Begin, phones: Phones):
    listener = Listener()
    phone = await phones(await begin(listener))
    await phone.dial()
    await phone.hang_up()
    await until(lambda: bool(listener.reasons))
    leg = listener.legs[0]
    await leg.play(b"\1\0" * 8000 * 60)
    await leg.played()
    await leg.hang_up()
    assert leg.flush() == 0.0 and await leg.transfer("10086") is False and listener.reasons == ["caller"]


async def test_without_a_port_for_sound_a_call_is_put_off(phones: Phones):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1] & ~1
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            if port != taken.getsockname()[1]:
                other.bind(("127.0.0.1", port))
            server = SipServer(Listener(), port=0, rtp_ports=(port, port), rules=Rules(timers=QUICK))
            await server.start()
            try:
                phone = await phones(server)
                phone.invite()
                reply = await phone.final("INVITE")
                assert reply.status == 503 and reply.header("Retry-After")
            finally:
                await server.stop()


async def test_a_taken_port_is_told_at_the_start_and_wrong_rules_before(begin: Begin):
    server = await begin(Listener())
    with pytest.raises(OSError, match="in use"):
        await SipServer(Listener(), port=server.port).start()
    for wrong in ({"rings_for": 30.0}, {"allowed": ("trunk.example",)}, {"trusted": ("10.0.0.1/8",)}):
        with pytest.raises(ValueError, match=r".+"):
            Rules(**wrong)
    with pytest.raises(ValueError, match="rtp_ports"):
        SipServer(Listener(), rtp_ports=(30001, 30001))
