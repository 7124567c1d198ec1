"""SIP messages: which requests can be used at all, replies to them, and what we want to know of an INVITE."""

from __future__ import annotations

import email.parser
import re
import secrets
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass, field

from aiosipua.headers import parse_via
from aiosipua.message import SipRequest, SipResponse, missing_required_headers
from aiosipua.utils import format_addr

from voice_gateway.transports.sip.errors import RequestRefused

Address = tuple[str, int]
ALLOWED = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY"
AGENT = "Yida"
SDP = "application/sdp"
REASONS = {
    100: "Trying", 180: "Ringing", 200: "OK", 400: "Bad Request", 405: "Method Not Allowed",
    415: "Unsupported Media Type", 416: "Unsupported URI Scheme", 420: "Bad Extension",
    481: "Call/Transaction Does Not Exist", 486: "Busy Here", 487: "Request Terminated",
    488: "Not Acceptable Here", 489: "Bad Event", 491: "Request Pending", 500: "Server Internal Error",
    503: "Service Unavailable",
}  # fmt: skip
_COPIED = ("Via", "From", "To", "Call-ID", "CSeq", "Record-Route")
_NUMBER = re.compile(r"[+]?[0-9A-Za-z*#._-]{1,32}")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
_USER = re.compile(r"sips?:([^@<>?\s]+)@|tel:([^;<>?\s]+)", re.IGNORECASE)


def check(request: SipRequest) -> None:
    """Raises RequestRefused where a request cannot be served, whatever it asks."""
    if missing_required_headers(request):
        raise RequestRefused(400)
    try:
        cseq, parsed = request.cseq, (request.via, request.from_addr, request.to_addr)
    except ValueError as error:
        raise RequestRefused(400) from error
    if cseq is None or cseq.method != request.method or not 0 <= cseq.seq < 2**31 or not all(parsed):
        raise RequestRefused(400)
    if not (request.from_addr and request.from_addr.tag):
        raise RequestRefused(400)
    length = request.get_header("content-length")
    if length is not None and not (length.isdecimal() and int(length) <= len(request.body)):
        raise RequestRefused(400)  # cut off on the way
    if request.uri.partition(":")[0].lower() not in ("sip", "sips", "tel"):
        raise RequestRefused(416)
    if request.method not in ("ACK", "CANCEL") and (required := request.get_header_values("require")):
        raise RequestRefused(420, ", ".join(required))


def reply(request: SipRequest, status: int, our_tag: str = "", headers: Iterable[tuple[str, str]] = ()) -> SipResponse:
    """A response; `our_tag` is put behind To where it has none."""
    response = SipResponse(status_code=status, reason_phrase=REASONS.get(status, "Failure"))
    for name in _COPIED:
        for value in request.get_header_values(name):
            response.add_header(name, value)
    if our_tag and ";tag=" not in (to := response.get_header("to") or ""):
        response.set_header("To", f"{to};tag={our_tag}")
    response.set_header("Server", AGENT)
    for name, value in headers:
        response.set_header(name, value)
    return response


def reply_to(request: SipRequest, source: Address) -> Address:
    """Where replies go (RFC 3581): always the sender's address, its port where it asks so, else the one it names."""
    via = parse_via(request.get_header_values("via")[0])
    return source if "rport" in via.params else (source[0], via.port or 5060)


def stamp(request: SipRequest, source: Address) -> None:
    """Write down in the topmost Via where the request came from."""
    first, *rest = request.get_header_values("via")
    parts = [p for p in first.split(";") if p.strip().partition("=")[0].lower() not in ("received", "rport")]
    asked = "rport" in parse_via(first).params
    parts += [f"received={source[0]}", *([f"rport={source[1]}"] if asked else [])]
    request.remove_header("Via")
    for value in (";".join(parts), *rest):
        request.add_header("Via", value)


def description(request: SipRequest) -> str | None:
    """The session description in a body, alone or among others (SIP-I); None without. Raises RequestRefused."""
    if not request.body:
        return None
    kind = (request.content_type or SDP).strip()
    if kind.lower().startswith(SDP):
        return request.text
    if kind.lower().startswith("multipart/"):
        head = f"Content-Type: {kind}\r\n\r\n".encode()
        for part in email.parser.BytesParser().parsebytes(head + request.body).walk():
            if part.get_content_type() == SDP and isinstance(body := part.get_payload(decode=True), bytes):
                return body.decode("utf-8", "replace")
    raise RequestRefused(415)


@dataclass(frozen=True)
class Number:
    """Who calls; "" where it is kept secret. `vouched`: a trusted peer asserts it (else whoever calls wrote it)."""

    number: str = field(default="", repr=False)
    vouched: bool = False


def caller(invite: SipRequest, trusted: bool) -> Number:
    """A trusted peer's P-Asserted-Identity, else From."""
    privacy = {p.strip().lower() for p in (invite.get_header("privacy") or "").split(";")}
    asserted = invite.get_header("p-asserted-identity") if trusted else None
    if privacy & {"id", "user", "header"}:
        return Number()
    found = _USER.match(_uri(asserted or invite.get_header("from") or ""))
    if found is None:
        return Number()
    user = re.sub(r"[\s().-]", "", urllib.parse.unquote((found[1] or found[2]).partition(";")[0]))
    if not _NUMBER.fullmatch(user) or user.lower() in ("anonymous", "unknown", "unavailable"):
        return Number()
    return Number(user, bool(asserted))


def _uri(value: str) -> str:
    """The address of a header: never from the name beside it, which callers choose."""
    unnamed = _QUOTED.sub("", value)
    bracketed = re.search(r"<([^<>]*)>", unnamed)
    return (bracketed[1] if bracketed else unnamed).strip()


def tag(request: SipRequest) -> str:
    """Our tag in a request within a dialog, else ""."""
    return (request.to_addr.tag if request.to_addr else None) or ""


def via(sent_by: Address) -> str:
    """A Via of ours, with a branch never used before."""
    return f"SIP/2.0/UDP {format_addr(*sent_by)};branch=z9hG4bK{secrets.token_hex(8)};rport"
