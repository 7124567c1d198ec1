"""From a template and figures to a page: addresses that survive a path prefix, the frame every page has."""

from __future__ import annotations

import datetime as dt
import posixpath
from functools import lru_cache
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context

from common.clock import CHINA
from common.staff.roles import ROLE_NAMES, Role, may
from common.staff.web import signed_in, stranger_token
from knowledge_base.calibration import SIGNS
from knowledge_base.pages.parts import parts
from knowledge_base.vocabulary import ACTIONS, CHANNELS, SEGMENTS, SIGN_NAMES

HERE = Path(__file__).resolve().parent
PREFIX = "/kb"
#: (path, what it is called, icon, who sees it)
NAVIGATION: tuple[tuple[str, str, str, Role], ...] = (
    ("/", "检索", "search", Role.EDITOR),
    ("/entries", "条目", "list", Role.EDITOR),
    ("/review", "审核", "review", Role.EDITOR),
    ("/history", "历史", "history", Role.EDITOR),
    ("/exchange", "导入导出", "exchange", Role.EDITOR),
    ("/misses", "未答", "misses", Role.EDITOR),
    ("/mining", "聚类", "groups", Role.EDITOR),
    ("/usage", "用量", "usage", Role.EDITOR),
    ("/status", "状态", "status", Role.EDITOR),
    ("/staff", "人员", "staff", Role.ADMIN),
)
#: A request whose script wants a piece of a page, not the whole.
FRAGMENT_HEADER = "X-Fragment"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates of this folder: escaped, strict about names."""
    made = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape(default=True),
                       undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals.update(url=_url, channels=CHANNELS, segments=SEGMENTS, actions=ACTIONS, sign_names=SIGN_NAMES,
                        signs=SIGNS, role_names=ROLE_NAMES, roles=list(Role))
    made.filters.update(moment=moment, percent=percent)
    return made


def page(request: web.Request, template: str, code: int = 200, **values: Any) -> web.Response:
    """The page made of a template; only its `content` block where a script asks for a fragment."""
    signed = signed_in(request)
    frame = {
        "path": request.path,
        "me": signed.account if signed else None,
        "csrf": signed.csrf if signed else stranger_token(request)[1],
        "fragment": FRAGMENT_HEADER in request.headers,
        "trouble": trouble(request) if signed else None,
        "navigation": [(p, name, icon) for p, name, icon, role in NAVIGATION if signed and may(signed.account.role, role)],
        "is_admin": bool(signed and may(signed.account.role, Role.ADMIN)),
        "is_reviewer": bool(signed and may(signed.account.role, Role.REVIEWER)),
        "notice": request.query.get("done", "")[:20],
    }
    text = environment().get_template(template).render(frame | values)
    return web.Response(text=text, content_type="text/html", status=code)


def trouble(request: web.Request) -> dict[str, Any] | None:
    """The state of the files where it is not well, for the banner of every page."""
    status = parts(request).knowledge.status()
    return status if status is not None and not status["ok"] else None


def wants_json(request: web.Request) -> bool:
    """Whether a script is asking."""
    return "application/json" in request.headers.get("Accept", "")


def go(request: web.Request, target: str) -> web.StreamResponse:
    """On to another page of ours: a redirect, or its address for a script. `target` begins with `/`."""
    address = relative(request.path, PREFIX + target)
    if wants_json(request):
        return web.json_response({"go": address})
    return web.Response(status=303, headers={"Location": address})


def relative(here: str, there: str) -> str:
    """`there` as seen from the page `here`, so that a path prefix of a proxy does not matter."""
    path, mark, rest = there.partition("?")
    start = here if here.endswith("/") else posixpath.dirname(here) or "/"
    found = posixpath.relpath(path, start)
    if path != "/" and not path.endswith("/") and found.endswith("."):
        # A page that lies above this one is no folder: from `/kb/review/x/approve` its page is `../x`, not `.`.
        found = posixpath.normpath(posixpath.join(found, "..", posixpath.basename(path)))
    if path.endswith("/") and not found.endswith("/"):
        found += "/"
    return found + mark + rest


@pass_context
def _url(context: Context, there: str) -> str:
    """`/entries` -> the address of that page of ours; `/static/...` of the chat page is written `//static/...`."""
    target = there[1:] if there.startswith("//") else PREFIX + there
    return relative(context["path"], target)


def moment(value: dt.datetime | str | None, shape: str = "%m-%d %H:%M") -> str:
    """A time as people here write it; `—` for none."""
    if not value:
        return "—"
    at = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return (at.astimezone(CHINA) if at.tzinfo else at).strftime(shape)


def percent(value: float | None) -> str:
    """0.873 -> 87%."""
    return "—" if value is None else f"{value * 100:.0f}%"
