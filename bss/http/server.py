"""An aiohttp application that serves any `Operator` in TM Forum shapes, behind a Bearer key.

Stands for the operator's own systems in tests and demonstrations, and shows an operator's engineers
what the adapter expects of theirs.
"""

from __future__ import annotations

import hmac

from aiohttp import web
from aiohttp.typedefs import Handler

from bss.errors import AccessRefused, BadAnswer
from bss.http import routes_people, routes_products, routes_service
from bss.http.wire import error_body
from bss.ports import Operator
from common.errors import YidaError
from common.log import get_logger

_log = get_logger(__name__)


def create_app(operator: Operator, key: str) -> web.Application:
    """Serve `operator` to whoever holds `key`."""
    app = web.Application(middlewares=[_errors, _bearer(key)])
    app.add_routes(routes_people.routes(operator))
    app.add_routes(routes_products.routes(operator))
    app.add_routes(routes_service.routes(operator))
    return app


def _bearer(key: str) -> web.middleware:  # type: ignore[valid-type]
    expected = f"Bearer {key}".encode()

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, expected):
            raise AccessRefused
        return await handler(request)

    return check


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error as a TMF630 body; garbled systems answer a page nobody can read."""
    try:
        return await handler(request)
    except BadAnswer:
        return web.Response(text="<html>gateway</html>", content_type="text/html")
    except YidaError as error:
        status, body = error_body(error)
        return web.json_response(body, status=status)
    except web.HTTPException:
        raise
    except Exception:
        _log.exception("operator system failed", extra={"path": request.path})
        return web.json_response({"code": "internal", "status": "500", "@type": "Error"}, status=500)
