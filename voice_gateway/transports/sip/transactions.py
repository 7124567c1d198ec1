"""SIP over UDP with its transactions (RFC 3261, 17): a request that comes twice is served once, what is lost is sent
again, and everything ends. `aiosipua` reads and writes the messages; its own transactions make two calls of one."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aiosipua.message import SipMessage, SipRequest, SipResponse

from common.log import get_logger
from voice_gateway.transports.sip import wire
from voice_gateway.transports.sip.errors import NoReply, RequestRefused
from voice_gateway.transports.sip.wire import Address

log = get_logger(__name__)

#: Longest datagram read, and most transactions remembered.
MOST_BYTES, MOST_REMEMBERED = 16_384, 20_000
Key = tuple[str, ...]


@dataclass(frozen=True)
class Timers:
    """Seconds: first and longest wait before a message is sent again; 64 first waits are the end of a try."""

    first: float = 0.5
    longest: float = 4.0

    @property
    def end(self) -> float:
        return 64 * self.first


class Incoming:
    """One request and what was replied. `tag` is ours in the dialog it may open."""

    def __init__(self, line: Endpoint, request: SipRequest, source: Address, key: Key) -> None:
        self.request, self.source, self.key = request, source, key
        self.status = 0
        self.tag = secrets.token_hex(8)
        self.born = asyncio.get_running_loop().time()
        self.on_unconfirmed: Callable[[], None] | None = None
        self._line, self._sent, self._timer = line, b"", None

    _timer: asyncio.TimerHandle | None

    def reply(self, status: int, headers: Iterable[tuple[str, str]] = (), body: str = "") -> None:
        """Reply; nothing after a final reply. One to an INVITE is sent again until `confirmed`."""
        if self.status >= 200:
            return
        response = wire.reply(self.request, status, self.tag if status > 100 else "", headers)
        if body:
            response.text = body
            response.content_type = wire.SDP
        self.status, self._sent = status, bytes(response)
        self.again()
        if status >= 200 and self.request.method == "INVITE":
            self._repeat(self._line.timers.first, 0.0)

    def again(self) -> None:
        """Send the last reply once more."""
        if self._sent:
            self._line.send(self._sent, wire.reply_to(self.request, self.source))

    def confirmed(self) -> None:
        """Its ACK came, or nobody waits for it any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.on_unconfirmed = None

    def _repeat(self, wait: float, waited: float) -> None:
        loop, timers = asyncio.get_running_loop(), self._line.timers
        self._timer = loop.call_later(wait, self._repeated, min(2 * wait, timers.longest), waited + wait)

    def _repeated(self, wait: float, waited: float) -> None:
        if waited < self._line.timers.end:
            self.again()
            return self._repeat(wait, waited)
        unconfirmed = self.on_unconfirmed
        self.confirmed()
        if unconfirmed:
            unconfirmed()


