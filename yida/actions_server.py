"""The action server process: rasa-sdk's ActionExecutor behind aiohttp, `python -m yida.actions_server`.

rasa-sdk's own server starts worker processes and pickles actions; one event loop is enough here.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import sys
from collections.abc import AsyncIterator

from aiohttp import web
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionMissingDomainException, ActionNotFoundException

from actions.registry import all_actions
from bss.demo import DemoOperator
from common.errors import ConfigError, YidaError
from common.log import setup_logging
from common.settings import Settings
from nlu.standard.form import warm
from yida.services import Running, open_services

log = logging.getLogger(__name__)

#: A tracker with a long conversation, bytes.
MAX_BODY = 8 * 1024 * 1024
EXECUTOR = web.AppKey("executor", ActionExecutor)
RUNNING = web.AppKey("running", Running)
SETTINGS = web.AppKey("settings", Settings)


async def webhook(request: web.Request) -> web.Response:
    """Rasa's call: run one action."""
    # Rasa leaves the domain out (`enable_selective_domain`); no action of ours reads it, the executor insists on one.
    call = {"domain": {}, **await request.json()}
    try:
        result = await request.app[EXECUTOR].run(call)
    except ActionExecutionRejection as error:
        return web.json_response({"error": str(error), "action_name": error.action_name}, status=400)
    except ActionNotFoundException as error:
        return web.json_response({"error": str(error), "action_name": error.action_name}, status=404)
    except ActionMissingDomainException as error:
        return web.json_response({"error": str(error), "action_name": error.action_name}, status=449)
    return web.json_response(result.model_dump() if result else {"events": [], "responses": []})


async def health(request: web.Request) -> web.Response:
    """200 once the services stand; says how the knowledge base is."""
    status = request.app[RUNNING].services.knowledge.status()
    return web.json_response({"status": "ok", "knowledge": {"entries": status["entries"], "ok": status["ok"]}})


async def demo_messages(request: web.Request) -> web.Response:
    """What the demo operator sent to a phone."""
    demo = _demo(request)
    sent = await demo.messages(request.query.get("phone", ""))
    return web.json_response([{"phone": m.phone, "text": m.text, "kind": str(m.kind), "at": m.at.isoformat()}
                              for m in sent])


async def demo_reset(request: web.Request) -> web.Response:
    """Put the demo back: customers, codes, proofs, tickets."""
    demo = _demo(request)
    await demo.reset()
    services = request.app[RUNNING].services
    await services.identity.clear()
    await services.desk.forget_all()
    return web.json_response({"status": "ok"})


async def caller(request: web.Request) -> web.Response:
    """`{"phone"}`: how to speak to a caller whose number is proven."""
    _only_ours(request)
    body = await request.json()
    try:
        customer = await request.app[RUNNING].services.operator.customers.find(str(body.get("phone") or ""))
    except YidaError:
        return web.json_response({"known": False, "elder": False})
    return web.json_response({"known": True, "elder": customer.elder})


def _only_ours(request: web.Request) -> None:
    key = request.app[SETTINGS].internal_key.get_secret_value()
    if not hmac.compare_digest(request.headers.get("X-Yida-Key", "").encode("utf-8", "replace"), key.encode()):
        raise web.HTTPForbidden()


def _demo(request: web.Request) -> DemoOperator:
    _only_ours(request)
    demo = request.app[RUNNING].demo
    if demo is None:
        raise web.HTTPNotFound()
    return demo


def build_app(settings: Settings) -> web.Application:
    """The application; services are opened when it starts."""
    app = web.Application(client_max_size=MAX_BODY)
    app[SETTINGS] = settings
    app.add_routes([web.post("/webhook", webhook), web.get("/health", health),
                    web.get("/internal/demo/messages", demo_messages),
                    web.post("/internal/demo/reset", demo_reset), web.post("/internal/caller", caller)])
    app.cleanup_ctx.append(_services)
    return app


async def _services(app: web.Application) -> AsyncIterator[None]:
    running = await open_services(app[SETTINGS])
    await asyncio.to_thread(warm)
    executor = ActionExecutor()
    for action in all_actions(running.services, running.recorder):
        executor.register_action(action)
    app[RUNNING], app[EXECUTOR] = running, executor
    periodic = asyncio.create_task(running.services.desk.run())
    yield
    periodic.cancel()
    await asyncio.gather(periodic, return_exceptions=True)
    await running.close()


def main() -> None:
    """Serve until stopped."""
    settings = Settings()
    setup_logging("actions", settings.log_level)
    logging.getLogger("rasa_sdk").setLevel(logging.WARNING)
    try:
        import uvloop

        web.run_app(build_app(settings), host="127.0.0.1", port=settings.actions_port, print=None, access_log=None,
                    loop=uvloop.new_event_loop(), shutdown_timeout=5)
    except ConfigError as error:
        sys.exit(error.message_zh)


if __name__ == "__main__":
    main()
