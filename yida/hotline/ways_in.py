"""The ways in for calls: SIP, AudioSocket and the websockets below /voice/. One that cannot be opened stops nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from aiohttp import web

from common.log import get_logger
from common.settings import Settings
from voice_gateway.transports import asterisk_ws, browser, l16, twilio
from voice_gateway.transports.audiosocket import AudioSocketServer
from voice_gateway.transports.calls import Calls
from voice_gateway.transports.port import OnCall
from voice_gateway.transports.sip.rules import Rules
from voice_gateway.transports.sip.server import SipServer

log = get_logger(__name__)


class Server(Protocol):
    """What listens on a port of its own."""

    async def start(self) -> None:
        """Raises OSError."""
        ...

    async def stop(self) -> None: ...


def servers(settings: Settings, on_call: OnCall) -> dict[str, Server]:
    """Those that are wanted: a port of 0 turns one off."""
    made: dict[str, Server] = {}
    if settings.sip_port:
        trunks = tuple(network.strip() for network in settings.sip_trunks.split(",") if network.strip())
        rules = Rules(allowed=trunks, trusted=trunks, transfer_domain=settings.sip_domain)
        made["sip"] = SipServer(on_call, settings.bind, settings.sip_port, settings.most_calls, rules=rules,
                                advertised=settings.sip_address)  # fmt: skip
    if settings.audiosocket_port:
        made["audiosocket"] = AudioSocketServer(on_call, settings.bind, settings.audiosocket_port, settings.most_calls)
    return made


async def opened(wanted: dict[str, Server]) -> dict[str, Server]:
    """Those that listen now; the others are told in the log, with the setting that moves them."""
    listening: dict[str, Server] = {}
    for name, server in wanted.items():
        try:
            await server.start()
        except OSError as error:
            log.error("no calls by %s", name, extra={"reason": error.strerror, "setting": f"YIDA_{name.upper()}_PORT"})
            continue
        listening[name] = server
    return listening


def websockets(settings: Settings, on_call: OnCall, calls: Calls, conversation_of: Callable[[object], str | None]) -> list[web.RouteDef]:
    """The routes below /voice/."""
    key = settings.voice_key.get_secret_value()
    return [
        *(route for way in (asterisk_ws, twilio, l16) for route in way.routes(on_call, key, calls)),
        *browser.routes(on_call, calls, conversation_of),
    ]


