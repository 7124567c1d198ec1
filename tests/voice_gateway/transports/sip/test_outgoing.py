"""Calls of ours: to a telephone of bare sockets, to baresip, and to ourselves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiosipua.auth import SipDigestAuth

from tests.bot.web.helpers import until
from tests.voice_gateway.transports.sip.clients import baresip
from tests.voice_gateway.transports.sip.conftest import Begin, Listener
from tests.voice_gateway.transports.sip.phone import Message, Phone, offer
from voice_gateway.transports import Leg
from voice_gateway.transports.sip import Caller, SipServer
from voice_gateway.transports.sip.errors import CallRefused, NoReply
from voice_gateway.transports.sip.transactions import Timers

Phones = Callable[[SipServer], Awaitable[Phone]]


async def called(phone: Phone, caller: Caller, on_call: object, **more: float) -> tuple[asyncio.Task[None], Message]:
    """The telephone rings: the task of the call and the INVITE."""
    calling = asyncio.create_task(caller.call("10010", on_call, **more))  # type: ignore[arg-type]
    return calling, await phone.asked("INVITE", answer=False)


def pick_up(phone: Phone, invite: Message, formats: str = "8 101") -> None:
    body = offer(phone.rtp.port, formats)
    lines = [
        "SIP/2.0 200 OK", *(f"{n}: {invite.header(n)}" for n in ("Via", "From", "Call-ID", "CSeq")),
        f"To: {invite.header('To')};tag={phone.from_tag}", f"Contact: <sip:phone@127.0.0.1:{phone.sip.port}>",
        "Content-Type: application/sdp", f"Content-Length: {len(body)}",
    ]  # fmt: skip
    phone.send("\r\n".join(lines) + "\r\n\r\n" + body)
    phone.remote = ("127.0.0.1", int(invite.body.partition("m=audio ")[2].split()[0]))


async def test_a_call_of_ours_is_answered_served_and_ended(begin: Begin, phones: Phones):
    async def serve(leg: Leg) -> None:
        await leg.play(b"\1\0" * 800)
        await leg.played()

    server = await begin(serve)
    phone = await phones(server)
    calling, invite = await called(phone, Caller(server, ("127.0.0.1", phone.sip.port), "10000"), serve)
    assert invite.start == f"INVITE sip:10010@127.0.0.1:{phone.sip.port} SIP/2.0" and "sip:10000@" in invite.header(
        "From"
    )
    phone.answer(invite, "180 Ringing")
    pick_up(phone, invite)
    ack = await phone.asked("ACK", answer=False)
    pick_up(phone, invite)  # the ACK was lost
    assert (await phone.asked("ACK", answer=False)).text == ack.text
    assert ack.header("CSeq") == "1 ACK" and ack.header("To").endswith(phone.from_tag)
    bye = await phone.asked("BYE")
    assert bye.header("CSeq") == "2 BYE"
    await calling
    assert phone.rtp.got.qsize() >= 5 and server.counts["calls_out"] == 1


async def test_who_is_called_speaks_presses_keys_and_hangs_up(begin: Begin, phones: Phones):
    listener = Listener()
    server = await begin(listener)
    phone = await phones(server)
    calling, invite = await called(phone, Caller(server, ("127.0.0.1", phone.sip.port)), listener)
    pick_up(phone, invite)
    await phone.asked("ACK", answer=False)
    phone.press("1")
    await until(lambda: listener.keys == "1")
    phone.call_id = invite.header("Call-ID")
    phone.to_tag = invite.header("From").partition(";tag=")[2]
    await phone.hang_up()
    await calling
    assert listener.reasons == ["caller"]


@pytest.mark.parametrize("status", ["486 Busy Here", "404 Not Found", "603 Decline"])
async def test_a_refusal_is_acknowledged_and_told(begin: Begin, phones: Phones, status: str):
    server = await begin(Listener())
    phone = await phones(server)
    calling, invite = await called(phone, Caller(server, ("127.0.0.1", phone.sip.port)), Listener())
    for _ in range(2):
        phone.answer(invite, status)
        ack = await phone.asked("ACK", answer=False)
        assert ack.header("Via") == invite.header("Via")
    with pytest.raises(CallRefused) as refused:
        await calling
    assert refused.value.status == int(status[:3])


async def test_nobody_who_answers_in_time_is_given_up(begin: Begin, phones: Phones):
    server = await begin(Listener())
    phone = await phones(server)
    calling, invite = await called(phone, Caller(server, ("127.0.0.1", phone.sip.port)), Listener(), ring_for=0.2)
    phone.answer(invite, "180 Ringing")
    cancel = await phone.asked("CANCEL")
    assert cancel.header("Via") == invite.header("Via") and cancel.header("CSeq") == "1 CANCEL"
    phone.answer(invite, "487 Request Terminated")
    await phone.asked("ACK", answer=False)
    with pytest.raises(NoReply):
        await calling


async def test_an_exchange_that_says_nothing_is_asked_again_and_given_up(begin: Begin, phones: Phones):
    server = await begin(Listener(), timers=Timers(first=0.01, longest=0.1))
    phone = await phones(server)
    calling, invite = await called(phone, Caller(server, ("127.0.0.1", phone.sip.port)), Listener())
    assert (await phone.asked("INVITE", answer=False)).text == invite.text
    with pytest.raises(NoReply):
        await asyncio.wait_for(calling, 8)


async def test_an_exchange_that_asks_for_a_password_gets_it_once(begin: Begin, phones: Phones):
    server = await begin(Listener())
    phone = await phones(server)
    caller = Caller(server, ("127.0.0.1", phone.sip.port), "10000", SipDigestAuth("10000", "秘密"))
    calling, invite = await called(phone, caller, Listener())
    challenge = 'WWW-Authenticate: Digest realm="x", nonce="n", qop="auth"'
    phone.answer(invite, "401 Unauthorized", challenge)
    await phone.asked("ACK", answer=False)
    second = await phone.asked("INVITE", answer=False)
    assert 'username="10000"' in second.header("Authorization") and second.header("CSeq") == "2 INVITE"
    phone.answer(second, "401 Unauthorized", challenge)
    with pytest.raises(CallRefused):
        await calling


async def test_an_answer_without_a_codec_of_ours_ends_the_call(begin: Begin, phones: Phones):
    server = await begin(Listener())
    phone = await phones(server)
    calling, invite = await called(phone, Caller(server, ("127.0.0.1", phone.sip.port)), Listener())
    pick_up(phone, invite, "18")
    await phone.asked("BYE")
    with pytest.raises(CallRefused):
        await calling


async def test_calls_of_ours_take_up_lines_and_a_number_that_is_none_is_not_called(begin: Begin, phones: Phones):
    server = await begin(Listener(), most_calls=1)
    phone = await phones(server)
    caller = Caller(server, ("127.0.0.1", phone.sip.port))
    calling, invite = await called(phone, caller, Listener())
    for number, status in (("10011", 486), ("10011;x", 404), ("", 404)):
        with pytest.raises(CallRefused) as refused:
            await caller.call(number, Listener())
        assert refused.value.status == status
    await server.stop()
    with pytest.raises(NoReply):
        await calling
    assert (await phone.asked("CANCEL")).header("Via") == invite.header("Via")


async def test_we_call_ourselves_and_hear_each_other(begin: Begin):
    here, there = Listener(), Listener()
    server = await begin(there)

    async def serve(leg: Leg) -> None:
        await leg.play(b"\x10\x10" * 800)
        await here(leg)

    calling = asyncio.create_task(Caller(server, ("127.0.0.1", server.port), "10000").call("10010", serve))
    await until(lambda: any(there.pcm))
    assert there.legs[0].caller == "10000"
    await there.legs[0].hang_up()
    await calling
    assert here.reasons == ["caller"]


async def test_a_softphone_is_called_and_says_back_what_it_hears(begin: Begin, tmp_path: Path):
    listener = Listener()

    async def serve(leg: Leg) -> None:
        await leg.play(b"\x10\x10" * 1600)
        await listener(leg)

    server = await begin(listener)
    async with baresip(tmp_path) as phone:
        calling = asyncio.create_task(Caller(server, ("127.0.0.1", phone.port), "10000").call("8000", serve))
        await phone.event("CALL_INCOMING")
        await phone.command("accept")
        await until(lambda: any(listener.pcm))
        await phone.command("hangup")
        await calling
    assert listener.reasons == ["caller"]
