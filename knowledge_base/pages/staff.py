"""人员: accounts and who did what, for administrators."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from common.errors import YidaError
from common.staff.errors import AccountInvalid, NotAllowed
from common.staff.roles import Role
from common.staff.web import current_staff, require
from knowledge_base.pages.layout import go, page, wants_json
from knowledge_base.pages.parts import parts

routes = web.RouteTableDef()
PER_PAGE = 50
_Change = Callable[[web.Request, dict[str, str], str], Awaitable[None]]


@routes.get("/staff")
@require(Role.ADMIN)
async def show(request: web.Request) -> web.StreamResponse:
    """`?who=&page=`: accounts, and a page of the audit trail."""
    return await _page(request)


@routes.post("/staff/{deed}")
@require(Role.ADMIN)
async def change(request: web.Request) -> web.StreamResponse:
    """One change: add, role, password, disable, enable."""
    deed = _DEEDS.get(request.match_info["deed"])
    if deed is None:
        raise web.HTTPNotFound()
    data = {name: str(value)[:300] for name, value in (await request.post()).items()}
    try:
        await deed(request, data, current_staff(request).name)
    except YidaError as error:
        if wants_json(request):
            raise
        return await _page(request, 422, message=error.message_zh, values=data)
    return go(request, "/staff?done=saved")


async def _add(request: web.Request, data: dict[str, str], by: str) -> None:
    accounts = parts(request).staff.accounts
    await accounts.add(data.get("name", ""), data.get("password", ""), _role(data), by, data.get("shown", ""))


async def _set_role(request: web.Request, data: dict[str, str], by: str) -> None:
    _not_oneself(data, by)
    await parts(request).staff.accounts.set_role(data.get("name", ""), _role(data), by)


async def _reset(request: web.Request, data: dict[str, str], by: str) -> None:
    await parts(request).staff.accounts.reset_password(data.get("name", ""), data.get("password", ""), by)


async def _disable(request: web.Request, data: dict[str, str], by: str) -> None:
    _not_oneself(data, by)
    await parts(request).staff.accounts.disable(data.get("name", ""), by)


async def _enable(request: web.Request, data: dict[str, str], by: str) -> None:
    await parts(request).staff.accounts.disable(data.get("name", ""), by, disabled=False)


_DEEDS: dict[str, _Change] = {"add": _add, "role": _set_role, "password": _reset, "disable": _disable, "enable": _enable}


def _role(data: dict[str, str]) -> Role:
    try:
        return Role(data.get("role", ""))
    except ValueError:
        raise AccountInvalid(message_zh="请选择角色。") from None


def _not_oneself(data: dict[str, str], by: str) -> None:
    if data.get("name", "").casefold() == by.casefold():
        raise NotAllowed(message_zh="不能改自己的角色或停用自己，请另一位管理员来做。")


async def _page(request: web.Request, status: int = 200, message: str = "", values: dict[str, str] | None = None) -> web.Response:
    staff, number = parts(request).staff, request.query.get("page", "1")
    current = max(1, int(number)) if number.isdecimal() and len(number) < 6 else 1
    who = request.query.get("who", "")[:40]
    deeds, total = await staff.audit.recent(PER_PAGE, (current - 1) * PER_PAGE, who)
    return page(request, "staff.html", status, title="人员", accounts=await staff.accounts.all(), deeds=deeds, total=total,
                current=current, pages=max(1, -(-total // PER_PAGE)), who=who, message=message, values=values or {})
