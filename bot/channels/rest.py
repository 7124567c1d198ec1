"""`POST /webhooks/rest/webhook`: the Rasa REST shape, for programs.

A program that holds the channel key speaks for the phone it names (`metadata.phone`); for everybody else
that field counts for nothing, and the customer proves who they are by a one-time code. Without the key the
sender is all that tells conversations apart: a program should make it long and random.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from typing import Any

from aiohttp import web

from bot.conversation.errors import BotUnavailable, TooManyMessages
from bot.conversation.messages import Incoming, Stored
from bot.gateway.keys import CONVERSATIONS, SETTINGS
from bot.gateway.trust import holds_channel_key
from common.errors import InvalidInput
from common.trace import current_trace_id

#: Longest sender and message id, characters.
MAX_ID = 64
_CHANNELS = frozenset({"web", "app", "wechat", "wecom", "miniprogram", "sms", "voice", "rest"})

routes = web.RouteTableDef()


@routes.post("/webhooks/rest/webhook")
async def webhook(request: web.Request) -> web.Response:
    """One message in, replies out. 401 on a wrong key, 422 on a body of another shape, 429 over the limit."""
    trusted = holds_channel_key(request)
    if "Authorization" in request.headers and not trusted:
        raise web.HTTPUnauthorized(reason="Wrong channel key")
    body = await read_body(request)
    # Without a sender nobody can be told from anybody: such a message is a conversation of its own.
    sender = _id(body, "sender") or uuid.uuid4().hex
    message = _incoming(body, sender, request.app[SETTINGS].session_key.get_secret_value() if trusted else None)
    try:
        replies = await request.app[CONVERSATIONS].handle(message)
    except TooManyMessages as error:
        return web.json_response({"error": error.code, "message": error.message_zh}, status=429,
                                 headers={"Retry-After": str(error.retry_after)})
    except BotUnavailable as error:
        return web.json_response([{"recipient_id": sender, "text": error.message_zh, "error": error.code}])
    return web.json_response([shape(sender, reply) for reply in replies])


def shape(sender: str, reply: Stored) -> dict[str, Any]:
    """Rasa's REST reply, with the spoken form beside the text and what a channel may use of the rest (`data`)."""
    body: dict[str, Any] = {"recipient_id": sender, "text": reply.text}
    if reply.buttons:
        body["buttons"] = list(reply.buttons)
    if reply.speech:
        body["speech"] = reply.speech
    if reply.kind:
        body["kind"] = reply.kind
    if told := {name: value for name, value in reply.data.items() if name != "secret"}:
        body["data"] = told
    return body


def conversation_of(request: web.Request, body: dict[str, Any]) -> str:
    """The conversation that a message with this body belongs to. Raises InvalidInput."""
    secret = request.app[SETTINGS].session_key.get_secret_value() if holds_channel_key(request) else None
    return _incoming({**body, "message": ""}, str(body.get("sender") or ""), secret).conversation_id


async def read_body(request: web.Request) -> dict[str, Any]:
    """The JSON object sent. Raises InvalidInput."""
    try:
        body = await request.json()
    except (ValueError, LookupError, RecursionError):
        raise InvalidInput("body is not JSON") from None
    if not isinstance(body, dict):
        raise InvalidInput("body is not an object")
    return body


def _incoming(body: dict[str, Any], sender: str, secret: str | None) -> Incoming:
    """The message; `secret` is there for a trusted program only."""
    text, metadata = body.get("message"), body.get("metadata") or {}
    if not isinstance(text, str):
        raise InvalidInput("message must be a string")
    if not isinstance(metadata, dict):
        raise InvalidInput("metadata must be an object")
    channel, phone = metadata.get("channel"), metadata.get("phone")
    proven = phone if secret and isinstance(phone, str) and phone.isascii() and phone.isdigit() else None
    return Incoming(
        conversation_id=_conversation(sender, proven, secret),
        message_id=_id(body, "message_id") or _id(metadata, "message_id") or uuid.uuid4().hex,
        text=text,
        channel=channel if isinstance(channel, str) and channel in _CHANNELS else "rest",
        verified_phone=proven,
        profile="elder" if metadata.get("profile") == "elder" or metadata.get("elder") is True else None,
        trace_id=current_trace_id(),
    )


def _conversation(sender: str, phone: str | None, secret: str | None) -> str:
    """Trusted programs and everybody else never share a conversation, nor do two phones behind one sender."""
    if not secret:
        return f"anon:{sender}"
    if not phone:
        return f"rest:{sender}"
    return f"rest:{sender}:{hmac.new(secret.encode(), phone.encode(), hashlib.sha256).hexdigest()[:10]}"


def _id(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > MAX_ID or not value.isprintable():
        raise InvalidInput(f"{name} must be a string of at most {MAX_ID} printable characters")
    return value
