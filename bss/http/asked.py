"""What a request asks for, read strictly; routes made from functions of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from bss.http.shape import Codec
from bss.http.wire import IDEMPOTENCY_KEY, SUBSCRIBER
from common.errors import InvalidInput


class Asked:
    """A request to the operator. Whatever is missing or unreadable raises `InvalidInput`."""

    def __init__(self, request: web.Request, body: Any) -> None:
        self._request = request
        self._body = body

    @property
    def phone(self) -> str:
        """The customer, from the header."""
        return self._header(SUBSCRIBER)

    @property
    def by_phone(self) -> bool:
        """Whether a customer is named at all."""
        return SUBSCRIBER in self._request.headers

    @property
    def key(self) -> str:
        """The idempotency key, from the header."""
        return self._header(IDEMPOTENCY_KEY)

    @property
    def limit(self) -> int:
        """How many rows, 1 to 100."""
        text = self._request.query.get("limit", "10")
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100:
            raise InvalidInput("limit is 1 to 100")
        return int(text)

    def param(self, name: str, default: str | None = None) -> str:
        """A query parameter."""
        value = self._request.query.get(name, default)
        if value is None:
            raise InvalidInput(f"{name} is missing")
        return value

    def field(self, path: str, codec: Codec) -> Any:
        """A field of the body by its dotted path; None for an optional one that is absent."""
        place = self._body
        for part in path.split("."):
            place = place.get(part) if isinstance(place, dict) else None
        if place is None and codec.optional:
            return None
        return read(codec.load, place, path)

    def _header(self, name: str) -> str:
        value = self._request.headers.get(name)
        if not value:
            raise InvalidInput(f"{name} is missing")
        return unquote(value)


def read(load: Callable[[Any], Any], value: Any, what: str) -> Any:
    """`load(value)`, with whatever goes wrong as `InvalidInput`."""
    try:
        return load(value)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise InvalidInput(f"{what} cannot be read") from error


Answer = Callable[[Asked], Awaitable[Any]]


def get(path: str, answer: Answer) -> web.RouteDef:
    async def handle(request: web.Request) -> web.Response:
        return web.json_response(await answer(Asked(request, None)))

    return web.get(path, handle)


def post(path: str, answer: Answer, status: int = 200) -> web.RouteDef:
    async def handle(request: web.Request) -> web.Response:
        try:
            body = await request.json()
        except ValueError as error:
            raise InvalidInput("the body is not JSON") from error
        return web.json_response(await answer(Asked(request, body)), status=status)

    return web.post(path, handle)
