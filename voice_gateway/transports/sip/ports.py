"""Ports for sound: even ones of a range, tried from a random place on."""

from __future__ import annotations

import asyncio
import secrets
import socket

from voice_gateway.transports.sip.errors import PortsTaken
from voice_gateway.transports.sip.media import Media

#: Ports tried for one call: other programs may sit on a few, not on so many.
TRIES = 50


def checked(ports: tuple[int, int]) -> tuple[int, int]:
    """The range. Raises ValueError where it holds no even port."""
    first, last = ports
    if not 1024 <= first <= last <= 65535 or first + first % 2 > last:
        raise ValueError("rtp_ports must be a range within 1024 to 65535")
    return first + first % 2, last


async def open_media(media: Media, host: str, ports: tuple[int, int]) -> int:
    """Bind the call's socket; the port. Raises PortsTaken."""
    first, last = ports
    count = (last - first) // 2 + 1
    start = secrets.randbelow(count)
    for step in range(min(count, TRIES)):
        port = first + 2 * ((start + step) % count)
        bound = _bound(host, port)
        if bound is not None:
            await asyncio.get_running_loop().create_datagram_endpoint(lambda: media, sock=bound)
            return port
    raise PortsTaken


def _bound(host: str, port: int) -> socket.socket | None:
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        bound.setblocking(False)
        bound.bind((host, port))
    except OSError:
        bound.close()
        return None
    return bound


def toward(host: str, peer: str) -> str:
    """The address of ours that `peer` reaches us at: `host`, or for 0.0.0.0 that of the way there."""
    if host not in ("0.0.0.0", "::"):
        return host
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((peer, 9))  # nothing is sent
        return str(probe.getsockname()[0])
