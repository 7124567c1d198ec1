"""A call handed to somebody else by REFER."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.bot.web.helpers import until
from tests.voice_gateway.transports.sip.conftest import Begin, Listener
from tests.voice_gateway.transports.sip.phone import Message, Phone
from voice_gateway.transports.sip import SipLeg, SipServer

Phones = Callable[[SipServer], Awaitable[Phone]]


async def talking(begin: Begin, phones: Phones, **rules: object) -> tuple[Phone, SipLeg, Listener]:
    listener = Listener()
    phone = await phones(await begin(listener, **rules))
    await phone.dial()
    await asyncio.wait_for(listener.begun.wait(), 5)
    return phone, listener.legs[0], listener


async def notify(phone: Phone, line: str) -> int:
    headers = "Event: refer\r\nSubscription-State: active"
    phone.send(phone.text("NOTIFY", f"SIP/2.0 {line}\r\n", kind="message/sipfrag;version=2.0", headers=headers))
    return (await phone.final("NOTIFY")).status


async def referred(phone: Phone, status: str = "202 Accepted", more: str = "") -> Message:
    request = await phone.asked("REFER", answer=False)
    phone.answer(request, status, more)
    return request


async def test_a_transfer_that_is_answered_is_told_and_ends_our_part(begin: Begin, phones: Phones):
    phone, leg, listener = await talking(begin, phones)
    handing = asyncio.create_task(leg.transfer("95#01"))
    request = await referred(phone)
    assert request.header("Refer-To") == "<sip:95%2301@127.0.0.1>"
    assert request.header("To").endswith(phone.from_tag) and request.header("From").endswith(phone.to_tag)
    for line in ("100 Trying", "180 Ringing", "200 OK"):
        assert await notify(phone, line) == 200
    await phone.asked("BYE")
    assert await handing is True and listener.reasons == ["ours"]


@pytest.mark.parametrize("line", ["486 Busy Here", "603 Decline", "487 Request Terminated"])
async def test_a_transfer_that_fails_is_told_and_the_call_goes_on(begin: Begin, phones: Phones, line: str):
    phone, leg, listener = await talking(begin, phones)
    handing = asyncio.create_task(leg.transfer("10010"))
    await referred(phone)
    await notify(phone, "100 Trying")
    await notify(phone, line)
    assert await handing is False
    phone.press("1")
    await until(lambda: listener.keys == "1")
    assert not listener.reasons


@pytest.mark.parametrize("status", ["405 Method Not Allowed", "603 Decline"])
async def test_a_transfer_that_is_refused_is_told_at_once(begin: Begin, phones: Phones, status: str):
    phone, leg, _ = await talking(begin, phones)
    handing = asyncio.create_task(leg.transfer("10010"))
    await referred(phone, status)
    assert await asyncio.wait_for(handing, 2) is False


async def test_news_that_come_before_the_reply_count_and_who_brings_none_has_done_it(begin: Begin, phones: Phones):
    phone, leg, _ = await talking(begin, phones)
    handing = asyncio.create_task(leg.transfer("sip:desk@pbx.example"))
    request = await phone.asked("REFER", answer=False)
    assert request.header("Refer-To") == "<sip:desk@pbx.example>"
    await notify(phone, "200 OK")
    assert await handing is True

    phone, leg, _ = await talking(begin, phones, transfer_domain="pbx.example")
    handing = asyncio.create_task(leg.transfer("8001"))
    request = await referred(phone, "200 OK", "Refer-Sub: false")
    assert request.header("Refer-To") == "<sip:8001@pbx.example>"
    assert await handing is True


async def test_a_caller_who_hangs_up_or_an_exchange_that_says_nothing_is_no_transfer(begin: Begin, phones: Phones):
    phone, leg, _ = await talking(begin, phones)
    handing = asyncio.create_task(leg.transfer("10010"))
    await phone.asked("REFER", answer=False)
    await phone.hang_up()
    assert await asyncio.wait_for(handing, 2) is False

    phone, leg, listener = await talking(begin, phones, transfer_within=0.3)
    handing = asyncio.create_task(leg.transfer("10010"))
    await asyncio.sleep(0)
    assert await leg.transfer("10011") is False, "one at a time"
    await referred(phone)
    assert await handing is False and not listener.reasons


@pytest.mark.parametrize("target", ["", "10010\r\nX: y", "sip:a@b>;x", "https://a@b", "1" * 40, "a b"])
async def test_a_target_that_is_none_is_refused_before_anything_is_sent(begin: Begin, phones: Phones, target: str):
    phone, leg, _ = await talking(begin, phones)
    assert await leg.transfer(target) is False
    phone.send(phone.text("OPTIONS"))
    assert (await phone.next()).header("CSeq").endswith("OPTIONS"), "nothing came before it"
