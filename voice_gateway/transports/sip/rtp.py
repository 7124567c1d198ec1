"""RTP packets (RFC 3550): read with every length checked, and written."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

HEADER = struct.Struct(">BBHII")
#: Payload types a packet of RTCP would show (RFC 5761): not sound.
_RTCP = range(64, 96)


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet. `timestamp` counts samples."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes = field(repr=False)


def read(data: bytes) -> Packet | None:
    """The packet; None where it is none."""
    if len(data) < HEADER.size:
        return None
    first, second, sequence, timestamp, ssrc = HEADER.unpack_from(data)
    if first >> 6 != 2 or second & 0x7F in _RTCP:
        return None
    start = HEADER.size + 4 * (first & 0x0F)
    if first & 0x10:  # a header extension
        if len(data) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    end = len(data)
    if first & 0x20:  # padding; its length is the last byte
        if not 0 < data[-1] <= end - min(start, end):
            return None
        end -= data[-1]
    if start > end:
        return None
    return Packet(second & 0x7F, sequence, timestamp, ssrc, data[start:end])


def write(packet: Packet, marker: bool = False) -> bytes:
    """The packet's bytes; sequence and timestamp wrap."""
    second = packet.payload_type | (0x80 if marker else 0)
    head = HEADER.pack(0x80, second, packet.sequence & 0xFFFF, packet.timestamp & 0xFFFFFFFF, packet.ssrc)
    return head + packet.payload
