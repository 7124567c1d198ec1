"""Calls of ours: a customer is called back."""

from __future__ import annotations

import asyncio
import re

from aiosipua.auth import SipDigestAuth, answer_challenge
from aiosipua.message import SipResponse
from aiosipua.utils import format_addr

from voice_gateway.transports.port import OnCall
from voice_gateway.transports.sip import wire, within
from voice_gateway.transports.sip.dialog import Dialog
from voice_gateway.transports.sip.errors import CallRefused, NoReply, RequestRefused
from voice_gateway.transports.sip.inviting import Inviting
from voice_gateway.transports.sip.leg import SipLeg
from voice_gateway.transports.sip.server import SipServer
from voice_gateway.transports.sip.wire import Address

_NUMBER = re.compile(r"[+]?[0-9]{1,32}")


class Caller:
    """Calls numbers through one exchange, over a server's port and lines."""

    def __init__(
        self, server: SipServer, exchange: Address, number: str = "", login: SipDigestAuth | None = None
    ) -> None:
        """`exchange` is an address and a port; `number` the one that is shown; `login` for an exchange that asks."""
        self._server, self._exchange, self._number, self._login = server, exchange, number, login

    async def call(self, number: str, on_call: OnCall, ring_for: float = 45.0) -> None:
        """Call, and serve the call when it is answered, to its end; cancelling gives it up.

        Raises CallRefused (486 where our own lines are busy, 404 for a number that is none), NoReply (nobody answers
        within `ring_for` seconds, or the server is stopped), PortsTaken.
        """
        if not _NUMBER.fullmatch(number):
            raise CallRefused(404)
        if self._server.full:
            raise CallRefused(486)
        target = f"sip:{number}@{format_addr(*self._exchange)}"
        here = self._server.here(self._exchange[0])
        dialog = Dialog.calling(target, self._number, self._exchange, here)
        leg = SipLeg(dialog, self._server.line, self._server.rules, wire.Number(), self._server.counts)
        task = self._server.begin(leg, self._serve(leg, on_call, ring_for))
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if task.cancelled():
            raise NoReply
        task.result()

    async def _serve(self, leg: SipLeg, on_call: OnCall, ring_for: float) -> None:
        try:
            await self._server.open(leg)
            response, inviting = await self._invite(leg, ring_for, None)
            if response.status_code in (401, 407) and (answer := self._answer(leg, response)):
                response, inviting = await self._invite(leg, ring_for, answer)
            if response.status_code >= 300:
                raise CallRefused(response.status_code)
            leg.dialog.answered(response)
            inviting.acknowledge(leg.dialog.request("ACK"))
            self._agree(leg, response)
            self._server.counts["calls_out"] += 1
            leg.confirmed.set()
            await leg.run(on_call)
        finally:
            await self._server.part(leg)

    async def _invite(
        self, leg: SipLeg, ring_for: float, login: tuple[str, str] | None
    ) -> tuple[SipResponse, Inviting]:
        invite = leg.dialog.request("INVITE")
        invite.text = within.describe(leg, None)
        for name, value in (
            ("Content-Type", wire.SDP),
            ("Contact", leg.dialog.contact),
            ("Allow", wire.ALLOWED),
            *([login] if login else []),
        ):
            invite.set_header(name, value)
        inviting = Inviting(self._server.line, invite, self._exchange)
        return await inviting.answered(ring_for), inviting

    def _answer(self, leg: SipLeg, response: SipResponse) -> tuple[str, str] | None:
        if self._login is None:
            return None
        return answer_challenge(self._login, response, response.status_code, "INVITE", leg.dialog.target)

    def _agree(self, leg: SipLeg, response: SipResponse) -> None:
        """Raises CallRefused where the answer cannot be used: nobody would hear anything."""
        try:
            within.agree(leg, response.text)
        except RequestRefused as refused:
            leg.bye("protocol")
            raise CallRefused(488) from refused
