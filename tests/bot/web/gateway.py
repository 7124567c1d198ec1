"""A small gateway speaking the chat page's protocol: a scripted bot, and switches to break the line."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

STATIC = Path(__file__).resolve().parents[3] / "bot" / "web" / "static"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
Reply = dict[str, Any]

GREETING = {
    "text": "您好！我可以帮您**查话费**、看流量、报修宽带。请问要办什么？",
    "buttons": [{"title": "我的套餐", "payload": "查一下我的套餐"}, {"title": "积分", "payload": "查积分"}],
}
SCRIPT: dict[str, list[Reply]] = {
    "查话费": [
        {
            "text": "您的号码 138****0001 目前余额 **35.80 元**。\n\n"
            "上月账单 135.60 元：\n1. 月费 129.00 元\n2. 流量包 6.60 元",
            "speech": '余额<say-as interpret-as="amount">35.80</say-as>。<break time="300ms"/>上月账单'
            '<say-as interpret-as="amount">135.60</say-as>。',
            "buttons": [
                {"title": "账单明细", "payload": "上个月账单明细"},
                {"title": "去充值", "payload": "我要充值"},
                {"title": "不用了", "payload": "不用了谢谢"},
            ],
        }
    ],
    "查流量": [{"text": "本月套餐含 **30 GB**，已用 17.6 GB，还剩 **12.4 GB**，月底清零。"}],
    "宽带报修": [
        {
            "text": "先看一下光猫上的 **LOS** 灯：它现在是什么颜色？",
            "buttons": [{"title": "红灯亮或闪", "payload": "红灯"}, {"title": "不亮", "payload": "不亮"}],
        }
    ],
    "人工客服": [
        {"from": "system", "text": "正在为您转接人工客服，前面还有 2 位"},
        {"from": "agent", "text": "您好，我是客服小林，您刚才说的我都看到了。"},
    ],
}


@dataclass
class Conversation:
    """One customer's conversation: journal in order, ids already seen."""

    token: str
    id: str
    profile: str = "standard"
    journal: list[Reply] = field(default_factory=list)
    sockets: set[web.WebSocketResponse] = field(default_factory=set)

    def append(self, sender: str, reply: Reply) -> Reply:
        seq = len(self.journal) + 1
        now = datetime.now(UTC).isoformat()
        message = {
            "type": "message",
            "from": sender,
            "at": now,
            "buttons": [],
            "id": f"{self.id}-{seq}",
            **reply,
            "seq": seq,
        }
        self.journal.append(message)
        return message


