"""One authorised, timed connection to the operator's systems."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

import aiohttp

from bss.errors import BadAnswer, NotACustomer, SystemTimeout, SystemUnavailable
from bss.http import wire
from common.trace import current_trace_id

T = TypeVar("T")


class Link:
    """Sends requests and turns whatever goes wrong into the error tree. `timeout` in seconds."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, key: str, timeout: float) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._timeout = aiohttp.ClientTimeout(total=timeout)

    async def get(
        self, path: str, load: Callable[[Any], T], *, phone: str | None = None,
        params: dict[str, str] | None = None,
    ) -> T:  # fmt: skip
        """Ask; `load` reads the JSON."""
        return await self._send("GET", path, load, phone, params=params)

    async def post(
        self, path: str, load: Callable[[Any], T], body: dict[str, Any], *, phone: str | None = None,
        key: str | None = None,
    ) -> T:  # fmt: skip
        """Do something, or ask with something that must not stand in an address."""
        return await self._send("POST", path, load, phone, body=body, key=key)

    async def close(self) -> None:
        await self._session.close()

    async def _send(
        self, verb: str, path: str, load: Callable[[Any], T], phone: str | None, *,
        params: dict[str, str] | None = None, body: dict[str, Any] | None = None, key: str | None = None,
    ) -> T:  # fmt: skip
        headers = {"Authorization": f"Bearer {self._key}", "X-Trace-Id": current_trace_id()}
        if phone == "":
            raise NotACustomer
        if phone is not None:
            headers[wire.SUBSCRIBER] = quote(phone, safe="")
        if key is not None:
            headers[wire.IDEMPOTENCY_KEY] = quote(key, safe="")
        try:
            async with self._session.request(
                verb, self._base_url + path, params=params, json=body, headers=headers,
                timeout=self._timeout, allow_redirects=False,
            ) as response:  # fmt: skip
                status, data = response.status, await _json(response)
        except asyncio.TimeoutError:
            raise SystemTimeout(f"{verb} {path}") from None
        except aiohttp.ClientError as error:
            raise SystemUnavailable(f"{verb} {path}: {type(error).__name__}") from error
        if status >= 300:
            raise wire.error_from(status, data)
        try:
            return load(data)
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise BadAnswer(f"{verb} {path}: {type(error).__name__}") from error


async def _json(response: aiohttp.ClientResponse) -> Any:
    """The body as JSON; None where an error has none. A good answer must be JSON."""
    try:
        return await response.json(content_type=None)
    except ValueError as error:
        if response.status >= 300:
            return None
        raise BadAnswer(f"{response.method} {response.url.path}: not JSON") from error
