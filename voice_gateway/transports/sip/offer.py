"""Session descriptions (RFC 4566, offer and answer of RFC 3264): G.711 and keys, nothing else."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from aiosipua.sdp import MediaDescription, SdpMessage, parse_sdp

from voice_gateway.audio import g711
from voice_gateway.transports.sip.errors import NothingInCommon, OfferInvalid

#: What our own offers name.
_OUR_EVENTS = 101
_PROTOCOLS = ("RTP/AVP", "RTP/AVPF")
_ANSWERS = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}


@dataclass(frozen=True)
class Codec:
    """One G.711 law: its name and static payload type, the code of silence, PCM to codes and back."""

    name: str
    payload_type: int
    silence: bytes
    encode: Callable[[bytes], bytes]
    decode: Callable[[bytes], bytes]


PCMU = Codec("PCMU", 0, b"\xff", g711.ulaw_encode, g711.ulaw_decode)
PCMA = Codec("PCMA", 8, b"\xd5", g711.alaw_encode, g711.alaw_decode)
_CODECS = {codec.name: codec for codec in (PCMA, PCMU)}


@dataclass(frozen=True)
class Agreed:
    """What both sides will send. `events`: payload type of keys, None without; `direction`: ours."""

    codec: Codec
    payload_type: int
    events: int | None
    remote: tuple[str, int]
    direction: str
    held: bool
    lines: tuple[str, ...]
    protocol: str = "RTP/AVP"

    @property
    def we_send(self) -> bool:
        """Whether the other side wants our sound."""
        return not self.held and self.direction in ("sendrecv", "sendonly")


def agree(text: str) -> Agreed:
    """What of the other side's description is taken: its first usable audio line, its first G.711.

    Raises OfferInvalid where it cannot be read, NothingInCommon where nothing fits.
    """
    try:
        sdp = parse_sdp(text)
    except (ValueError, IndexError) as error:
        raise OfferInvalid from error
    if not sdp.media:
        raise OfferInvalid
    chosen = next((m for m in sdp.media if _usable(m)), None)
    if chosen is None:
        raise NothingInCommon
    codec, payload_type = _codec(chosen) or (PCMA, -1)
    address = _address(chosen, sdp)
    offered = chosen.direction if _directions(chosen) else _session_direction(sdp)
    lines = tuple("" if m is chosen else f"m={m.media} 0 {m.proto} {' '.join(m.formats)}" for m in sdp.media)
    held = address is None or offered in ("sendonly", "inactive")
    direction = _ANSWERS[offered]
    remote = (address or "", chosen.port)
    return Agreed(codec, payload_type, _events(chosen), remote, direction, held, lines, chosen.proto)


def answer(agreed: Agreed, host: str, port: int, version: int) -> str:
    """Our half: the line taken, every other refused (port 0)."""
    formats, attributes = [str(agreed.payload_type)], [f"a=rtpmap:{agreed.payload_type} {agreed.codec.name}/8000"]
    if agreed.events is not None:
        formats.append(str(agreed.events))
        attributes += _event_lines(agreed.events)
    ours = _media(port, formats, attributes, agreed.direction, agreed.protocol)
    return _session(host, version, [line or ours for line in agreed.lines])


def offer(host: str, port: int, version: int) -> str:
    """Our own offer, for an INVITE that brings none."""
    attributes = ["a=rtpmap:8 PCMA/8000", "a=rtpmap:0 PCMU/8000", *_event_lines(_OUR_EVENTS)]
    return _session(host, version, [_media(port, ["8", "0", str(_OUR_EVENTS)], attributes, "sendrecv")])


def _session(host: str, version: int, media: list[str]) -> str:
    family = "IP6" if ":" in host else "IP4"
    lines = ["v=0", f"o=- 1 {version} IN {family} {host}", "s=-", f"c=IN {family} {host}", "t=0 0", *media]
    return "\r\n".join(lines) + "\r\n"


def _media(port: int, formats: list[str], attributes: list[str], direction: str, protocol: str = _PROTOCOLS[0]) -> str:
    lines = [f"m=audio {port} {protocol} {' '.join(formats)}", *attributes, "a=ptime:20", f"a={direction}"]
    return "\r\n".join(lines)


def _event_lines(payload_type: int) -> list[str]:
    return [f"a=rtpmap:{payload_type} telephone-event/8000", f"a=fmtp:{payload_type} 0-16"]


def _usable(media: MediaDescription) -> bool:
    return media.media == "audio" and 0 < media.port < 65536 and media.proto in _PROTOCOLS and bool(_codec(media))


def _codec(media: MediaDescription) -> tuple[Codec, int] | None:
    for named in media.codecs:
        codec = _CODECS.get(named.encoding_name.upper())
        if codec and named.clock_rate == 8000 and named.channels in (None, 1) and 0 <= named.payload_type < 128:
            return codec, named.payload_type
    return None


def _events(media: MediaDescription) -> int | None:
    for named in media.codecs:
        if (
            named.encoding_name.lower() == "telephone-event"
            and named.clock_rate == 8000
            and 0 <= named.payload_type < 128
        ):
            return named.payload_type
    return None


def _address(media: MediaDescription, sdp: SdpMessage) -> str | None:
    """Where sound goes; None for 0.0.0.0, the old way to hold a call."""
    connection = media.connection or sdp.connection
    try:
        address = ipaddress.ip_address(connection.address if connection else "")
    except ValueError as error:  # a host name: none is looked up while a call waits
        raise NothingInCommon from error
    if address.is_unspecified:
        return None
    if address.is_multicast or address == ipaddress.ip_address("255.255.255.255"):
        raise NothingInCommon
    return str(address)


def _directions(media: MediaDescription) -> bool:
    return any(name in media.attributes for name in _ANSWERS)


def _session_direction(sdp: SdpMessage) -> str:
    return next((name for name in _ANSWERS if name in sdp.attributes), "sendrecv")
