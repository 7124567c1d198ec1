"""`POST /webhooks/rest/webhook`: the Rasa REST shape, for programs.

A program that holds the channel key speaks for the phone it names (`metadata.phone`); for everybody else
that field counts for nothing, and the customer proves who they are by a one-time code.
"""

from __future__ import annotations

import hmac
import uuid
from typing import Any

from aiohttp import web

from bot.conversation.errors import BotUnavailable, TooManyMessages
from bot.conversation.messages import Incoming, Stored
from bot.conversation.turns import Conversations
from bot.gateway.keys import CONVERSATIONS, SETTINGS
from common.errors import InvalidInput

#: Longest sender and message id, characters.
MAX_ID = 64
_CHANNELS = frozenset({"web", "app", "wechat", "wecom", "miniprogram", "sms", "voice", "rest"})

routes = web.RouteTableDef()


@routes.post("/webhooks/rest/webhook")
async def webhook(request: web.Request) -> web.Response:
    """One message in, replies out. 401 on a wrong key, 422 on a body of another shape, 429 over the limit."""
    trusted = _trusted(request)
    message = _incoming(await _body(request), trusted)
    conversations: Conversations = request.app[CONVERSATIONS]
    sender = message.conversation_id.split(":", 1)[1]
    try:
        replies = await conversations.handle(message)
    except TooManyMessages as error:
        return web.json_response({"error": error.code, "message": error.message_zh}, status=429,
                                 headers={"Retry-After": str(error.retry_after)})
    except BotUnavailable as error:
        return web.json_response([{"recipient_id": sender, "text": error.message_zh, "error": error.code}])
    return web.json_response([shape(sender, reply) for reply in replies])


def shape(sender: str, reply: Stored) -> dict[str, Any]:
    """Rasa's REST reply, with the spoken form beside the text."""
    body: dict[str, Any] = {"recipient_id": sender, "text": reply.text}
    if reply.buttons:
        body["buttons"] = list(reply.buttons)
    if reply.speech:
        body["speech"] = reply.speech
    if reply.kind:
        body["kind"] = reply.kind
    return body


def _trusted(request: web.Request) -> bool:
    header = request.headers.get("Authorization", "")
    if not header:
        return False
    key = request.app[SETTINGS].channel_key.get_secret_value()
    if key and hmac.compare_digest(header.encode(), f"Bearer {key}".encode()):
        return True
    raise web.HTTPUnauthorized(text='{"error": "wrong_channel_key"}', content_type="application/json")


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise InvalidInput("body is not JSON") from None
    if not isinstance(body, dict):
        raise InvalidInput("body is not an object")
    return body


def _incoming(body: dict[str, Any], trusted: bool) -> Incoming:
    sender, text = body.get("sender", "default"), body.get("message")
    metadata = body.get("metadata") or {}
    if not isinstance(sender, str) or not 1 <= len(sender) <= MAX_ID:
        raise InvalidInput(f"sender must be a string of 1 to {MAX_ID} characters")
    if not isinstance(text, str):
        raise InvalidInput("message must be a string")
    if not isinstance(metadata, dict):
        raise InvalidInput("metadata must be an object")
    message_id = body.get("message_id") or metadata.get("message_id") or uuid.uuid4().hex
    if not isinstance(message_id, str) or len(message_id) > MAX_ID:
        raise InvalidInput(f"message_id must be a string of at most {MAX_ID} characters")
    channel = metadata.get("channel")
    phone = metadata.get("phone")
    # Senders of trusted programs and of everybody else never share a conversation.
    return Incoming(
        conversation_id=("rest:" if trusted else "anon:") + sender,
        message_id=message_id, text=text,
        channel=channel if channel in _CHANNELS else "rest",
        verified_phone=phone if trusted and isinstance(phone, str) and phone.isdecimal() else None,
        profile="elder" if metadata.get("profile") == "elder" or metadata.get("elder") is True else None,
    )
