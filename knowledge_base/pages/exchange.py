"""导入导出: sheets out, and sheets in after a look at what they would change and a second person's yes."""

from __future__ import annotations

from aiohttp import web
from aiohttp.multipart import BodyPartReader

from common.staff.roles import Role, may
from common.staff.web import current_staff, require
from knowledge_base.editing.errors import EditRefused, PlanStale
from knowledge_base.editing.exchange import apply_import, export, plan_import
from knowledge_base.pages.diff import form_diff
from knowledge_base.pages.editing import follow, thread
from knowledge_base.pages.entries import category_titles
from knowledge_base.pages.errors import FormInvalid, TooLarge
from knowledge_base.pages.layout import go, page
from knowledge_base.pages.parts import parts

routes = web.RouteTableDef()
#: Largest upload, bytes; the form around it may take a little more.
MAX_UPLOAD = 10 * 1024 * 1024
_ROOM = 64 * 1024
#: Changed entries shown in full.
MOST_SHOWN = 200
_KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


@routes.get("/exchange")
async def show(request: web.Request) -> web.StreamResponse:
    """Downloads, the upload form, and what waits."""
    return page(request, "exchange.html", title="导入导出", waiting=parts(request).plans.all(), names=await _names(request))


@routes.get("/exchange/download/{kind}")
async def download(request: web.Request) -> web.StreamResponse:
    """The whole base as a sheet: `xlsx` or `csv`."""
    kind = request.match_info["kind"]
    if kind not in _KINDS:
        raise web.HTTPNotFound()
    data = await thread(export, parts(request).editing.store, kind)
    await parts(request).staff.audit.add(current_staff(request).name, "exported", kind)
    name = f"yida-kb-{parts(request).clock.now():%Y%m%d-%H%M}.{kind}"
    return web.Response(body=data, content_type=_KINDS[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})


@routes.post("/exchange")
async def upload(request: web.Request) -> web.StreamResponse:
    """A sheet -> what it would change; nothing is changed yet."""
    filename, data = await _file(request)
    plan = await thread(plan_import, data, filename, parts(request).editing.store)
    waiting = parts(request).plans.keep(current_staff(request).name, data, plan)
    return go(request, f"/exchange/{waiting.plan_id}")


@routes.get("/exchange/{plan_id}")
async def look(request: web.Request) -> web.StreamResponse:
    """The dry run: rows with errors, what would be added and changed."""
    waiting, me = parts(request).plans.get(request.match_info["plan_id"]), current_staff(request)
    store = parts(request).editing.store
    present = {entry.entry_id: entry.form for entry in await thread(store.entries)}
    changes = [(planned_, form_diff(present.get(planned_.entry_id), planned_.form)) for planned_ in waiting.plan.changed[:MOST_SHOWN]]
    may_apply = waiting.plan.ok and may(me.role, Role.REVIEWER) and waiting.author != me.name
    return page(request, "exchange_plan.html", title="导入预览", waiting=waiting, plan=waiting.plan, changes=changes, most=MOST_SHOWN,
                may_apply=may_apply, is_mine=waiting.author == me.name, names=await _names(request),
                titles=await thread(category_titles, parts(request).faq_dir))


@routes.post("/exchange/{plan_id}/apply")
@require(Role.REVIEWER)
async def confirm(request: web.Request) -> web.StreamResponse:
    """Write it, all or nothing. Another person than who uploaded it."""
    waiting, me = parts(request).plans.get(request.match_info["plan_id"]), current_staff(request)
    if waiting.author == me.name:
        raise FormInvalid(message_zh="自己上传的表格要由另一位同事确认。")
    note = f"导入 {waiting.plan.filename}（上传：{waiting.author}，确认：{me.name}）"
    try:
        done = await thread(apply_import, waiting.plan, waiting.author, parts(request).editing.store, note)
    except PlanStale as error:
        raise FormInvalid(message_zh=error.message_zh) from error
    except EditRefused as error:
        raise FormInvalid(message_zh="表格里还有错误，没有导入。") from error
    parts(request).plans.forget(waiting.plan_id)
    await parts(request).staff.audit.add(
        me.name, "imported", waiting.plan.filename, f"上传 {waiting.author}，新增 {done.added} 条，修改 {done.changed} 条，版本 {done.version}")
    await follow(parts(request).knowledge)
    return go(request, f"/history/{done.version}?done=imported" if done.version else "/exchange?done=imported")


@routes.post("/exchange/{plan_id}/again")
async def again(request: web.Request) -> web.StreamResponse:
    """Plan the same file anew against the base as it is now."""
    waiting = parts(request).plans.get(request.match_info["plan_id"])
    plan = await thread(plan_import, waiting.data, waiting.plan.filename, parts(request).editing.store)
    parts(request).plans.keep(waiting.author, waiting.data, plan, waiting.plan_id)
    return go(request, f"/exchange/{waiting.plan_id}")


@routes.post("/exchange/{plan_id}/drop")
async def drop(request: web.Request) -> web.StreamResponse:
    """Give it up."""
    waiting, me = parts(request).plans.get(request.match_info["plan_id"]), current_staff(request)
    if waiting.author != me.name and not may(me.role, Role.REVIEWER):
        raise FormInvalid(message_zh="只有上传的人或审核可以放弃这次导入。")
    parts(request).plans.forget(waiting.plan_id)
    return go(request, "/exchange")


async def _file(request: web.Request) -> tuple[str, bytes]:
    """Name and bytes of the uploaded file. Raises FormInvalid and TooLarge."""
    if (request.content_length or 0) > MAX_UPLOAD + _ROOM:
        raise TooLarge()
    if not request.content_type.startswith("multipart/"):
        raise FormInvalid(message_zh="请选一个 xlsx 或 csv 文件。")
    data = bytearray()
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.name != "file" or not part.filename:
                continue
            while chunk := await part.read_chunk(64 * 1024):
                data += chunk
                if len(data) > MAX_UPLOAD:
                    raise TooLarge()
            if data:
                return "".join(ch for ch in part.filename if ch.isprintable())[:80], bytes(data)
    except ValueError:
        raise FormInvalid(message_zh="文件没有传完整，请再试一次。") from None
    raise FormInvalid(message_zh="请选一个 xlsx 或 csv 文件。")


async def _names(request: web.Request) -> dict[str, str]:
    return {account.name: account.shown for account in await parts(request).staff.accounts.all()}