class FakeGateway:
    """`script` maps a text to replies; `cut` says at which point of the next turns the line breaks."""

    def __init__(self) -> None:
        self.conversations: dict[str, Conversation] = {}
        self.script = dict(SCRIPT)
        self.greet: Reply | None = GREETING
        self.new_profile = "standard"
        self.refuse = False
        self.delay_s = 0.0
        self.received: list[dict[str, Any]] = []
        self.hellos: list[int] = []
        self.cut: Callable[[], str | None] = lambda: None
        self.reject: dict[str, dict[str, str]] = {}
        self._ids = itertools.count(1)
        self.url = ""
        self.more: list[web.RouteDef] = []
        self._runner: web.AppRunner | None = None

    async def start(self) -> FakeGateway:
        app = web.Application()
        app.on_response_prepare.append(self._headers)
        app.router.add_get("/", self._index)
        app.router.add_static("/static/", STATIC)
        app.router.add_post("/api/chat/session", self._session)
        app.router.add_get("/ws/chat", self._socket)
        app.add_routes(self.more)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"
        return self

    async def stop(self) -> None:
        self.drop()
        if self._runner:
            await self._runner.cleanup()

    @property
    def only(self) -> Conversation:
        (conversation,) = self.conversations.values()
        return conversation

    def texts(self, sender: str = "user") -> list[str]:
        return [m["text"] for m in self.only.journal if m["from"] == sender]

    def drop(self) -> None:
        """Breaks every line the hard way: the transport goes, no close frame."""
        for conversation in self.conversations.values():
            for socket in list(conversation.sockets):
                self._abort(conversation, socket)

    async def push(self, reply: Reply, sender: str = "bot") -> None:
        message = self.only.append(reply.get("from", sender), reply)
        await self.broadcast(message)

    async def broadcast(self, frame: Reply) -> None:
        for socket in list(self.only.sockets):
            await self._send(socket, frame)

    @staticmethod
    def _abort(conversation: Conversation, socket: web.WebSocketResponse) -> None:
        conversation.sockets.discard(socket)
        if socket._req is not None and socket._req.transport is not None:
            socket._req.transport.abort()

    @staticmethod
    async def _send(socket: web.WebSocketResponse, frame: Reply) -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            await socket.send_str(json.dumps(frame, ensure_ascii=False))

    async def _headers(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(HEADERS)

    async def _index(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _session(self, request: web.Request) -> web.Response:
        if self.refuse:
            return web.Response(status=503)
        token = (await request.json())["token"]
        conversation = self.conversations.get(token or "")
        if conversation is None:
            number = next(self._ids)
            conversation = Conversation(f"token-{number}", f"c{number}", self.new_profile)
            self.conversations[conversation.token] = conversation
            if self.greet:
                conversation.append("bot", self.greet)
        return web.json_response(
            {"token": conversation.token, "conversation_id": conversation.id, "profile": conversation.profile}
        )

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if self.refuse:
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        conversation: Conversation | None = None
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            frame = json.loads(message.data)
            self.received.append(frame)
            if frame["type"] == "hello":
                conversation = self.conversations.get(frame["token"])
                if conversation is None:
                    await socket.close(code=4401)
                    break
                self.hellos.append(frame["last_seq"])
                missed = [m for m in conversation.journal if m["seq"] > frame["last_seq"]]
                conversation.sockets.add(socket)
                welcome = {
                    "conversation_id": conversation.id,
                    "profile": conversation.profile,
                    "messages": missed,
                }
                await self._send(socket, {"type": "welcome", **welcome})
            elif frame["type"] == "ping":
                await self._send(socket, {"type": "pong"})
            elif conversation and frame["type"] == "profile":
                conversation.profile = frame["profile"]
            elif conversation and frame["type"] == "message":
                await self._turn(conversation, socket, frame)
        if conversation:
            conversation.sockets.discard(socket)
        return socket

    async def _turn(self, conversation: Conversation, socket: web.WebSocketResponse, frame: Reply) -> None:
        if frame["text"] in self.reject:
            await self._send(socket, {"type": "error", "id": frame["id"], **self.reject[frame["text"]]})
            return
        cut = self.cut()
        if cut == "before journal":
            return self._abort(conversation, socket)
        known = next((m for m in conversation.journal if m["id"] == frame["id"]), None)
        if known:
            return await self._send(socket, {"type": "ack", "id": frame["id"], "seq": known["seq"]})
        entry = {"id": frame["id"], "text": frame["text"], "title": frame.get("title")}
        message = conversation.append("user", entry)
        for other in conversation.sockets - {socket}:
            await self._send(other, message)
        if cut == "before ack":
            self._abort(conversation, socket)
        else:
            await self._send(socket, {"type": "ack", "id": frame["id"], "seq": message["seq"]})
            await self._send(socket, {"type": "typing", "on": True})
        if cut == "before reply":
            self._abort(conversation, socket)
        await asyncio.sleep(self.delay_s)
        replies = self.script.get(frame["text"], [{"text": f"收到：{frame['text']}"}])
        for reply in replies:
            answer = conversation.append(reply.get("from", "bot"), reply)
            for other in list(conversation.sockets):
                await self._send(other, answer)
        await self._send(socket, {"type": "typing", "on": False})
        if cut == "after reply":
            self._abort(conversation, socket)
