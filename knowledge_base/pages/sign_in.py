"""Signing in and out, and one's own password."""

from __future__ import annotations

from aiohttp import web

from common.errors import YidaError
from common.staff.errors import SignInLocked, SignInRefused
from common.staff.passwords import DEMO_PASSWORD
from common.staff.service import DEMO_PEOPLE
from common.staff.web import (
    COOKIE,
    clear_session,
    current_staff,
    own_path,
    public,
    set_session,
    set_stranger,
    signed_in,
    stranger_token,
)
from knowledge_base.pages.errors import FormInvalid
from knowledge_base.pages.layout import PREFIX, go, page, wants_json
from knowledge_base.pages.parts import parts

routes = web.RouteTableDef()


@routes.get("/sign-in")
@public
async def form(request: web.Request) -> web.StreamResponse:
    """The sign-in page; whoever is signed in goes on."""
    target = _next(request.query.get("next", ""))
    if signed_in(request):
        return go(request, target)
    return _form(request, target=request.query.get("next", ""))


@routes.post("/sign-in")
@public
async def sign_in(request: web.Request) -> web.StreamResponse:
    """Name and password against a session."""
    data = await request.post()
    name, password, target = (str(data.get(field, ""))[:300] for field in ("name", "password", "next"))
    try:
        if not name.strip() or not password:
            raise SignInRefused(message_zh="请填写账号和密码。")
        _, token = await parts(request).staff.sign_in(name, password, request.remote or "-")
    except (SignInRefused, SignInLocked) as error:
        status = 429 if isinstance(error, SignInLocked) else 401
        response = _form(request, status, target=target, name=name, message=error.message_zh)
        if isinstance(error, SignInLocked):
            response.headers["Retry-After"] = str(round(error.wait))
        return response
    answer = go(request, _next(target))
    # One browser has one session: the one it had is not left lying about.
    if old := request.cookies.get(COOKIE):
        await parts(request).staff.sessions.end(old)
    set_session(answer, request, token)
    return answer


@routes.post("/sign-out")
async def sign_out(request: web.Request) -> web.StreamResponse:
    """End this browser's session."""
    await parts(request).staff.sign_out(request.cookies.get(COOKIE, ""))
    answer = go(request, "/sign-in?done=signed-out")
    clear_session(answer)
    return answer


@routes.get("/me")
async def me(request: web.Request) -> web.StreamResponse:
    """Who is there and the token of their forms, for a page that was open while somebody signed in again."""
    signed = signed_in(request)
    assert signed is not None
    return web.json_response({"name": signed.account.name, "shown": signed.account.shown, "csrf": signed.csrf})


@routes.get("/password")
async def password_form(request: web.Request) -> web.StreamResponse:
    """One's own password."""
    return page(request, "password.html", title="修改密码")


@routes.post("/password")
async def change_password(request: web.Request) -> web.StreamResponse:
    """Another password: the old one is asked for, and every session ends."""
    data = await request.post()
    old, new, again = (str(data.get(field, ""))[:300] for field in ("old", "new", "again"))
    account, staff = current_staff(request), parts(request).staff
    try:
        if new != again:
            raise FormInvalid(message_zh="两次输入的新密码不一样。")
        await staff.accounts.check(account.name, old, request.remote or "-")
        await staff.accounts.reset_password(account.name, new, account.name)
    except SignInRefused:
        error: YidaError = FormInvalid(message_zh="原来的密码不对。")
    except YidaError as refused:
        error = refused
    else:
        answer = go(request, "/sign-in?done=password")
        clear_session(answer)
        return answer
    if wants_json(request):
        raise error
    return page(request, "password.html", 422, title="修改密码", message=error.message_zh)


def _form(request: web.Request, status: int = 200, target: str = "", name: str = "", message: str = "") -> web.Response:
    demo = parts(request).demo
    people = [(shown, role) for shown, role in DEMO_PEOPLE] if demo else []
    response = page(request, "sign_in.html", status, title="登录", target=target, name=name, message=message,
                    people=people, demo_password=DEMO_PASSWORD if demo else "")
    set_stranger(response, request, stranger_token(request)[0])
    return response


def _next(target: str) -> str:
    """`entries/x` of the query -> `/entries/x`; the search page for anything else."""
    path = own_path("/" + target.lstrip("/"), "/")
    return "/" if ".." in path or path.startswith((f"{PREFIX}/", "/sign-in")) else path
