"""The gateway process: `python -m yida.gateway`. Parts in, routes out."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import WSCloseCode, web

from bot.channels import demo, rest
from bot.channels import web as page
from bot.conversation.journal import Journal
from bot.conversation.limits import RateLimit
from bot.conversation.rasa_client import RasaClient
from bot.conversation.turns import Conversations
from bot.gateway import health
from bot.gateway.keys import CONVERSATIONS, HTTP, METRICS, ON_RESET, PAGES, RASA, SESSIONS, SETTINGS
from bot.gateway.metrics import Metrics
from bot.gateway.middleware import guard, limit_by_address
from bot.gateway.safety import check_exposure
from bot.gateway.sessions import Sessions
from common.clock import Clock, SystemClock
from common.errors import ConfigError
from common.log import setup_logging
from common.settings import ROOT, Settings
from knowledge_base.encoder import Encoder
from knowledge_base.pages.app import build_pages
from knowledge_base.pages.layout import PREFIX
from yida.editors import editors
from yida.hotline.gateway import add_hotline

#: Largest request body, bytes.
MAX_BODY = 256 * 1024
_PAGE = ROOT / "bot" / "web" / "static"


def build_app(settings: Settings, clock: Clock | None = None, encoder: Encoder | None = None) -> web.Application:
    """The application, not yet started. Raises ConfigError where it would be unsafe to expose.

    `encoder` is that of the editors' pages, the product's own where None.
    """
    check_exposure(settings)
    clock = clock or SystemClock()
    app = web.Application(
        client_max_size=MAX_BODY,
        middlewares=[guard, limit_by_address(RateLimit(settings.rate_per_minute_ip, clock))],
    )
    app[SETTINGS] = settings
    app[METRICS] = Metrics()
    app[SESSIONS] = Sessions(settings.session_key.get_secret_value())
    app[PAGES] = set()
    app[ON_RESET] = []
    for module in (health, rest, page, demo):
        app.add_routes(module.routes)
    app.router.add_get("/", _index)
    app.router.add_static("/static/", _PAGE)
    pages = build_pages()
    app.add_subapp(PREFIX, pages)
    app.cleanup_ctx.append(lambda a: _parts(a, settings, clock))
    add_hotline(app, settings, clock)
    app.cleanup_ctx.append(lambda a: editors(a, pages, settings, clock, encoder))
    app.on_shutdown.append(_close_pages)
    return app


async def _index(request: web.Request) -> web.FileResponse:
    return web.FileResponse(_PAGE / "index.html")


async def _close_pages(app: web.Application) -> None:
    """Pages hear that we go, instead of holding up the stop; they come back by themselves."""
    for socket in app[PAGES].copy():
        await socket.close(code=WSCloseCode.GOING_AWAY)


async def _parts(app: web.Application, settings: Settings, clock: Clock) -> AsyncIterator[None]:
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    journal = Journal(settings.database, clock)
    await journal.start()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        app[HTTP] = session
        app[RASA] = RasaClient(
            session, f"http://127.0.0.1:{settings.rasa_port}", f"http://127.0.0.1:{settings.actions_port}",
            settings.internal_key.get_secret_value(), settings.turn_timeout, clock,
        )
        app[CONVERSATIONS] = Conversations(
            journal, app[RASA], RateLimit(settings.rate_per_minute, clock),
            longest=settings.max_message_chars, observe=app[METRICS].observe_turn,
        )
        yield
    await journal.close()


def main() -> None:
    """Serve until stopped."""
    settings = Settings()
    setup_logging("gateway", settings.log_level)
    try:
        app = build_app(settings)
    except ConfigError as error:
        sys.exit(error.message_zh)
    import uvloop

    try:
        web.run_app(app, host=settings.bind, port=settings.port, print=None, access_log=None,
                    loop=uvloop.new_event_loop(), shutdown_timeout=5)
    except ConfigError as error:
        sys.exit(error.message_zh)


if __name__ == "__main__":
    main()
