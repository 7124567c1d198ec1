"""One call's dialog (RFC 3261, 12): who is who, in which order requests come, and requests of ours."""

from __future__ import annotations

import secrets

from aiosipua.headers import parse_address, stringify_uri
from aiosipua.message import SipMessage, SipRequest, SipResponse
from aiosipua.utils import format_addr

from voice_gateway.transports.sip import wire
from voice_gateway.transports.sip.errors import RequestRefused
from voice_gateway.transports.sip.wire import Address

#: Whose Contact becomes the new target.
_REFRESHING = ("INVITE", "UPDATE", "NOTIFY")


class Dialog:
    """Requests of ours go back to where the INVITE came from (or went to), whatever Contact says: what sits there knows
    the way on (a proxy, a gateway behind NAT), and nobody can aim us at somebody else."""

    def __init__(
        self, call_id: str, tag: str, local: str, remote: str, target: str, peer: Address, here: Address
    ) -> None:
        """`local` and `remote` are From and To of requests of ours, `target` is their address."""
        self.tag, self.peer, self.here = tag, peer, here
        self._call_id, self._local, self._remote, self._target = call_id, local, remote, target
        self._remote_tag = _tag(remote)
        self._routes: list[str] = []
        self._theirs = self._ours = 0

    @classmethod
    def called(cls, invite: SipRequest, source: Address, here: Address, tag: str) -> Dialog:
        """We are called."""
        local, remote = f"{invite.get_header('to')};tag={tag}", invite.get_header("from") or ""
        made = cls(invite.call_id or "", tag, local, remote, _contact(invite) or invite.uri, source, here)
        made._routes = list(invite.get_header_values("record-route"))
        made._theirs = invite.cseq.seq if invite.cseq else 0
        return made

    @classmethod
    def calling(cls, target: str, number: str, peer: Address, here: Address) -> Dialog:
        """We call."""
        tag = secrets.token_hex(8)
        local = f"<sip:{number + '@' if number else ''}{format_addr(*here)}>;tag={tag}"
        return cls(secrets.token_hex(12), tag, local, f"<{target}>", target, peer, here)

    def answered(self, response: SipResponse) -> None:
        """The other side has answered our INVITE."""
        self._remote = response.get_header("to") or self._remote
        self._remote_tag = _tag(self._remote)
        self._routes = list(reversed(response.get_header_values("record-route")))
        self._target = _contact(response) or self._target

    @property
    def target(self) -> str:
        """Whom requests of ours name."""
        return self._target

    @property
    def domain(self) -> str:
        """Of the other side's address."""
        return parse_address(self._remote).uri.host or self.peer[0]

    @property
    def contact(self) -> str:
        """Our Contact header."""
        return f"<sip:{format_addr(*self.here)}>"

    def owns(self, request: SipRequest) -> bool:
        """Whether a request that carries our tag is of this dialog."""
        tag = request.from_addr.tag if request.from_addr else None
        return request.call_id == self._call_id and tag == self._remote_tag

    def take(self, request: SipRequest) -> None:
        """Take note of a request within the dialog. Raises RequestRefused (500) where a later one has been served."""
        number = request.cseq.seq if request.cseq else 0
        if number < self._theirs:
            raise RequestRefused(500)
        self._theirs = number
        if request.method in _REFRESHING:
            self._target = _contact(request) or self._target

    def request(self, method: str) -> SipRequest:
        """A new request of ours."""
        if method != "ACK":  # it has the INVITE's number
            self._ours += 1
        request = SipRequest(method=method, uri=self._target)
        request.set_header("Via", wire.via(self.here))
        for route in self._routes:
            request.add_header("Route", route)
        request.set_header("From", self._local)
        request.set_header("To", self._remote)
        request.set_header("Call-ID", self._call_id)
        request.set_header("CSeq", f"{self._ours} {method}")
        request.set_header("Max-Forwards", "70")
        request.set_header("User-Agent", wire.AGENT)
        return request


def _tag(address: str) -> str:
    return parse_address(address).tag or ""


def _contact(message: SipMessage) -> str | None:
    values = message.get_header_values("contact")
    if not values or values[0] == "*":
        return None
    uri = parse_address(values[0]).uri
    return stringify_uri(uri) if uri.host else None
