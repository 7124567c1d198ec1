"""What every request passes: trace id, limits by address, security headers, errors without stack traces."""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.conversation.limits import RateLimit
from bot.gateway.keys import METRICS
from bot.gateway.trust import holds_channel_key
from common.errors import InvalidInput, YidaError
from common.trace import new_trace_id, tracing

log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_HEADERS = {
    "Server": "yida",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}
_POLICY = ("default-src 'self'; connect-src 'self' ws://{host} wss://{host}; base-uri 'none'; form-action 'self'; "
           "object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'")
#: Paths that are never limited: probes must get through when customers do not.
_FREE = ("/healthz", "/metrics", "/static/")


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost: a trace id, safe headers, and an error body that says nothing of our insides."""
    with tracing(new_trace_id()) as trace_id:
        try:
            response = await handler(request)
        except web.HTTPException as error:
            kept = {name: value for name, value in error.headers.items() if name in ("Allow", "Location")}
            response = web.json_response({"error": error.reason.lower().replace(" ", "_")}, status=error.status,
                                         headers=kept)
        except InvalidInput as error:
            response = web.json_response({"error": error.code, "detail": str(error), "message": error.message_zh},
                                         status=422)
        except YidaError as error:
            response = web.json_response({"error": error.code, "message": error.message_zh}, status=503)
        except ConnectionResetError:  # nobody is there to be answered
            raise
        except Exception as error:
            log.exception("request broke", extra={"route": _route(request), "error_type": type(error).__name__})
            response = web.json_response({"error": "internal", "trace": trace_id}, status=500)
        request.app[METRICS].requests.labels(_route(request), str(response.status)).inc()
        if not response.prepared:
            response.headers.update(_HEADERS)
            response.headers["Content-Security-Policy"] = _POLICY.format(host=_host(request))
            response.headers["X-Trace-Id"] = trace_id
            response.headers.setdefault("Cache-Control", "no-cache")
        return response


def limit_by_address(limit: RateLimit) -> Middleware:
    """429 for an address that asks too often. Programs with a channel key answer for their own customers."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(_FREE) and not holds_channel_key(request):
            wait = limit.take(request.remote or "-")
            if wait:
                return web.json_response({"error": "too_many_requests", "message": "请求太频繁，请稍后再试。"},
                                         status=429, headers={"Retry-After": str(math.ceil(wait))})
        return await handler(request)

    return check


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"


def _host(request: web.Request) -> str:
    return "".join(ch for ch in request.host if ch.isalnum() or ch in ".:-[]")
