"""What every request of the pages passes: safe headers, and errors as pages or sentences, in Chinese."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web

from common.errors import YidaError
from common.log import get_logger
from common.staff.errors import FormForged, NotAllowed, SignedOut
from common.trace import current_trace_id
from knowledge_base.editing.errors import (
    DraftStale,
    DraftUnknown,
    EditConflict,
    HistoryUnavailable,
    MoveRefused,
    SamePerson,
    SaveFailed,
    VersionUnknown,
)
from knowledge_base.errors import EntryUnknown
from knowledge_base.mining.errors import EditLosesMore, ProposalUnknown
from knowledge_base.pages.errors import FormInvalid, NothingHere, NotOpened, SoundUnavailable, StillLoading, TooLarge
from knowledge_base.pages.layout import FRAGMENT_HEADER, PREFIX, page, relative, wants_json

_log = get_logger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

POLICY = ("default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; frame-ancestors 'none'; "
          "media-src 'self' blob:; require-trusted-types-for 'script'; trusted-types yida-kb")
_STATUS: tuple[tuple[type[YidaError], int], ...] = (
    (SignedOut, 401), (NotAllowed, 403), (FormForged, 403), (NothingHere, 404), (EntryUnknown, 404), (TooLarge, 413),
    (StillLoading, 503), (NotOpened, 503), (DraftUnknown, 404), (VersionUnknown, 404), (DraftStale, 409), (SamePerson, 403),
    (MoveRefused, 409), (EditConflict, 409), (SaveFailed, 503), (HistoryUnavailable, 503), (SoundUnavailable, 503),
    (ProposalUnknown, 404), (EditLosesMore, 409),
)  # fmt: skip


async def safe_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Has the last word over the gateway's general headers: nothing of these pages is kept anywhere."""
    response.headers["Content-Security-Policy"] = POLICY
    # `no-referrer` would make browsers send `Origin: null` with our own forms.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    own_file = request.path.startswith(f"{PREFIX}/static/")
    response.headers["Cache-Control"] = "no-cache" if own_file else "no-store"


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost of the pages."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        message = {404: NothingHere.message_zh, 405: "这个地址不能这样访问。", 413: "提交的内容太大。"}.get(
            error.status, "请求有误。")
        return _answer(request, error.status, f"http_{error.status}", message)
    except SignedOut as error:
        if request.method in ("GET", "HEAD") and not wants_json(request) and FRAGMENT_HEADER not in request.headers:
            here = relative(f"{PREFIX}/", request.path)
            target = f"{PREFIX}/sign-in" + (f"?next={quote(here, safe='/')}" if here not in (".", "./", "") else "")
            return web.Response(status=303, headers={"Location": relative(request.path, target)})
        return _answer(request, 401, error.code, error.message_zh)
    except FormInvalid as error:
        if wants_json(request):
            return web.json_response({"error": error.code, "message": error.message_zh, "fields": error.fields}, status=422)
        return _answer(request, 422, error.code, "；".join([error.message_zh, *error.fields.values()]))
    except YidaError as error:
        status = next((number for kind, number in _STATUS if isinstance(error, kind)), 422)
        return _answer(request, status, error.code, error.message_zh)
    except ConnectionResetError:
        raise
    except Exception as error:
        _log.exception("page broke", extra={"error_type": type(error).__name__})
        return _answer(request, 500, "internal", f"系统出错了，请稍后再试；如果还不行，把编号 {current_trace_id()} 告诉管理员。")


def _answer(request: web.Request, status: int, code: str, message: str) -> web.StreamResponse:
    if wants_json(request) or FRAGMENT_HEADER in request.headers:
        return web.json_response({"error": code, "message": message}, status=status)
    return page(request, "error.html", status, title={404: "没有找到", 503: "请稍等"}.get(status, "没能完成"),
                message=message, loading=code == StillLoading.code)
