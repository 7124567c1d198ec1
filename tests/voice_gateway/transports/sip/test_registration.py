"""Registration at a registrar written here: it checks the digest by itself and can be as difficult as real ones."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
from collections.abc import AsyncIterator

import pytest

from tests.bot.web.helpers import until
from tests.voice_gateway.transports.sip.conftest import Begin, Listener
from tests.voice_gateway.transports.sip.phone import Message, Socket
from voice_gateway.transports.sip import Account, Registration, SipServer
from voice_gateway.transports.sip.transactions import Timers

USER, PASSWORD, REALM = "057100000000", "秘密 Pass:1", "trunk.example"


class Registrar:
    """Replies to REGISTER; `answers` are lines to reply with first, one a request ("" for none at all)."""

    def __init__(self, socket: Socket, *answers: str, expires: int = 60, challenge: str = "401 Unauthorized") -> None:
        self._socket, self._answers, self._expires, self._challenge = socket, list(answers), expires, challenge
        self.bound: int | None = None
        self.requests = list[Message]()
        self.nonces = 0

    async def serve(self) -> None:
        while True:
            data, source = await self._socket.got.get()
            request = Message(data)
            self.requests.append(request)
            answer = self._answers.pop(0) if self._answers else self._judge(request)
            if answer:
                status, *more = answer.splitlines()
                lines = [
                    f"SIP/2.0 {status}",
                    *(f"{n}: {request.header(n)}" for n in ("Via", "From", "To", "Call-ID", "CSeq")),
                ]
                self._socket.transport.sendto(
                    "\r\n".join([*lines, *more, "Content-Length: 0", "", ""]).encode(), source
                )

    def challenge(self, more: str = "") -> str:
        self.nonces += 1
        header = "WWW" if self._challenge.startswith("401") else "Proxy"
        digest = f'Digest realm="{REALM}", nonce="n{self.nonces}", qop="auth", algorithm=MD5{more}'
        return f"{self._challenge}\n{header}-Authenticate: {digest}"

    def _judge(self, request: Message) -> str:
        given = request.header("Authorization") or request.header("Proxy-Authorization")
        said = dict(re.findall(r'(\w+)="?([^",]+)"?', given))
        if said.get("nonce") != f"n{self.nonces}":
            return self.challenge()
        first = _md5(f"{USER}:{REALM}:{PASSWORD}")
        second = _md5(f"REGISTER:{said['uri']}")
        if said["response"] != _md5(f"{first}:{said['nonce']}:{said['nc']}:{said['cnonce']}:auth:{second}"):
            return self.challenge()
        self.bound = min(int(request.header("Expires")), self._expires)
        return f"200 OK\nContact: {request.header('Contact')};expires={self.bound}"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


@contextlib.asynccontextmanager
async def registered(
    server: SipServer, *answers: str, password: str = PASSWORD, expires: int = 60, challenge: str = "401 Unauthorized"
) -> AsyncIterator[tuple[Registration, Registrar]]:
    socket = await Socket.open()
    registrar = Registrar(socket, *answers, expires=expires, challenge=challenge)
    serving = asyncio.create_task(registrar.serve())
    account = Account("127.0.0.1", USER, password, port=socket.port, domain=REALM, first_retry=0.1, longest_retry=0.4)
    registration = Registration(server, account)
    registration.start()
    try:
        yield registration, registrar
    finally:
        await registration.stop()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        socket.transport.close()


@pytest.mark.parametrize("challenge", ["401 Unauthorized", "407 Proxy Authentication Required"])
async def test_an_account_is_registered_with_its_password_and_taken_back_at_the_end(begin: Begin, challenge: str):
    server = await begin(Listener())
    async with registered(server, challenge=challenge) as (registration, registrar):
        await until(lambda: registration.registered)
        assert registrar.bound == 60 and server.counts["registered"] == 1
        first, second = registrar.requests
        assert first.header("Call-ID") == second.header("Call-ID") and first.header("From") == second.header("From")
        assert [m.header("CSeq") for m in (first, second)] == ["1 REGISTER", "2 REGISTER"]
        assert first.start == f"REGISTER sip:{REALM} SIP/2.0"
        assert f"<sip:{USER}@127.0.0.1:{server.port}>" in second.header("Contact")
        await registration.stop()
        assert registrar.bound == 0 and not registration.registered


async def test_it_is_kept_fresh_before_it_runs_out(begin: Begin):
    server = await begin(Listener())
    async with registered(server, expires=1) as (registration, _):
        await until(lambda: server.counts["registered"] >= 3)
        assert registration.registered and server.counts["register_failed"] == 0


async def test_a_wrong_password_is_tried_once_a_round_and_the_rounds_grow_longer(begin: Begin, caplog):
    server = await begin(Listener())
    async with registered(server, password="wrong") as (registration, registrar):
        await until(lambda: server.counts["register_failed"] >= 3)
        assert not registration.registered and len(registrar.requests) <= 2 * (server.counts["register_failed"] + 1)
    assert USER not in caplog.text and "wrong" not in caplog.text


async def test_a_registrar_that_fails_or_says_nothing_is_tried_again(begin: Begin):
    server = await begin(Listener(), timers=Timers(first=0.01, longest=0.1))
    silent = [""] * 12  # until the try is given up
    async with registered(server, "503 Service Unavailable", "403 Forbidden", *silent) as (registration, _):
        await until(lambda: registration.registered)
        assert server.counts["register_failed"] >= 2


async def test_a_reply_lost_is_asked_for_again(begin: Begin):
    server = await begin(Listener())
    async with registered(server, "", "") as (registration, registrar):
        await until(lambda: registration.registered)
        assert server.counts["register_failed"] == 0
        assert [m.header("CSeq") for m in registrar.requests[:3]] == ["1 REGISTER"] * 3


async def test_too_short_a_time_is_made_longer_and_a_stale_nonce_renewed(begin: Begin):
    server = await begin(Listener())
    async with registered(server, "423 Interval Too Brief\nMin-Expires: 600", expires=900) as (registration, registrar):
        await until(lambda: registration.registered)
        assert registrar.bound == 600
    stale = 'Digest realm="trunk.example", nonce="{}", qop="auth", stale=true'
    answers = [f"401 Unauthorized\nWWW-Authenticate: {stale.format(n)}" for n in ("old", "n0")]
    async with registered(server, *answers) as (registration, registrar):
        await until(lambda: registration.registered)
        assert server.counts["register_failed"] == 0


async def test_retry_after_is_kept_to_and_a_challenge_nobody_can_meet_ends_the_round(begin: Begin):
    server = await begin(Listener())
    async with registered(server, "503 Busy\nRetry-After: 3600") as (_, registrar):
        await until(lambda: server.counts["register_failed"] == 1)
        await asyncio.sleep(0.6)
        assert len(registrar.requests) == 1
    async with registered(server, '401 No\nWWW-Authenticate: Digest realm="x", nonce="y", algorithm=NEW') as (
        _,
        registrar,
    ):
        await until(lambda: server.counts["register_failed"] == 2)


async def test_an_account_keeps_its_secrets_when_printed():
    assert USER not in repr(Account("127.0.0.1", USER, PASSWORD)) and PASSWORD not in repr(Account("h", USER, PASSWORD))
