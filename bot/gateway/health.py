"""`/healthz` and `/metrics`."""

from __future__ import annotations

from aiohttp import web

from bot.gateway.keys import METRICS, RASA

routes = web.RouteTableDef()


@routes.get("/healthz")
async def healthz(request: web.Request) -> web.Response:
    """200 with the state of each process when all are ready, else 503 with the same body."""
    processes = {"gateway": True, **(await request.app[RASA].ready())}
    ready = all(processes.values())
    return web.json_response(
        {"status": "ready" if ready else "starting",
         "processes": {name: "ready" if up else "down" for name, up in processes.items()}},
        status=200 if ready else 503,
    )


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Prometheus exposition."""
    return web.Response(body=request.app[METRICS].text(), headers={"Content-Type": "text/plain; version=0.0.4"})
