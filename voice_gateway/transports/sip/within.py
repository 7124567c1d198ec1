"""Requests within a call: another offer (hold), keys, how a transfer goes, the end."""

from __future__ import annotations

import asyncio
import re

from voice_gateway.transports.sip import offer, wire
from voice_gateway.transports.sip.errors import NothingInCommon, RequestRefused
from voice_gateway.transports.sip.keys import info_key, is_key_type
from voice_gateway.transports.sip.leg import SipLeg
from voice_gateway.transports.sip.transactions import Incoming

#: Who sends these has got our answer, though the ACK was lost.
_PROOFS = ("INFO", "NOTIFY", "OPTIONS")
_STATUS_LINE = re.compile(r"\s*SIP/2\.0 (\d{3})\b")


def serve(leg: SipLeg, incoming: Incoming) -> None:
    """Reply to a request of this call."""
    try:
        leg.dialog.take(incoming.request)
        if incoming.request.method in _PROOFS and leg.media.agreed is not None:
            _confirmed(leg)
        _SERVED[incoming.request.method](leg, incoming)
    except RequestRefused as refused:
        incoming.reply(refused.status)


def describe(leg: SipLeg, agreed: offer.Agreed | None) -> str:
    """Our description: the answer to what was agreed, our own offer without."""
    leg.described += 1
    if agreed is None:
        return offer.offer(*leg.address, leg.described)
    return offer.answer(agreed, *leg.address, leg.described)


def agree(leg: SipLeg, text: str) -> offer.Agreed:
    """Go by the other side's description. Raises RequestRefused."""
    agreed = offer.agree(text)
    if (":" in agreed.remote[0]) != (":" in leg.dialog.here[0]) and agreed.remote[0]:
        raise NothingInCommon  # of the other version of IP
    leg.media.agree(agreed, leg.dialog.peer[0], asyncio.get_running_loop().time())
    return agreed


def acknowledge(leg: SipLeg, incoming: Incoming) -> None:
    """An ACK: it may carry the answer to our offer."""
    _confirmed(leg)
    try:
        text = wire.description(incoming.request)
        if leg.offered and text:
            agree(leg, text)
        leg.offered = False
    except RequestRefused:
        leg.bye("protocol")
    if leg.media.agreed is None:
        leg.bye("protocol")
    leg.confirmed.set()


def _confirmed(leg: SipLeg) -> None:
    if leg.awaited is not None:
        leg.awaited.confirmed()
        leg.awaited = None
        if leg.media.agreed is not None:
            leg.confirmed.set()


def await_ack(leg: SipLeg, incoming: Incoming) -> None:
    """The reply to this INVITE is sent again until its ACK comes; without one the call ends."""
    leg.awaited = incoming
    incoming.on_unconfirmed = leg.unconfirmed


def _invite(leg: SipLeg, incoming: Incoming) -> None:
    if leg.awaited is not None:
        return incoming.reply(500, headers=[("Retry-After", "2")])
    _change(leg, incoming)
    await_ack(leg, incoming)


def _update(leg: SipLeg, incoming: Incoming) -> None:
    if not wire.description(incoming.request):
        return incoming.reply(200, headers=[("Contact", leg.dialog.contact)])
    _change(leg, incoming)


def _change(leg: SipLeg, incoming: Incoming) -> None:
    text = wire.description(incoming.request)
    leg.offered = text is None
    body = describe(leg, agree(leg, text) if text else None)
    incoming.reply(200, headers=[("Contact", leg.dialog.contact), ("Allow", wire.ALLOWED)], body=body)


def _bye(leg: SipLeg, incoming: Incoming) -> None:
    incoming.reply(200)
    leg.ended("caller")


def _info(leg: SipLeg, incoming: Incoming) -> None:
    kind = incoming.request.content_type or ""
    if not incoming.request.body:
        return incoming.reply(200)
    if not is_key_type(kind):
        return incoming.reply(415, headers=[("Accept", "application/dtmf-relay, application/dtmf")])
    try:
        key = info_key(kind, incoming.request.body)
    except ValueError:
        return incoming.reply(400)
    incoming.reply(200)
    if key:
        leg.key(key, "info")


def _notify(leg: SipLeg, incoming: Incoming) -> None:
    request = incoming.request
    event = (request.get_header("event") or request.get_header("o") or "").partition(";")[0].strip().lower()
    if event != "refer":
        return incoming.reply(489, headers=[("Allow-Events", "refer")])
    incoming.reply(200)
    if found := _STATUS_LINE.match(request.text):
        leg.transferring(int(found[1]))


def _options(leg: SipLeg, incoming: Incoming) -> None:
    incoming.reply(200, headers=[("Allow", wire.ALLOWED), ("Accept", wire.SDP)])


_SERVED = {
    "INVITE": _invite,
    "UPDATE": _update,
    "BYE": _bye,
    "INFO": _info,
    "NOTIFY": _notify,
    "OPTIONS": _options,
}
METHODS = frozenset(_SERVED)
