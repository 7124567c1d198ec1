"""The demo's own pages: what was sent by text message, and putting everything back. Loopback only."""

from __future__ import annotations

import ipaddress

import aiohttp
from aiohttp import WSCloseCode, web

from bot.channels.rest import conversation_of, read_body
from bot.gateway.keys import CONVERSATIONS, HTTP, ON_RESET, PAGES, RASA, SETTINGS
from bot.gateway.trust import same_origin
from common.errors import InvalidInput

routes = web.RouteTableDef()
#: Longest time that may pass at once, seconds.
MAX_LATER = 90 * 86_400


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


@routes.post("/demo/later")
async def later(request: web.Request) -> web.Response:
    """`{"sender", "metadata": {"phone"}, "seconds"}`: time passes in that conversation, as for the REST channel's `sender`."""
    _only_here(request)
    body = await read_body(request)
    seconds = body.get("seconds")
    if not isinstance(seconds, int) or not 0 < seconds <= MAX_LATER:
        raise InvalidInput("seconds", message_zh=f"seconds 要在 1 到 {MAX_LATER} 之间。")
    await request.app[RASA].make_older(conversation_of(request, body), seconds)
    return web.json_response({"status": "ok"})


@routes.post("/demo/reset")
async def reset(request: web.Request) -> web.Response:
    """Customers, tickets, codes and conversations as at the first start."""
    _only_here(request)
    answer = await _ask_actions(request, "POST", "/internal/demo/reset")
    if answer.status == 200:
        await request.app[RASA].forget_all()
        await request.app[CONVERSATIONS].journal.forget_all()
        for forget in request.app[ON_RESET]:
            await forget()
        for page in request.app[PAGES].copy():
            await page.close(code=WSCloseCode.SERVICE_RESTART)
    return answer
