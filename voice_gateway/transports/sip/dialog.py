"""One call's dialog (RFC 3261, 12): who is who, in which order requests come, and requests of ours."""

from __future__ import annotations

from aiosipua.headers import parse_address, stringify_uri
from aiosipua.message import SipRequest
from aiosipua.utils import format_addr

from voice_gateway.transports.sip import wire
from voice_gateway.transports.sip.errors import RequestRefused
from voice_gateway.transports.sip.wire import Address

#: Whose Contact becomes the new target.
_REFRESHING = ("INVITE", "UPDATE", "NOTIFY")


class Dialog:
    """Made of the INVITE. Requests of ours go back to where it came from, whatever Contact says: what sits there
    knows the way on (a proxy, a gateway behind NAT), and nobody can aim us at somebody else."""

    def __init__(self, invite: SipRequest, source: Address, here: Address, tag: str) -> None:
        self.tag = tag
        self.peer, self.here = source, here
        self._call_id = invite.call_id or ""
        self._remote = invite.get_header("from") or ""
        self._local = f"{invite.get_header('to')};tag={self.tag}"
        self._remote_tag = (invite.from_addr.tag if invite.from_addr else "") or ""
        self._routes = list(invite.get_header_values("record-route"))
        self._target = _contact(invite) or invite.uri
        self._theirs = invite.cseq.seq if invite.cseq else 0
        self._ours = 0
        self.domain = invite.from_addr.uri.host if invite.from_addr else source[0]

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


def _contact(request: SipRequest) -> str | None:
    values = request.get_header_values("contact")
    if not values or values[0] == "*":
        return None
    uri = parse_address(values[0]).uri
    return stringify_uri(uri) if uri.host else None
