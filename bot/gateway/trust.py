"""Which programs speak for their customers: those that hold the channel key."""

from __future__ import annotations

import hmac

from aiohttp import web

from bot.gateway.keys import SETTINGS


def holds_channel_key(request: web.Request) -> bool:
    """Whether `Authorization: Bearer` carries `YIDA_CHANNEL_KEY`; never where no key is set."""
    key = request.app[SETTINGS].channel_key.get_secret_value()
    given = request.headers.get("Authorization", "")
    return bool(key) and hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {key}".encode())


def same_origin(request: web.Request) -> bool:
    """False where a browser says that another site's page is asking."""
    origin = request.headers.get("Origin")
    return origin is None or origin.split("://", 1)[-1] == request.host
