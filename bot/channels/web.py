"""The chat page: its session, and its websocket. The frames are listed in bot/web/README.md."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from bot.conversation.errors import ConversationError
from bot.conversation.messages import Incoming, Stored
from bot.conversation.turns import Conversations
from bot.gateway.keys import CONVERSATIONS, METRICS, SESSIONS, SETTINGS

log = logging.getLogger(__name__)

#: Largest frame a page may send, bytes; frames of one socket waiting for an answer at once.
MAX_FRAME = 16 * 1024
MAX_WAITING = 20
HEARTBEAT = 25.0
UNKNOWN_TOKEN = 4401

routes = web.RouteTableDef()


@routes.post("/api/chat/session")
async def session(request: web.Request) -> web.Response:
    """`{"token": earlier one or null}` -> `{"token", "conversation_id", "profile"}`; an unknown token gets a new one."""
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        body = {}
    sessions = request.app[SESSIONS]
    conversation_id = sessions.conversation(body.get("token") if isinstance(body, dict) else None)
    if conversation_id is None:
        conversation_id, _ = sessions.new()
    head = await request.app[CONVERSATIONS].journal.head(conversation_id)
    return web.json_response({"token": sessions.token(conversation_id), "conversation_id": conversation_id,
                              "profile": head.profile})


@routes.get("/ws/chat")
async def chat(request: web.Request) -> web.WebSocketResponse:
    """The page's websocket."""
    if not _same_origin(request):
        raise web.HTTPForbidden(text="cross-origin websocket refused")
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=MAX_FRAME)
    await socket.prepare(request)
    metrics = request.app[METRICS]
    metrics.sockets.inc()
    try:
        await _Page(request, socket).run()
    finally:
        metrics.sockets.dec()
    return socket


def _same_origin(request: web.Request) -> bool:
    origin = request.headers.get("Origin")
    return origin is None or origin.split("://", 1)[-1] == request.host


class _Page:
    """One open page. All frames go out through one queue, so that they keep their order."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self._socket = socket
        self._conversations: Conversations = request.app[CONVERSATIONS]
        self._sessions = request.app[SESSIONS]
        self._longest = request.app[SETTINGS].max_message_chars
        self._conversation_id: str | None = None
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=1000)
        self._turns: set[asyncio.Task[None]] = set()
        self._acknowledged: set[str] = set()
        self._welcomed = asyncio.Event()

    async def run(self) -> None:
        writer = asyncio.create_task(self._write())
        stop = None
        try:
            stop = await self._hello()
            if stop is None:
                return
            async for message in self._socket:
                if message.type != WSMsgType.TEXT:
                    break
                await self._frame(message.data)
        finally:
            if stop:
                stop()
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def _hello(self) -> Any:
        try:
            frame = json.loads(await asyncio.wait_for(self._socket.receive_str(), 15))
            last_seq = int(frame.get("last_seq") or 0)
        except (TypeError, ValueError, AttributeError, TimeoutError, RecursionError):
            await self._socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return None
        self._conversation_id = self._sessions.conversation(frame.get("token"))
        if frame.get("type") != "hello" or self._conversation_id is None:
            await self._socket.close(code=UNKNOWN_TOKEN, message=b"session_expired")
            return None
        journal = self._conversations.journal
        # Listen first: what is said while the history is read must not be missed; the page drops doubles.
        stop = self._conversations.listen(self._conversation_id, self._heard)
        head = await journal.head(self._conversation_id)
        missed = await journal.since(self._conversation_id, last_seq)
        await self._socket.send_json({"type": "welcome", "conversation_id": self._conversation_id,
                                      "profile": head.profile, "messages": [m.as_frame() for m in missed]},
                                     dumps=_dumps)
        self._welcomed.set()
        return stop

    async def _frame(self, data: str) -> None:
        try:
            frame = json.loads(data)
            kind = frame["type"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return self._send({"type": "error", "code": "bad_frame", "text": "消息格式不对。"})
        if kind == "ping":
            self._send({"type": "pong"})
        elif kind == "profile" and frame.get("profile") in ("elder", "standard"):
            assert self._conversation_id
            await self._conversations.journal.set_profile(self._conversation_id, frame["profile"])
        elif kind == "message":
            self._message(frame)
        else:
            self._send({"type": "error", "code": "bad_frame", "text": "消息格式不对。"})
        return None

    def _message(self, frame: dict[str, Any]) -> None:
        message_id, text, title = frame.get("id"), frame.get("text"), frame.get("title") or ""
        if not (isinstance(message_id, str) and 1 <= len(message_id) <= 64 and isinstance(text, str)
                and isinstance(title, str)):
            return self._send({"type": "error", "code": "bad_message", "text": "消息格式不对。",
                               "id": str(message_id)[:64]})
        if len(self._turns) >= MAX_WAITING:
            return self._send({"type": "error", "code": "too_many_messages", "text": "您发得太快了，请稍等一下再发。",
                               "id": message_id})
        assert self._conversation_id
        incoming = Incoming(self._conversation_id, message_id, text, "web", title=title[:100])
        task = asyncio.create_task(self._turn(incoming))
        self._turns.add(task)
        task.add_done_callback(self._turns.discard)
        return None

    async def _turn(self, incoming: Incoming) -> None:
        self._send({"type": "typing", "on": True})
        try:
            replies = await self._conversations.handle(incoming)
            if incoming.message_id not in self._acknowledged:
                # Sent again after a broken line: what was said then is said to this page too; it drops doubles.
                self._acknowledge(incoming.message_id, replies[0].seq - 1 if replies else 0)
                for reply in replies:
                    self._send(reply.as_frame())
        except ConversationError as error:
            self._send({"type": "error", "code": error.code, "text": error.message_zh, "id": incoming.message_id})
        except Exception as error:
            log.exception("turn broke", extra={"error_type": type(error).__name__})
            self._send({"type": "error", "code": "internal", "text": "系统开小差了，请再发一次。",
                        "id": incoming.message_id})
        finally:
            self._send({"type": "typing", "on": False})

    async def _heard(self, message: Stored) -> None:
        """Something was said in this conversation, here or on another page."""
        if message.sender == "user":
            self._acknowledge(message.message_id, message.seq)
        self._send(message.as_frame())
        if message.data.get("profile"):
            self._send({"type": "profile", "profile": message.data["profile"]})

    def _acknowledge(self, message_id: str, seq: int) -> None:
        self._acknowledged.add(message_id)
        self._send({"type": "ack", "id": message_id, "seq": seq})

    def _send(self, frame: dict[str, Any]) -> None:
        try:
            self._out.put_nowait(frame)
        except asyncio.QueueFull:
            # A page that does not read: let it come back and catch up from the journal.
            asyncio.get_running_loop().create_task(self._socket.close(code=WSCloseCode.TRY_AGAIN_LATER))

    async def _write(self) -> None:
        await self._welcomed.wait()
        while True:
            frame = await self._out.get()
            if self._socket.closed:
                return
            try:
                await self._socket.send_json(frame, dumps=_dumps)
            except ConnectionError:
                return


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
