"""The only way into Rasa: the gateway's channel, with a shared key and whole replies.

Rasa's REST channel drops what is not text, picture or button; ours hands back every field an
action gave (`speech`, `kind`, ...), and runs the turn under the gateway's trace id.
"""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.rasa.tracker_store import LiveTrackerStore
from bot.rasa.whole_turns import TurnAborted
from common.trace import tracing

log = logging.getLogger(__name__)

#: Fields of a reply that travel to the gateway, besides `text` and `buttons`.
REPLY_FIELDS = ("speech", "kind", "image", "links", "entry_id", "data")


class WholeReplies(CollectingOutputChannel):
    """Keeps each reply as one object instead of splitting it into messages."""

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        reply: dict[str, Any] = {"text": message.get("text") or "", "buttons": message.get("buttons") or []}
        reply.update({key: message[key] for key in REPLY_FIELDS if message.get(key)})
        self.messages.append(reply)


class GatewayInput(InputChannel):
    """`POST /webhooks/gateway/webhook {"sender", "message", "metadata"}` -> `{"messages": [...]}`.

    With `"again": true` a message that was served already, by its `message_id`, gets the same answer.
    Answers 403 without the key, 422 on a body of another shape, 503 when the turn failed inside Rasa.
    `POST /webhooks/gateway/forget` empties the tracker store; `/later` `{"sender", "seconds"}` makes a conversation older.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    @classmethod
    def name(cls) -> str:
        return "gateway"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        key = (credentials or {}).get("key")
        if not key:
            raise ValueError("credentials.yml: the gateway channel needs a key (YIDA_INTERNAL_KEY)")
        return cls(key)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        blueprint = Blueprint("gateway_webhook", __name__)

        @blueprint.get("/")
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @blueprint.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            if not self._admits(request):
                return response.json({"error": "forbidden"}, status=403)
            body = request.json
            if not isinstance(body, dict) or not all(isinstance(body.get(k), str) for k in ("sender", "message")):
                return response.json({"error": "sender and message are required"}, status=422)
            metadata = body.get("metadata") or {}
            output, started = WholeReplies(), time.perf_counter()
            with tracing(metadata.get("trace_id")):
                try:
                    if body.get("again"):
                        agent = request.app.ctx.agent
                        async with agent.lock_store.lock(body["sender"]):  # the first try may still be running
                            tracker = await agent.tracker_store.retrieve(body["sender"])
                        for event in _answers(tracker, metadata.get("message_id")):
                            await output.send_response(body["sender"], event.message())
                    if not output.messages:
                        await on_new_message(
                            UserMessage(body["message"], output, body["sender"],
                                        input_channel=metadata.get("channel") or self.name(), metadata=metadata)
                        )
                except (Exception, TurnAborted) as error:  # whatever broke, the gateway must know the turn failed
                    log.error("turn failed", extra={"error_type": type(error).__name__})
                    return response.json({"error": "turn_failed"}, status=503)
                log.info("turn", extra={"replies": len(output.messages),
                                        "ms": round((time.perf_counter() - started) * 1000, 1)})
            return response.json({"messages": output.messages}, ensure_ascii=False)

        @blueprint.post("/forget")
        async def forget(request: Request) -> HTTPResponse:
            if not self._admits(request):
                return response.json({"error": "forbidden"}, status=403)
            _forget_all(request.app.ctx.agent.tracker_store)
            return response.json({"status": "ok"})

        @blueprint.post("/later")
        async def later(request: Request) -> HTTPResponse:
            if not self._admits(request):
                return response.json({"error": "forbidden"}, status=403)
            store = getattr(request.app.ctx.agent.tracker_store, "_tracker_store", request.app.ctx.agent.tracker_store)
            if not isinstance(store, LiveTrackerStore):
                return response.json({"error": "not_supported"}, status=501)
            store.make_older(str(request.json["sender"]), float(request.json["seconds"]))
            return response.json({"status": "ok"})

        return blueprint

    def _admits(self, request: Request) -> bool:
        return hmac.compare_digest(request.headers.get("X-Yida-Key", "").encode(), self._key.encode())


def _answers(tracker: DialogueStateTracker | None, message_id: str | None) -> list[BotUttered]:
    """What was answered to a message in a turn that was kept, although its answer did not arrive."""
    found: list[BotUttered] = []
    ours = False
    for event in tracker.events if tracker and message_id else ():
        if isinstance(event, UserUttered):
            ours = (event.metadata or {}).get("message_id") == message_id
        elif ours and isinstance(event, BotUttered):
            found.append(event)
    return found


def _forget_all(store: Any) -> None:
    """Empty the tracker store: the demo is put back. Rasa has no way of its own to do so."""
    store = getattr(store, "_tracker_store", store)  # Rasa wraps the store it was told to use
    if isinstance(store, LiveTrackerStore):
        store.forget_all()
    elif isinstance(store, SQLTrackerStore):
        with store.session_scope() as session:
            session.query(store.SQLEvent).delete()
            session.commit()
    elif isinstance(store, InMemoryTrackerStore):
        store.store.clear()
    else:
        raise NotImplementedError(f"cannot empty a {type(store).__name__}")
