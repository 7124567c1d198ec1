"""申请删除: an editor asks that an entry go, with a reason; what the one who decides is told."""

from __future__ import annotations

from aiohttp import web

from common.staff.web import current_staff
from knowledge_base.editing.draft_types import MOVES, STATE_NAMES, Draft
from knowledge_base.pages.bodies import number_of
from knowledge_base.pages.decisions import may_decide, names_of, story
from knowledge_base.pages.diff import form_diff
from knowledge_base.pages.editing import OPEN_STATES, thread
from knowledge_base.pages.entries import category_titles
from knowledge_base.pages.errors import NothingHere
from knowledge_base.pages.layout import go, page
from knowledge_base.pages.parts import parts
from knowledge_base.pages.preview import preview

routes = web.RouteTableDef()
MOVE_NAMES = {"submit": "申请删除", "approve": "同意删除", "reject": "退回", "withdraw": "撤回"}
_LONGEST = 200


@routes.post("/entries/{entry_id}/delete")
async def ask(request: web.Request) -> web.StreamResponse:
    """`base`, `reason`: ask for the entry's deletion, then on to the request under review."""
    data, me, entry_id = await request.post(), current_staff(request), request.match_info["entry_id"]
    base, reason = str(data.get("base", "")), str(data.get("reason", ""))[:_LONGEST]
    draft = await thread(parts(request).editing.drafts.propose_deletion, entry_id, base, me.name, reason)
    await parts(request).staff.audit.add(me.name, "submitted", entry_id, f"申请删除：{draft.note}")
    return go(request, f"/review/{draft.draft_id}?done=submitted")


@routes.post("/review/{draft_id}/drop")
async def drop(request: web.Request) -> web.StreamResponse:
    """The author of a request that was withdrawn or sent back lets it be."""
    data, me, drafts = await request.post(), current_staff(request), parts(request).editing.drafts
    draft = await thread(drafts.get, request.match_info["draft_id"])
    if not draft.removes:
        raise NothingHere()
    # A draft that says what stands there already is one that was thrown away.
    await thread(
        drafts.save_draft, draft.base_form or {}, me.name, draft.category, draft.entry_id, draft.base, "", draft.draft_id,
        number_of(dict(data), "version"), draft.base_form,
    )  # fmt: skip
    await parts(request).staff.audit.add(me.name, "draft_discarded", draft.entry_id or "")
    return go(request, "/review?done=discarded")


async def deletion_page(request: web.Request, draft: Draft, code: int = 200, message: str = "") -> web.Response:
    """The request as who decides sees it: why, what goes, and which entries name it."""
    editing, me, entry_id = parts(request).editing, current_staff(request), str(draft.entry_id)
    present, base, _ = await thread(editing.present, entry_id)
    open_ = draft.state in OPEN_STATES
    return page(
        request, "review_deletion.html", code, title=f"申请删除：{draft.form.get('question') or entry_id}", draft=draft,
        message=message, changes=form_diff((present if open_ else None) or draft.form, None), state_name=STATE_NAMES[draft.state],
        referring=await thread(editing.store.referring, entry_id) if open_ else [], gone=present is None,
        changed=open_ and present is not None and base != draft.base, moves=story(await thread(editing.drafts.moves, draft.draft_id)),
        move_names=MOVE_NAMES, seen=preview(draft.form, parts(request).references), may_decide=may_decide(me, draft),
        is_mine=draft.author == me.name, may_withdraw=draft.author == me.name and draft.state in MOVES["withdraw"],
        titles=await thread(category_titles, parts(request).faq_dir), names=await names_of(request),
    )  # fmt: skip
