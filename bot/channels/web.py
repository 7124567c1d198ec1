"""The chat page: its session, and its websocket. The frames are listed in bot/web/README.md."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from bot.conversation.errors import ConversationError
from bot.conversation.messages import Incoming, Stored
from bot.conversation.turns import Conversations
from bot.gateway.keys import CONVERSATIONS, METRICS, PAGES, SESSIONS
from bot.gateway.trust import same_origin

log = logging.getLogger(__name__)

#: Largest frame a page may send, bytes; its messages waiting for an answer; frames it has not read yet.
MAX_FRAME = 16 * 1024
MAX_WAITING = 20
MAX_UNREAD = 1000
HEARTBEAT = 25.0
UNKNOWN_TOKEN = 4401

routes = web.RouteTableDef()


@routes.post("/api/chat/session")
async def session(request: web.Request) -> web.Response:
    """`{"token": earlier one or null}` -> `{"token", "conversation_id", "profile"}`; an unknown token gets a new one."""
    try:
        body = await request.json()
    except (ValueError, LookupError, RecursionError):
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
    if not same_origin(request):
        raise web.HTTPForbidden(text="cross-origin websocket refused")
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=MAX_FRAME)
    await socket.prepare(request)
    pages = request.app[PAGES]
    pages.add(socket)
    request.app[METRICS].sockets.set(len(pages))
    try:
        await _Page(request, socket).run()
    finally:
        pages.discard(socket)
        request.app[METRICS].sockets.set(len(pages))
    return socket


class _Page:
    """One open page. All frames go out through one queue, so that they keep their order."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self._request, self._socket = request, socket
        self._conversations: Conversations = request.app[CONVERSATIONS]
        self._sessions = request.app[SESSIONS]
        self._conversation_id = ""
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=MAX_UNREAD)
        self._turns: set[asyncio.Task[None]] = set()
        self._own: set[str] = set()  # ids of messages that this page has sent and that are being served
        self._told = 0  # the last `seq` in the welcome

    async def run(self) -> None:
        last_seq = await self._hello()
        if last_seq is None:
            return
        # Listen first: what is said while the history is read must not be missed.
        stop = self._conversations.listen(self._conversation_id, self._heard)
        try:
            if not await self._welcome(last_seq):
                return
            writer = asyncio.create_task(self._write())
            try:
                await self._read()
            finally:
                writer.cancel()
                await asyncio.gather(writer, return_exceptions=True)
        finally:
            stop()

    async def _hello(self) -> int | None:
        """The page says who it is and what it has; None where the socket was closed over it."""
        try:
            frame = json.loads(await asyncio.wait_for(self._socket.receive_str(), 15))
            kind, token, last_seq = frame["type"], frame.get("token"), frame.get("last_seq") or 0
        except (TypeError, ValueError, KeyError, AttributeError, TimeoutError, RecursionError):
            kind, token, last_seq = "", None, 0
        if kind != "hello" or not isinstance(last_seq, int):
            await self._socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return None
        self._conversation_id = self._sessions.conversation(token) or ""
        if not self._conversation_id:
            await self._socket.close(code=UNKNOWN_TOKEN, message=b"session_expired")
            return None
        return last_seq

    async def _welcome(self, last_seq: int) -> bool:
        journal = self._conversations.journal
        head = await journal.head(self._conversation_id)
        if last_seq > head.seq:  # the page shows what the journal no longer has: it must start anew
            self._sessions.end(self._conversation_id)
            await self._socket.close(code=UNKNOWN_TOKEN, message=b"session_expired")
            return False
        missed = await journal.since(self._conversation_id, max(0, last_seq))
        self._told = missed[-1].seq if missed else head.seq
        await self._socket.send_json({"type": "welcome", "conversation_id": self._conversation_id,
                                      "profile": head.profile, "messages": [m.as_frame() for m in missed]},
                                     dumps=_dumps)
        return True

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type != WSMsgType.TEXT:
                await self._socket.close(code=WSCloseCode.UNSUPPORTED_DATA)
                return
            await self._frame(message.data)

    async def _frame(self, data: str) -> None:
        try:
            frame = json.loads(data)
            kind = frame["type"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return self._send({"type": "error", "code": "bad_frame", "text": "消息格式不对。"})
        if kind == "ping":
            self._send({"type": "pong"})
        elif kind == "profile" and frame.get("profile") in ("elder", "standard"):
            await self._conversations.journal.set_profile(self._conversation_id, frame["profile"])
        elif kind == "message":
            self._message(frame)
        else:
            self._send({"type": "error", "code": "bad_frame", "text": "消息格式不对。"})
        return None

    def _message(self, frame: dict[str, Any]) -> None:
        message_id, text, title = frame.get("id"), frame.get("text"), frame.get("title") or ""
        if not (isinstance(message_id, str) and 1 <= len(message_id) <= 64 and message_id.isprintable()
                and isinstance(text, str) and isinstance(title, str)):
            return self._send({"type": "error", "code": "bad_frame", "text": "消息格式不对。"})
        if len(self._turns) >= MAX_WAITING:
            return self._send({"type": "error", "code": "too_many_messages", "text": "您发得太快了，请稍等一下再发。",
                               "id": message_id})
        incoming = Incoming(self._conversation_id, message_id, text, "web", title=title)
        task = asyncio.create_task(self._turn(incoming))
        self._turns.add(task)
        task.add_done_callback(self._turns.discard)
        return None

    async def _turn(self, incoming: Incoming) -> None:
        self._send({"type": "typing", "on": True})
        self._own.add(incoming.message_id)
        try:
            await self._conversations.handle(incoming, journaled=self._acknowledge)
        except ConversationError as error:
            self._send({"type": "error", "code": error.code, "text": error.message_zh, "id": incoming.message_id})
        except Exception as error:
            log.exception("turn broke", extra={"error_type": type(error).__name__})
            self._send({"type": "error", "code": "internal", "text": "系统开小差了，请再发一次。",
                        "id": incoming.message_id})
        finally:
            self._own.discard(incoming.message_id)
            if len(self._turns) <= 1:
                self._send({"type": "typing", "on": False})

    async def _heard(self, message: Stored) -> None:
        """Something was said in this conversation, here or on another page."""
        if message.sender != "user" or message.message_id not in self._own:
            self._send(message.as_frame())
        if message.data.get("profile"):
            self._send({"type": "profile", "profile": message.data["profile"]})

    def _acknowledge(self, message: Stored) -> None:
        self._send({"type": "ack", "id": message.message_id, "seq": message.seq})

    def _send(self, frame: dict[str, Any]) -> None:
        try:
            self._out.put_nowait(frame)
        except asyncio.QueueFull:
            # A page that does not read hears no farewell either: it comes back and catches up from the journal.
            if self._request.transport:
                self._request.transport.abort()

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while not self._socket.closed:
                frame = await self._out.get()
                if frame["type"] != "message" or frame["seq"] > self._told:
                    await self._socket.send_json(frame, dumps=_dumps)


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