class Endpoint(asyncio.DatagramProtocol):
    """One UDP socket. `admit` looks at every new request first (False: it was dealt with, nothing is kept of it)."""

    def __init__(
        self,
        on_request: Callable[[Incoming], None],
        admit: Callable[[SipRequest, Address], bool],
        known: Callable[[Address], bool],
        counts: Counter[str],
        timers: Timers,
    ) -> None:
        self._on_request, self._admit, self._known = on_request, admit, known
        self._counts, self.timers = counts, timers
        self._transport: asyncio.DatagramTransport | None = None
        self._served: dict[Key, Incoming] = {}
        self._asked: dict[tuple[str, str], Callable[[SipResponse], None]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # what create_datagram_endpoint hands over

    def error_received(self, exc: Exception) -> None:
        self._counts["unreachable"] += 1

    def send(self, data: bytes, to: Address) -> None:
        """One datagram."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, to)

    def close(self) -> None:
        """Hear no more; nothing is sent again."""
        for incoming in self._served.values():
            incoming.confirmed()
        if self._transport is not None:
            self._transport.close()

    def find(self, request: SipRequest, method: str) -> Incoming | None:
        """The transaction of this branch with that method: what a CANCEL or an ACK belongs to."""
        return self._served.get(_key(request, method))

    def datagram_received(self, data: bytes, addr: Address) -> None:
        source = (str(addr[0]), int(addr[1]))
        if not data.startswith(b"SIP/") and not self._known(source):  # replies are for those who were asked
            self._counts["strangers"] += 1
        elif not data.strip(b"\r\n\0"):
            return  # a keep-alive
        elif len(data) > MOST_BYTES:
            self._counts["malformed"] += 1
        else:
            self._read(data, source)

    def _read(self, data: bytes, source: Address) -> None:
        try:
            message = SipMessage.parse(data)
            self._heard(message, source) if isinstance(message, SipRequest) else self._replied(message)
        except ValueError:  # what the parser says may hold a number
            self._counts["malformed"] += 1
        except Exception as error:
            self._counts["failed"] += 1
            log.error("a message could not be served", extra={"error_type": type(error).__name__})

    def _heard(self, request: SipRequest, source: Address) -> None:
        try:
            wire.check(request)
        except RequestRefused as refused:
            return self._refuse(request, source, refused)
        wire.stamp(request, source)
        if request.method == "ACK":
            return self._acknowledged(request, source)
        key = _key(request, request.method)
        if (served := self._served.get(key)) is not None:
            self._counts["repeated"] += 1
            return served.again()
        self._forget()
        if len(self._served) >= MOST_REMEMBERED:
            self._counts["flooded"] += 1
        elif self._admit(request, source):
            incoming = self._served[key] = Incoming(self, request, source, key)
            self._on_request(incoming)

    def _refuse(self, request: SipRequest, source: Address, refused: RequestRefused) -> None:
        """Without memory. A request without Via cannot be answered, an ACK must not be."""
        self._counts["malformed"] += 1
        if request.method != "ACK" and request.get_header_values("via"):
            extra = [("Unsupported", refused.reason)] if refused.status == 420 else []
            self.send(bytes(wire.reply(request, refused.status, headers=extra)), wire.reply_to(request, source))

    def _acknowledged(self, request: SipRequest, source: Address) -> None:
        invite = self._served.get(_key(request, "INVITE"))
        if invite is not None and invite.status >= 300:
            invite.confirmed()
        else:
            self._on_request(Incoming(self, request, source, ()))

    def _forget(self) -> None:
        """Oldest first; an INVITE still rung for is younger than the limit, or given up."""
        now = asyncio.get_running_loop().time()
        while self._served:
            key, oldest = next(iter(self._served.items()))
            if now - oldest.born < 2 * self.timers.end:
                return
            oldest.confirmed()
            del self._served[key]

    async def request(self, request: SipRequest, to: Address) -> SipResponse:
        """Send until a final reply comes. Raises NoReply at the end of the time."""
        replied: asyncio.Future[SipResponse] = asyncio.get_running_loop().create_future()

        def take(response: SipResponse) -> None:
            if response.status_code >= 200 and not replied.done():
                replied.set_result(response)

        self.listen(request, take)
        wait, waited = self.timers.first, 0.0
        try:
            while waited < self.timers.end:
                self.send(bytes(request), to)
                await asyncio.wait([replied], timeout=wait)
                if replied.done():
                    return replied.result()
                waited, wait = waited + wait, min(2 * wait, self.timers.longest)
            raise NoReply
        finally:
            self.forget(request)

    def listen(self, request: SipRequest, take: Callable[[SipResponse], None]) -> None:
        """Hand every reply to this request over, until `forget`."""
        self._asked[request.via[0].branch or "", request.method] = take

    def forget(self, request: SipRequest) -> None:
        """Replies to this request interest nobody any more."""
        self._asked.pop((request.via[0].branch or "", request.method), None)

    def _replied(self, response: SipResponse) -> None:
        via, cseq = response.via, response.cseq
        take = self._asked.get((via[0].branch or "", cseq.method)) if via and cseq else None
        if take is None:
            self._counts["unasked"] += 1
        else:
            take(response)


def _key(request: SipRequest, method: str) -> Key:
    """Branch and sender; the rest is for senders older than RFC 3261, whose branch says nothing."""
    via, cseq = request.via[0], request.cseq
    number = str(cseq.seq) if cseq else ""
    return (via.branch or "", f"{via.host}:{via.port}", request.call_id or "", number, method)
