"""Sign-in for aiohttp pages: who is there, which roles a handler wants, and proof that a POST came from our page.

An application puts `staff_guard(...)` among its middlewares and a `Staff` under `STAFF`. Then everything under it
needs a sign-in unless its handler is `@public` or its path lies under `open_paths`; `@require(...)` narrows it.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from common.staff.accounts import Account
from common.staff.errors import FormForged, NotAllowed, SignedOut
from common.staff.roles import Role, may
from common.staff.service import Staff
from common.staff.sessions import SignedIn, form_token, same

STAFF = web.AppKey("staff", Staff)
#: Whether cookies go over TLS only: always, except where the gateway listens to this machine alone.
SECURE = web.AppKey("staff_secure", bool)
COOKIE, FORM_COOKIE = "yida_staff", "yida_form"
#: Where scripts put the form token, and the field of plain forms.
CSRF_HEADER, CSRF_FIELD = "X-CSRF-Token", "csrf"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
H = TypeVar("H", bound=Handler)
_SIGNED = web.RequestKey("staff_signed_in", SignedIn)
_STRANGER = web.RequestKey("staff_stranger", str)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def public(handler: H) -> H:
    """Mark a handler that strangers may call."""
    handler.staff_public = True  # type: ignore[attr-defined]
    return handler


def require(*roles: Role) -> Callable[[H], H]:
    """Mark a handler that only these roles (and those that include them) may call."""

    def mark(handler: H) -> H:
        handler.staff_roles = roles  # type: ignore[attr-defined]
        return handler

    return mark


def staff_guard(*roles: Role, open_paths: Sequence[str] = ()) -> Middleware:
    """The middleware. `roles` are wanted where a handler names none. Raises SignedOut, NotAllowed and FormForged."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        endpoint = request.match_info.handler
        signed = await _find(request)
        if signed:
            request[_SIGNED] = signed
        stranger = getattr(endpoint, "staff_public", False) or any(request.path.startswith(p) for p in open_paths)
        if not stranger:
            if signed is None:
                raise SignedOut()
            if not may(signed.account.role, *getattr(endpoint, "staff_roles", roles)):
                raise NotAllowed()
        if request.method not in _SAFE:
            await _check_form(request, signed)
        return await handler(request)

    return check


def signed_in(request: web.Request) -> SignedIn | None:
    """Who is there, None for a stranger."""
    return request.get(_SIGNED)


def current_staff(request: web.Request) -> Account:
    """Who is there. Raises SignedOut."""
    signed = signed_in(request)
    if signed is None:
        raise SignedOut()
    return signed.account


def set_session(response: web.StreamResponse, request: web.Request, token: str) -> None:
    """Give the browser its token: unreadable to scripts, sent by our own pages only, gone with the browser."""
    secure = request.config_dict[SECURE]
    response.set_cookie(COOKIE, token, httponly=True, samesite="Strict", secure=secure, path="/")
    response.del_cookie(FORM_COOKIE, path="/")


def clear_session(response: web.StreamResponse) -> None:
    """Take the token away."""
    response.del_cookie(COOKIE, path="/")


def stranger_token(request: web.Request) -> tuple[str, str]:
    """(cookie, form token) for a form that is used before anybody is signed in."""
    cookie = request.get(_STRANGER) or request.cookies.get(FORM_COOKIE, "")
    if not 20 <= len(cookie) <= 100:
        cookie = secrets.token_urlsafe(24)
    request[_STRANGER] = cookie
    return cookie, form_token(cookie)


def set_stranger(response: web.StreamResponse, request: web.Request, cookie: str) -> None:
    """Remember the cookie of `stranger_token`."""
    response.set_cookie(FORM_COOKIE, cookie, httponly=True, samesite="Strict", secure=request.config_dict[SECURE],
                        path="/")


def own_path(target: str, fallback: str) -> str:
    """A path of this site to go on to; `fallback` for anything that could lead elsewhere."""
    plain = target.isprintable() and "\\" not in target and not any(ch.isspace() for ch in target)
    return target if target.startswith("/") and not target.startswith("//") and plain else fallback


async def _find(request: web.Request) -> SignedIn | None:
    token = request.cookies.get(COOKIE, "")
    return await request.config_dict[STAFF].sessions.find(token) if token else None


async def _check_form(request: web.Request, signed: SignedIn | None) -> None:
    origin = request.headers.get("Origin")
    # Browsers send it with every POST; a program that does not still needs the token.
    if origin is not None and urlsplit(origin).netloc.lower() != request.host.lower():
        raise FormForged("origin")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise FormForged("site")
    wanted = signed.csrf if signed else form_token(request.cookies.get(FORM_COOKIE, ""))
    given = request.headers.get(CSRF_HEADER, "")
    if not given and request.content_type == "application/x-www-form-urlencoded":
        given = str((await request.post()).get(CSRF_FIELD, ""))
    if not given or not same(given, wanted):
        raise FormForged("token")
