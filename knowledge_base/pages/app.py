"""The sub-application under `/kb`."""

from __future__ import annotations

from aiohttp import web

from common.staff.roles import Role
from common.staff.web import staff_guard
from knowledge_base.pages import (
    deletion,
    entries,
    entry,
    exchange,
    history,
    mining,
    misses,
    review,
    search,
    sign_in,
    sound,
    staff,
    status,
)
from knowledge_base.pages.frame import errors, safe_headers
from knowledge_base.pages.layout import HERE, PREFIX, go


def build_pages() -> web.Application:
    """The application; `PARTS`, `STAFF` and `SECURE` are put into it (or above it) before it serves."""
    app = web.Application(
        middlewares=[errors, staff_guard(Role.EDITOR, open_paths=(f"{PREFIX}/static/",))],
    )
    app.on_response_prepare.append(safe_headers)
    for module in (sign_in, search, entries, entry, deletion, review, history, exchange, misses, mining, status, sound, staff):
        app.add_routes(module.routes)
    app.router.add_get("", _home)
    app.router.add_static("/static", HERE / "static")
    return app


async def _home(request: web.Request) -> web.StreamResponse:
    return go(request, "/")
