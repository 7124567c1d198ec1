"""审核: what waits for a second pair of eyes, and the decision on it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from common.staff.roles import Role
from common.staff.web import current_staff, require
from knowledge_base.editing.compare import compare
from knowledge_base.editing.draft_types import MOVES, STATE_NAMES, Draft
from knowledge_base.editing.errors import EditConflict, EditRefused
from knowledge_base.pages.bodies import number_of
from knowledge_base.pages.decisions import may_decide, names_of, story
from knowledge_base.pages.deletion import deletion_page
from knowledge_base.pages.diff import conflict_rows, form_diff, title_of
from knowledge_base.pages.editing import MANY, emptied, follow, thread
from knowledge_base.pages.entries import category_titles
from knowledge_base.pages.errors import FormInvalid
from knowledge_base.pages.layout import go, page, wants_json
from knowledge_base.pages.parts import parts
from knowledge_base.pages.preview import preview

routes = web.RouteTableDef()
SHOWN_DONE = 30
MOVE_NAMES = {"save": "保存", "submit": "提交审核", "approve": "通过并发布", "reject": "退回", "withdraw": "撤回"}


@routes.get("/review")
async def listing(request: web.Request) -> web.StreamResponse:
    """What waits, what one has oneself under way, what was published lately."""
    editing, me = parts(request).editing, current_staff(request)
    waiting = await thread(editing.drafts.listing, state="in_review", limit=MANY)
    mine = [d for d in await thread(editing.open_drafts) if d.author == me.name and d.state != "in_review"]
    done = await thread(editing.drafts.listing, state="published", limit=SHOWN_DONE)
    return page(request, "review.html", title="审核", waiting=list(reversed(waiting)), mine=mine, done=done,
                titles=await thread(category_titles, parts(request).faq_dir), states=STATE_NAMES, names=await names_of(request))


@routes.get("/review/{draft_id}")
async def show(request: web.Request) -> web.StreamResponse:
    """One draft beside what stands there, with what happened to it so far."""
    return await _page(request, await thread(parts(request).editing.drafts.get, request.match_info["draft_id"]))


@routes.post("/review/{draft_id}/approve")
@require(Role.REVIEWER)
async def approve(request: web.Request) -> web.StreamResponse:
    """Publish it. The conflict view where somebody else published meanwhile."""
    draft_id, version, me, editing = *await _asked(request), current_staff(request), parts(request).editing
    before = await thread(editing.drafts.get, draft_id)
    # Of a deletion: the entries this reviewer was shown, which will name it no more.
    told = [str(other) for other in (await request.post()).getall("mend", [])]
    try:
        draft = await thread(editing.drafts.approve, draft_id, version, me.name, told)
    except EditConflict as error:
        if wants_json(request):
            return web.json_response({"error": error.code, "message": error.message_zh}, status=409)
        return await _page(request, await thread(editing.drafts.get, draft_id), 409, message=error.message_zh)
    except EditRefused as error:
        fields = {f"{n}": f"{title_of(p.field)}：{p.message}。" for n, p in enumerate(error.problems[:5])}
        message = "现在不能删除；请刷新页面再看。" if before.removes else "检查没有通过，不能发布；请退回作者修改。"
        raise FormInvalid(message_zh=message, fields=fields) from error
    done = "deleted" if draft.removes else "approved"
    if before.state == "published":  # pressed twice
        return go(request, f"/review/{draft_id}?done={done}")
    await parts(request).staff.audit.add(me.name, done, draft.entry_id or "", f"作者 {draft.author}，版本 {draft.published_as}")
    await follow(parts(request).knowledge)
    return go(request, f"/review/{draft_id}?done={done}")


@routes.post("/review/{draft_id}/reject")
@require(Role.REVIEWER)
async def reject(request: web.Request) -> web.StreamResponse:
    """Send it back with a reason."""
    data = await request.post()
    draft_id, version, me = *await _asked(request), current_staff(request)
    draft = await thread(parts(request).editing.drafts.reject, draft_id, version, me.name, str(data.get("comment", ""))[:500])
    await parts(request).staff.audit.add(me.name, "rejected", _thing(draft), draft.comment)
    return go(request, "/review?done=rejected")


@routes.post("/review/{draft_id}/withdraw")
async def withdraw(request: web.Request) -> web.StreamResponse:
    """Its author takes it back to write on."""
    draft_id, version, me = *await _asked(request), current_staff(request)
    draft = await thread(parts(request).editing.drafts.withdraw, draft_id, version, me.name)
    await parts(request).staff.audit.add(me.name, "withdrawn", _thing(draft))
    if draft.removes:
        return go(request, f"/review/{draft_id}?done=withdrawn")
    return go(request, (f"/entries/{draft.entry_id}" if draft.entry_id else f"/drafts/{draft_id}") + "?done=withdrawn")


async def _asked(request: web.Request) -> tuple[str, int]:
    return request.match_info["draft_id"], number_of(dict(await request.post()), "version")


def _thing(draft: Draft) -> str:
    return draft.entry_id or str(draft.form.get("id") or "新条目")


async def _page(request: web.Request, draft: Draft, code: int = 200, message: str = "") -> web.Response:
    if draft.removes:
        return await deletion_page(request, draft, code, message)
    editing, me = parts(request).editing, current_staff(request)
    present, base, _ = await thread(editing.present, draft.entry_id)
    open_ = draft.state in ("draft", "rejected", "in_review")
    before = draft.base_form if not open_ or present is None else present
    conflict: list[dict[str, Any]] = []
    if open_ and draft.base_form is not None and present is not None and base != draft.base:
        fields = compare(draft.base_form, draft.form, present)
        conflict = conflict_rows(fields) if any(field.state == "conflict" for field in fields) else []
        if not conflict:  # what others changed stays: show what this draft changes on its own
            before = draft.base_form
    problems = await thread(editing.check, draft.form, draft.entry_id, draft.category) if open_ else []
    return page(
        request, "review_draft.html", code, title=str(draft.form.get("question") or "新条目"), draft=draft, message=message,
        changes=form_diff(before, draft.form), conflict=conflict, moves=story(await thread(editing.drafts.moves, draft.draft_id)),
        move_names=MOVE_NAMES, state_name=STATE_NAMES[draft.state], problems=problems, title_of=title_of,
        seen=preview(draft.form, parts(request).references), may_decide=may_decide(me, draft), removed=draft.entry_id and present is None,
        is_mine=draft.author == me.name, may_withdraw=draft.author == me.name and draft.state in MOVES["withdraw"],
        is_empty=emptied(draft), titles=await thread(category_titles, parts(request).faq_dir), names=await names_of(request),
        live_changed=bool(open_ and present is not None and base != draft.base),
    )  # fmt: skip
