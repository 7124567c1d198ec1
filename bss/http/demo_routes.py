"""`/demo/messages` and `/demo/reset`: what was sent, and putting everything back. Loopback only."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable

from aiohttp import web

from bss.demo.operator import DemoOperator


def demo_routes(
    demo: DemoOperator, on_reset: Callable[[], Awaitable[None]] | None = None
) -> list[web.RouteDef]:
    """Routes for the gateway of a demo. `on_reset` resets what is kept elsewhere (tickets, codes)."""

    async def messages(request: web.Request) -> web.Response:
        _loopback(request)
        sent = await demo.messages(request.query.get("phone", ""))
        return web.json_response(
            [
                {"id": m.message_id, "phone": m.phone, "text": m.text, "kind": m.kind.value,
                 "at": m.at.isoformat()}
                for m in sent
            ]
        )  # fmt: skip

    async def reset(request: web.Request) -> web.Response:
        _loopback(request)
        await demo.reset()
        if on_reset is not None:
            await on_reset()
        return web.json_response({"ok": True})

    return [web.get("/demo/messages", messages), web.post("/demo/reset", reset)]


def _loopback(request: web.Request) -> None:
    """404 for anyone who is not on this machine, as if there were nothing here."""
    try:
        local = ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        local = False
    if not local or "X-Forwarded-For" in request.headers:
        raise web.HTTPNotFound
