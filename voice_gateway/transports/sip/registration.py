"""Registration at a trunk or exchange (RFC 3261, 10): digest, kept fresh, taken back at the end, tried again after a
failure. Trunks that know us by our address need none."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
from dataclasses import dataclass, field

from aiosipua.auth import SipDigestAuth, answer_challenge
from aiosipua.headers import parse_address
from aiosipua.message import SipRequest, SipResponse
from aiosipua.utils import format_addr

from common.log import get_logger
from voice_gateway.transports.sip import wire
from voice_gateway.transports.sip.errors import NoReply, RegistrarRefused
from voice_gateway.transports.sip.server import SipServer
from voice_gateway.transports.sip.wire import Address

log = get_logger(__name__)

#: Part of the granted time after which it is asked for again; at least so many seconds lie between two tries.
REFRESH_AT, SHORTEST = 0.8, 0.1
#: Times one REGISTER is changed and sent again at once (a challenge, a stale nonce, a longer interval).
MOST_CHANGES = 3
#: What `stop` waits for the registrar, in first waits of the line's timers.
TAKE_BACK_WITHIN = 4


@dataclass(frozen=True)
class Account:
    """What the trunk's operator gave. `domain` and `login` where they differ from registrar and user; seconds."""

    registrar: str
    user: str = field(repr=False)
    password: str = field(repr=False)
    port: int = 5060
    domain: str = ""
    login: str = field(default="", repr=False)
    expires: int = 300
    first_retry: float = 2.0
    longest_retry: float = 300.0


class Registration:
    """Keeps one account registered from `start` to `stop`; counts `registered` and `register_failed` of the server."""

    def __init__(self, server: SipServer, account: Account) -> None:
        self._server, self._account = server, account
        self._aor = f"sip:{account.user}@{account.domain or account.registrar}"
        self._login = SipDigestAuth(account.login or account.user, account.password)
        self._call_id, self._tag, self._cseq = secrets.token_hex(12), secrets.token_hex(8), 0
        self._expires = account.expires
        self._until = 0.0
        self._task: asyncio.Task[None] | None = None

    @property
    def registered(self) -> bool:
        """Whether the registrar knows us now."""
        return asyncio.get_running_loop().time() < self._until

    def start(self) -> None:
        """Begin; the server must have been started."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop and take the registration back; before the server is stopped."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self.registered:
            self._until = 0.0
            with contextlib.suppress(NoReply, RegistrarRefused, OSError, TimeoutError):
                async with asyncio.timeout(TAKE_BACK_WITHIN * self._server.rules.timers.first):
                    await self._register(0)

    async def _run(self) -> None:
        retry = self._account.first_retry
        while True:
            try:
                granted = await self._register(self._expires)
                self._until = asyncio.get_running_loop().time() + granted
                self._server.counts["registered"] += 1
                retry, pause = self._account.first_retry, granted * REFRESH_AT
            except (NoReply, RegistrarRefused, OSError) as error:
                self._server.counts["register_failed"] += 1
                log.warning("registration failed", extra={"error_type": type(error).__name__, "status": _status(error)})
                # spread, so that many gateways do not come back to a restarted registrar at once
                pause = max(retry * random.uniform(0.7, 1.3), getattr(error, "retry_after", 0.0))
                retry = min(2 * retry, self._account.longest_retry)
            await asyncio.sleep(max(pause, SHORTEST))

    async def _register(self, expires: int) -> float:
        """Seconds granted. Raises NoReply, RegistrarRefused, OSError (the name is not known)."""
        to = await self._address()
        here = self._server.here(to[0])
        credentials: tuple[str, str] | None = None
        for _ in range(MOST_CHANGES):
            request = self._request(here, expires, credentials)
            response = await self._server.line.request(request, to)
            if response.status_code < 300:
                return _granted(response, here, expires)
            if response.status_code == 423 and expires:
                expires = self._expires = max(expires, _number(response.get_header("min-expires")))
            elif response.status_code in (401, 407):
                if credentials is not None and not _stale(response):
                    break  # the password is wrong: once more would only lock the account
                credentials = answer_challenge(self._login, response, response.status_code, "REGISTER", request.uri)
                if credentials is None:
                    break
            else:
                break
        raise RegistrarRefused(response.status_code, _number(response.get_header("retry-after")))

    async def _address(self) -> Address:
        loop, account = asyncio.get_running_loop(), self._account
        found = await loop.getaddrinfo(account.registrar, account.port, type=2)  # 2: SOCK_DGRAM
        return str(found[0][4][0]), int(found[0][4][1])

    def _request(self, here: Address, expires: int, credentials: tuple[str, str] | None) -> SipRequest:
        self._cseq += 1
        request = SipRequest(method="REGISTER", uri=f"sip:{self._account.domain or self._account.registrar}")
        for name, value in (
            ("Via", wire.via(here)),
            ("From", f"<{self._aor}>;tag={self._tag}"),
            ("To", f"<{self._aor}>"),
            ("Call-ID", self._call_id),
            ("CSeq", f"{self._cseq} REGISTER"),
            ("Contact", f"<sip:{self._account.user}@{format_addr(*here)}>"),
            ("Expires", str(expires)),
            ("Max-Forwards", "70"),
            ("Allow", wire.ALLOWED),
            ("User-Agent", wire.AGENT),
            *([credentials] if credentials else []),
        ):
            request.set_header(name, value)
        return request


def _granted(response: SipResponse, here: Address, asked: int) -> float:
    """What the registrar says of our contact, else of all, else what was asked for."""
    for value in response.get_header_values("contact"):
        contact = parse_address(value)
        if (contact.uri.host, contact.uri.port) == here and (expires := contact.params.get("expires")):
            return _number(expires) or asked
    return _number(response.get_header("expires")) or asked


def _stale(response: SipResponse) -> bool:
    name = "www-authenticate" if response.status_code == 401 else "proxy-authenticate"
    return "stale=true" in (response.get_header(name) or "").lower().replace('"', "")


def _number(text: str | None) -> int:
    """0 where it is none; "120 (in two minutes)" is 120."""
    first = (text or "").strip().partition(" ")[0].partition(";")[0]
    return min(int(first), 86_400) if first.isdecimal() else 0


def _status(error: Exception) -> int:
    return error.status if isinstance(error, RegistrarRefused) else 0
