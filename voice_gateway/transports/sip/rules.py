"""What a telephone line lets in, and how long things may take."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field

from voice_gateway.transports.sip.transactions import Timers


@dataclass(frozen=True)
class Rules:
    """Times in seconds; networks as "192.0.2.10" or "192.0.2.0/24".

    allowed: whose SIP is listened to; everybody where empty. Put the trunk's addresses here.
    trusted: whose P-Asserted-Identity is believed.
    most_new: new calls a second; more get 503.
    rings_for: how long it rings before it is answered (at most 20).
    silent_for: without a packet of sound, so long, the call is ended; not while it is held.
    longest: of a call.
    transfer_within: how long a transfer may take to be answered.
    transfer_domain: of numbers a call is handed to; the caller's where empty.
    """

    allowed: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()
    most_new: int = 50
    rings_for: float = 0.0
    silent_for: float = 30.0
    longest: float = 3600.0
    transfer_within: float = 40.0
    transfer_domain: str = ""
    timers: Timers = field(default_factory=Timers)

    def __post_init__(self) -> None:
        if not 0 <= self.rings_for <= 20:
            raise ValueError("rings_for must be 0 to 20 seconds")
        for network in (*self.allowed, *self.trusted):
            ipaddress.ip_network(network)

    def lets_in(self, host: str) -> bool:
        """Whether this address is listened to."""
        return not self.allowed or within(host, self.allowed)

    def trusts(self, host: str) -> bool:
        """Whether the number this address asserts is believed."""
        return within(host, self.trusted)


def within(host: str, networks: Iterable[str]) -> bool:
    """Whether an address lies in one of the networks."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in networks)


class Bucket:
    """At most `rate` a second, a burst of as many."""

    def __init__(self, rate: int) -> None:
        self._rate, self._left, self._at = rate, float(rate), 0.0

    def take(self, now: float) -> bool:
        """False where there have been too many."""
        self._left = min(float(self._rate), self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
