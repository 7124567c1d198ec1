"""A telephone made of bare sockets: every byte it sends is written here, so it can be wrong on purpose."""

from __future__ import annotations

import asyncio
import itertools
import re
import struct
from collections.abc import Awaitable, Callable

SOON = 5.0
_SERIAL = itertools.count(1)


class Socket(asyncio.DatagramProtocol):
    """A UDP socket on a free port of this machine; what comes waits in `got`."""

    def __init__(self) -> None:
        self.got: asyncio.Queue[tuple[bytes, tuple[str, int]]] = asyncio.Queue()
        self.transport: asyncio.DatagramTransport

    @classmethod
    async def open(cls) -> Socket:
        made = cls()
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: made, local_addr=("127.0.0.1", 0))
        return made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.got.put_nowait((data, addr))

    @property
    def port(self) -> int:
        return int(self.transport.get_extra_info("sockname")[1])


class Message:
    """What came, read with regular expressions."""

    def __init__(self, data: bytes) -> None:
        self.text = data.decode(errors="replace")
        self.start = self.text.splitlines()[0]
        self.body = self.text.partition("\r\n\r\n")[2]

    @property
    def status(self) -> int:
        return int(self.start.split()[1]) if self.start.startswith("SIP/") else 0

    @property
    def method(self) -> str:
        return self.start.split()[0]

    def header(self, name: str) -> str:
        found = re.search(rf"^{name}:[ \t]*(.*?)\r?$", self.text, re.MULTILINE | re.IGNORECASE)
        return found[1] if found else ""


def offer(port: int, formats: str = "8 0 101", more: str = "", host: str = "127.0.0.1", proto: str = "RTP/AVP") -> str:
    """A description with G.711 and keys."""
    lines = [
        "v=0", f"o=- 1 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0", f"m=audio {port} {proto} {formats}",
        "a=rtpmap:8 PCMA/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000", "a=rtpmap:18 G729/8000",
    ]  # fmt: skip
    return "\r\n".join(lines + ([more] if more else [])) + "\r\n"


class Phone:
    """One telephone with one call."""

    def __init__(self, sip: Socket, rtp: Socket, server: tuple[str, int]) -> None:
        self.sip, self.rtp, self.server = sip, rtp, server
        serial = next(_SERIAL)
        self.call_id, self.from_tag, self.to_tag = f"call{serial}@phone", f"from{serial}", ""
        self.cseq, self.branch = 0, ""
        self.number = "13800138000"
        self.remote = ("", 0)
        self.sequence, self.timestamp = 65530, 2**32 - 400  # both wrap soon
        self.invite_text = ""

    @classmethod
    async def open(cls, port: int) -> Phone:
        return cls(await Socket.open(), await Socket.open(), ("127.0.0.1", port))

    def close(self) -> None:
        self.sip.transport.close()
        self.rtp.transport.close()

    def text(self, method: str, body: str = "", *, kind: str = "application/sdp", to: str | None = None,
             cseq: int | None = None, branch: str = "", headers: str = "", uri: str = "") -> str:  # fmt: skip
        """A request; `headers` are whole lines."""
        if cseq is None:
            self.cseq += 1
        number = self.cseq if cseq is None else cseq
        self.branch = branch or f"z9hG4bK{next(_SERIAL)}"
        tag = self.to_tag if to is None else to
        lines = [
            f"{method} {uri or 'sip:10000@127.0.0.1'} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.sip.port};branch={self.branch}",
            f"From: <sip:{self.number}@127.0.0.1>;tag={self.from_tag}",
            f"To: <sip:10000@127.0.0.1>{';tag=' + tag if tag else ''}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:phone@127.0.0.1:{self.sip.port}>",
            "Max-Forwards: 70",
            *headers.splitlines(),
            *([f"Content-Type: {kind}"] if body else []),
            f"Content-Length: {len(body.encode())}",
        ]
        return "\r\n".join(lines) + "\r\n\r\n" + body

    def send(self, text: str | bytes) -> None:
        self.sip.transport.sendto(text.encode() if isinstance(text, str) else text, self.server)

    async def next(self) -> Message:
        data, _ = await asyncio.wait_for(self.sip.got.get(), SOON)
        return Message(data)

    async def final(self, method: str) -> Message:
        """The final reply to our request; what else comes is passed over."""
        while True:
            message = await self.next()
            if message.status >= 200 and message.header("CSeq").endswith(method):
                return message

    async def asked(self, method: str, *, answer: bool = True) -> Message:
        """The server's next request of this kind."""
        while True:
            message = await self.next()
            if message.start.startswith(f"{method} "):
                if answer:
                    self.answer(message)
                return message

    def answer(self, request: Message, status: str = "200 OK", more: str = "") -> None:
        lines = [f"SIP/2.0 {status}", *(f"{n}: {request.header(n)}" for n in ("Via", "From", "To", "Call-ID", "CSeq"))]
        self.send("\r\n".join([*lines, *([more] if more else []), "Content-Length: 0"]) + "\r\n\r\n")

    def invite(self, body: str | None = None, headers: str = "") -> None:
        self.invite_text = self.text("INVITE", offer(self.rtp.port) if body is None else body, headers=headers)
        self.send(self.invite_text)

    def ack(self, reply: Message, body: str = "") -> None:
        """A new branch for a 200, the INVITE's for a refusal."""
        to = reply.header("To").partition(";tag=")[2]
        branch = self.branch if reply.status >= 300 else ""
        self.send(self.text("ACK", body, to=to, cseq=int(reply.header("CSeq").split()[0]), branch=branch))

    async def dial(self, body: str | None = None, headers: str = "") -> Message:
        """Call and be answered."""
        self.invite(body, headers)
        reply = await self.final("INVITE")
        assert reply.status == 200, reply.start
        self.take(reply)
        self.ack(reply)
        return reply

    def take(self, reply: Message) -> None:
        """Go by the reply's tag and description."""
        self.to_tag = reply.header("To").partition(";tag=")[2]
        host, port = re.search(r"c=IN IP4 (\S+)", reply.body), re.search(r"m=audio (\d+)", reply.body)
        assert host and port
        self.remote = (host[1], int(port[1]))

    async def again(self, body: str, method: str = "INVITE") -> Message:
        """Another offer within the call."""
        self.send(self.text(method, body))
        reply = await self.final(method)
        if method == "INVITE":
            self.ack(reply)
        return reply

    async def hang_up(self) -> None:
        self.send(self.text("BYE"))
        assert (await self.final("BYE")).status == 200

    def packet(self, payload: bytes, kind: int = 8, *, sequence: int | None = None, timestamp: int | None = None,
               ssrc: int = 7) -> bytes:  # fmt: skip
        """The next packet of the stream."""
        self.sequence += 1
        if timestamp is None:
            self.timestamp += 160
            timestamp = self.timestamp
        number = self.sequence if sequence is None else sequence
        return struct.pack(">BBHII", 0x80, kind, number & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + payload

    def say(self, data: bytes) -> None:
        self.rtp.transport.sendto(data, self.remote)

    def press(self, key: str, ends: int = 3) -> None:
        """A key as telephones send it: one timestamp, its length growing, its end three times."""
        event, at = "0123456789*#".index(key), self.timestamp + 160
        self.timestamp += 1600
        for length in (160, 320, 480):
            self.say(self.packet(struct.pack(">BBH", event, 10, length), 101, timestamp=at))
        for _ in range(ends):
            self.say(self.packet(struct.pack(">BBH", event, 0x8A, 640), 101, timestamp=at))


Dial = Callable[..., Awaitable[Phone]]
