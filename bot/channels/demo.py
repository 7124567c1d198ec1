"""The demo's own pages: what was sent by text message, and putting everything back. Loopback only."""

from __future__ import annotations

import ipaddress

import aiohttp
from aiohttp import WSCloseCode, web

from bot.gateway.keys import CONVERSATIONS, HTTP, PAGES, RASA, SETTINGS
from bot.gateway.trust import same_origin

routes = web.RouteTableDef()


def _only_here(request: web.Request) -> None:
    settings = request.app[SETTINGS]
    peer = request.transport.get_extra_info("peername") if request.transport else None
    local = isinstance(peer, tuple) and ipaddress.ip_address(peer[0].split("%")[0]).is_loopback
    # A proxy on this machine speaks for others, and so does a page whose name was pointed here.
    forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For"))
    named_here = request.url.host in ("localhost", "127.0.0.1", "::1")
    if not settings.demo or not local or forwarded or not named_here or not same_origin(request):
        raise web.HTTPNotFound()


async def _ask_actions(request: web.Request, method: str, path: str, **query: str) -> web.Response:
    settings = request.app[SETTINGS]
    url = f"http://127.0.0.1:{settings.actions_port}{path}"
    headers = {"X-Yida-Key": settings.internal_key.get_secret_value()}
    try:
        async with request.app[HTTP].request(method, url, params=query, headers=headers,
                                             timeout=aiohttp.ClientTimeout(total=30)) as answer:
            return web.json_response(await answer.json(), status=answer.status)
    except (aiohttp.ClientError, TimeoutError):
        return web.json_response({"error": "actions_unavailable", "message": "动作服务还没准备好。"}, status=503)


@routes.get("/demo/messages")
async def messages(request: web.Request) -> web.Response:
    """`?phone=`: text messages sent to that number, newest first."""
    _only_here(request)
    return await _ask_actions(request, "GET", "/internal/demo/messages", phone=request.query.get("phone", ""))


@routes.post("/demo/reset")
async def reset(request: web.Request) -> web.Response:
    """Customers, tickets, codes and conversations as at the first start."""
    _only_here(request)
    answer = await _ask_actions(request, "POST", "/internal/demo/reset")
    if answer.status == 200:
        await request.app[RASA].forget_all()
        await request.app[CONVERSATIONS].journal.forget_all()
        for page in request.app[PAGES].copy():
            await page.close(code=WSCloseCode.SERVICE_RESTART)
    return answer
