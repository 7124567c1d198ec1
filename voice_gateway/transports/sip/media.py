"""Sound of one call: an RTP socket, who may be heard on it, order and gaps, and a frame out every 20 ms.

There is no RTCP; the silence of the other side's RTP is what tells a broken line.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable

import numpy as np

from voice_gateway.transports.port import FRAME
from voice_gateway.transports.sip import rtp
from voice_gateway.transports.sip.keys import EventKeys
from voice_gateway.transports.sip.offer import Agreed
from voice_gateway.transports.sip.outbox import Outbox
from voice_gateway.transports.sip.reorder import Reorder

RATE = 8000
SAMPLES = round(RATE * FRAME)
#: Nothing heard for so long: the listener gets silence instead, so that its own clock goes on (a caller's telephone
#: may send nothing while nobody speaks), and a gap in the order is given up.
PATIENCE = 0.1
#: Longest packet taken, seconds.
MOST_IN_PACKET = 0.2
_SILENCE = bytes(2 * SAMPLES)
Address = tuple[str, int]


class Media(asyncio.DatagramProtocol):
    """`hear` gets PCM of any length, `press` a key. `counts`: rtp_malformed, rtp_strangers, rtp_late, rtp_lost."""

    def __init__(self, hear: Callable[[bytes], None], press: Callable[[str], None], counts: Counter[str]) -> None:
        self._hear, self._press, self._counts = hear, press, counts
        self.outbox = Outbox(2 * SAMPLES)
        self._agreed: Agreed | None = None
        self._signalling = ""
        self._latched: Address | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._keys, self._reorder = EventKeys(), Reorder()
        self._theirs: int | None = None
        self._ssrc, self._sequence, self._timestamp = secrets.randbits(32), secrets.randbits(15), secrets.randbits(31)
        self._fresh = True
        self._last, self._missed = b"", 0
        self._due = self.heard_at = self.spoke_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # what create_datagram_endpoint hands over

    def error_received(self, exc: Exception) -> None:
        self._counts["rtp_unreachable"] += 1  # the silence rule ends the call if it stays so

    @property
    def agreed(self) -> Agreed | None:
        """What was agreed last."""
        return self._agreed

    def agree(self, agreed: Agreed, signalling: str, now: float) -> None:
        """From here on so; `signalling` is the other side's SIP address, a second one its sound may come from."""
        if self._agreed is None or agreed.remote != self._agreed.remote:
            self._latched = None
        self._agreed, self._signalling = agreed, signalling
        self.begin(now)
        self._fresh = True

    def begin(self, now: float) -> None:
        """The time of silence counts from here."""
        self._due = self.heard_at = now

    def close(self) -> None:
        """Send and hear no more."""
        self.outbox.close()
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        agreed, packet = self._agreed, rtp.read(data)
        if agreed is None or not self._known(addr[:2], packet is not None):
            self._counts["rtp_strangers"] += 1
        elif packet is None:
            self._counts["rtp_malformed"] += 1
        else:
            self._take(packet, agreed, asyncio.get_running_loop().time())

    def _known(self, addr: Address, is_rtp: bool) -> bool:
        """The agreed address always; before it was heard, one other port or the signalling's address, once (NAT)."""
        assert self._agreed is not None
        if addr == self._agreed.remote:
            self._latched = addr
            return True
        if self._latched is None and is_rtp and addr[0] in (self._agreed.remote[0], self._signalling):
            self._latched = addr
        return addr == self._latched

    def _take(self, packet: rtp.Packet, agreed: Agreed, now: float) -> None:
        self.heard_at = now
        if agreed.held:
            return  # music for the caller, not the caller
        if packet.ssrc != self._theirs:
            self._theirs = packet.ssrc
            self._reorder.reset()
        if packet.payload_type == agreed.payload_type and len(packet.payload) <= MOST_IN_PACKET * RATE:
            self._deliver(self._reorder.add(packet.sequence, packet.payload), now)
            return
        self._deliver(self._reorder.add(packet.sequence, b""), now)
        if packet.payload_type == agreed.events:
            self._event(packet)
        elif packet.payload_type != 13:  # 13 is comfort noise
            self._counts["rtp_malformed"] += 1

    def _event(self, packet: rtp.Packet) -> None:
        try:
            key = self._keys.take(packet.timestamp, packet.payload)
        except ValueError:
            self._counts["rtp_malformed"] += 1
            return
        if key:
            self._press(key)

    def _deliver(self, payloads: list[bytes | None], now: float) -> None:
        assert self._agreed is not None
        for payload in payloads:
            if payload is None:
                self._missed += 1
                pcm = self._concealed()
            else:
                self._missed = 0
                pcm = self._last = self._agreed.codec.decode(payload)
            self._due = min(self._due + len(pcm) / (2 * RATE), now + FRAME)
            self._hear(pcm)

    def _concealed(self) -> bytes:
        """The last frame once more, half as loud; then silence."""
        if self._missed > 1 or not self._last:
            return bytes(len(self._last) or len(_SILENCE))
        return (np.frombuffer(self._last, "<i2") // 2).astype("<i2").tobytes()

    def tick(self, now: float) -> None:
        """Every 20 ms: one frame out, and silence in where nothing came."""
        self._send()
        if now - self._due <= PATIENCE:
            return
        if self._reorder.waiting:
            self._deliver(self._reorder.give_up(), now)
        while now - self._due > PATIENCE:
            self._due += FRAME
            self._hear(_SILENCE)

    def _send(self) -> None:
        agreed, frame = self._agreed, self.outbox.take()
        self._timestamp = (self._timestamp + SAMPLES) & 0xFFFFFFFF
        if agreed is None or not agreed.we_send or self._transport is None or self._transport.is_closing():
            self._fresh = True
            return
        self._sequence = (self._sequence + 1) & 0xFFFF
        if frame:
            self.spoke_at = asyncio.get_running_loop().time()
        payload = agreed.codec.encode(frame) if frame else agreed.codec.silence * SAMPLES
        packet = rtp.Packet(agreed.payload_type, self._sequence, self._timestamp, self._ssrc, payload)
        self._transport.sendto(rtp.write(packet, marker=self._fresh), self._latched or agreed.remote)
        self._fresh = False

    def losses(self) -> None:
        """Add what was lost and late to the counts; at the end of a call."""
        self._counts["rtp_lost"] += self._reorder.lost
        self._counts["rtp_late"] += self._reorder.late
