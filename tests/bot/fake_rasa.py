"""Rasa's gateway channel and the actions' health on loopback, as far as the gateway sees them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

Reply = dict[str, Any]


class FakeRasa:
    """Answers `收到：...`; `script` maps a text to other replies, `down` refuses, `gate` holds turns back."""

    def __init__(self) -> None:
        self.script: dict[str, list[Reply]] = {}
        self.turns: list[dict[str, Any]] = []
        self.forgotten = 0
        self.down = False
        self.fail_next = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.on_turn: Callable[[], None] = lambda: None
        app = web.Application()
        app.add_routes([
            web.post("/webhooks/gateway/webhook", self._turn), web.post("/webhooks/gateway/forget", self._forget),
            web.get("/status", self._health), web.get("/health", self._health),
            web.get("/internal/demo/messages", self._messages), web.post("/internal/demo/reset", self._health),
        ])  # fmt: skip
        self.server = TestServer(app)

    @property
    def port(self) -> int:
        assert self.server.port
        return self.server.port

    @property
    def texts(self) -> list[str]:
        return [turn["message"] for turn in self.turns]

    async def _turn(self, request: web.Request) -> web.Response:
        assert request.headers["X-Yida-Key"] == "yida-demo-internal-key"
        body = await request.json()
        self.turns.append(body)
        self.on_turn()
        await self.gate.wait()
        if self.down or self.fail_next:
            self.fail_next = max(0, self.fail_next - 1)
            return web.json_response({"error": "turn_failed"}, status=503)
        replies = self.script.get(body["message"], [{"text": f"收到：{body['message']}"}])
        return web.json_response({"messages": replies})

    async def _forget(self, request: web.Request) -> web.Response:
        self.forgotten += 1
        return web.json_response({"status": "ok"})

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"}, status=503 if self.down else 200)

    async def _messages(self, request: web.Request) -> web.Response:
        assert request.headers["X-Yida-Key"] == "yida-demo-internal-key"
        return web.json_response([{"phone": request.query["phone"], "text": "【易通】..."}])
