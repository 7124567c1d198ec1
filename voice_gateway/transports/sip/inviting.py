"""An INVITE of ours (RFC 3261, 17.1.1): sent until somebody says something, rung for, given up, acknowledged."""

from __future__ import annotations

import asyncio

from aiosipua.message import SipRequest, SipResponse

from voice_gateway.transports.sip.errors import NoReply
from voice_gateway.transports.sip.transactions import Endpoint
from voice_gateway.transports.sip.wire import Address


class Inviting:
    """One try. Replies that come again are acknowledged again, for as long as they may."""

    def __init__(self, line: Endpoint, invite: SipRequest, to: Address) -> None:
        self._line, self._invite, self._to = line, invite, to
        self._final: asyncio.Future[SipResponse] = asyncio.get_running_loop().create_future()
        self._heard = asyncio.Event()
        self._ack = b""

    async def answered(self, ring_for: float) -> SipResponse:
        """The final reply; it is acknowledged where it is a refusal. Raises NoReply where nobody says anything, or
        nobody answers within `ring_for` seconds."""
        self._line.listen(self._invite, self._take)
        try:
            await self._send()
            done, _ = await asyncio.wait([self._final], timeout=ring_for)
            if not done:
                await self._give_up()
            return self._final.result()
        except asyncio.CancelledError:
            self._line.send(bytes(self._same("CANCEL")), self._to)
            raise
        finally:
            asyncio.get_running_loop().call_later(self._line.timers.end, self._line.forget, self._invite)

    def acknowledge(self, ack: SipRequest) -> None:
        """Send the ACK of a call answered, now and whenever the answer comes again."""
        self._ack = bytes(ack)
        self._line.send(self._ack, self._to)

    async def _send(self) -> None:
        wait, waited = self._line.timers.first, 0.0
        while not self._heard.is_set():
            if waited >= self._line.timers.end:
                raise NoReply
            self._line.send(bytes(self._invite), self._to)
            try:
                await asyncio.wait_for(self._heard.wait(), wait)
            except TimeoutError:
                waited, wait = waited + wait, 2 * wait

    async def _give_up(self) -> None:
        """An answer that crosses our CANCEL counts. Raises NoReply."""
        await self._line.request(self._same("CANCEL"), self._to)
        await asyncio.wait([self._final], timeout=self._line.timers.end)
        if not self._final.done() or self._final.result().status_code == 487:
            raise NoReply

    def _take(self, response: SipResponse) -> None:
        self._heard.set()
        if response.status_code >= 300:
            ack = self._same("ACK")
            ack.set_header("To", response.get_header("to") or "")
            self._line.send(bytes(ack), self._to)
        elif response.status_code >= 200 and self._ack:
            self._line.send(self._ack, self._to)
        if response.status_code >= 200 and not self._final.done():
            self._final.set_result(response)

    def _same(self, method: str) -> SipRequest:
        """A request of the INVITE's own branch: its CANCEL, and the ACK of a refusal."""
        request = SipRequest(method=method, uri=self._invite.uri)
        for name in ("Via", "From", "To", "Call-ID", "Max-Forwards"):
            request.set_header(name, self._invite.get_header(name) or "")
        request.set_header("CSeq", f"{self._invite.cseq.seq if self._invite.cseq else 1} {method}")
        return request
