"""编辑: one entry's form, its draft, and what the form would show and say."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from common.staff.web import current_staff
from knowledge_base.editing.compare import compare, merge
from knowledge_base.editing.draft_types import STATE_NAMES, Draft
from knowledge_base.editing.errors import DraftStale, EditRefused
from knowledge_base.editing.forms import Form, entry_form, set_field
from knowledge_base.errors import EntryUnknown
from knowledge_base.pages.bodies import form_of, json_body, number_of, text_of
from knowledge_base.pages.diff import conflict_rows, title_of
from knowledge_base.pages.editing import OPEN_STATES, emptied, thread
from knowledge_base.pages.entries import category_titles
from knowledge_base.pages.errors import FormInvalid, NothingHere
from knowledge_base.pages.layout import PREFIX, page, relative
from knowledge_base.pages.parts import parts
from knowledge_base.pages.preview import preview
from knowledge_base.problems import Problem

routes = web.RouteTableDef()
FOUND_AT_MOST = 8


@routes.get("/new")
async def new(request: web.Request) -> web.StreamResponse:
    """The form of a new entry; `?category=&question=` fill it."""
    titles = await thread(category_titles, parts(request).faq_dir)
    category = request.query.get("category", "")
    form = {"question": request.query.get("question", "")[:80]}
    return await _page(request, None, form, "", category if category in titles else "", None)


@routes.get("/drafts/{draft_id}")
async def new_again(request: web.Request) -> web.StreamResponse:
    """The form of a new entry that has a draft."""
    editing = parts(request).editing
    draft = await thread(editing.drafts.get, request.match_info["draft_id"])
    if draft.entry_id is not None:
        return web.Response(status=303, headers={"Location": relative(request.path, f"{PREFIX}/entries/{draft.entry_id}")})
    if draft.author != current_staff(request).name or draft.state not in OPEN_STATES or emptied(draft):
        raise NothingHere()
    return await _page(request, None, draft.form, "", draft.category, draft)


@routes.get("/entries/{entry_id}")
async def edit(request: web.Request) -> web.StreamResponse:
    """The form of an entry: this person's draft of it, else as it stands."""
    editing, entry_id = parts(request).editing, request.match_info["entry_id"]
    draft = await thread(editing.own_draft, entry_id, current_staff(request).name)
    form, base, category = await thread(editing.present, entry_id)
    if form is None and draft is None:
        raise EntryUnknown(entry_id)
    return await _page(request, entry_id, form or {}, base, category or (draft.category if draft else ""), draft)


@routes.post("/api/look")
async def look(request: web.Request) -> web.StreamResponse:
    """`{entry_id, category, form, full?}` -> what customers would see and hear, and what is wrong where."""
    data = await json_body(request)
    form, category, entry_id = form_of(data), text_of(data, "category"), text_of(data, "entry_id") or None
    editing = parts(request).editing
    # What questions take from other entries is dear to find out: asked for when the typing has stopped.
    full = data.get("full") is True and parts(request).knowledge.state == "ready"
    problems = await thread(editing.guard if full else editing.check, form, entry_id, category) if category else []
    _, base, _ = await thread(editing.present, entry_id)
    seen = await thread(preview, entry_form(form), parts(request).references)
    return web.json_response({**seen.as_dict(), "base": base, "problems_at": [_told(problem) for problem in problems],
                              "category_missing": not category})


@routes.post("/api/draft")
async def save_draft(request: web.Request) -> web.StreamResponse:
    """`{draft_id, version, entry_id, category, base, form}` -> `{draft_id, version, at}`. 409 where it was changed elsewhere."""
    try:
        draft = await _save(request, await json_body(request))
    except DraftStale as error:
        return web.json_response({"error": error.code, "message": "这份草稿在另一个窗口里改过。",
                                  "version": error.draft.version, "state": error.draft.state}, status=409)
    return web.json_response({"draft_id": draft.draft_id, "version": draft.version, "at": draft.updated_at.isoformat()})


@routes.post("/api/submit")
async def submit(request: web.Request) -> web.StreamResponse:
    """`{... as for a draft, note}`: save and ask for review -> `{go}`. 422 with `problems_at` where the guard refuses."""
    me, editing = current_staff(request), parts(request).editing
    draft = await _save(request, await json_body(request))
    try:
        if emptied(draft):
            raise FormInvalid(message_zh="和线上的内容一样，没有什么可以提交。")
        draft = await thread(editing.drafts.submit, draft.draft_id, draft.version, me.name)
    except (EditRefused, FormInvalid) as error:
        problems = error.problems if isinstance(error, EditRefused) else ()
        body = {"error": error.code, "message": error.message_zh, "problems_at": [_told(p) for p in problems],
                "draft_id": draft.draft_id, "version": draft.version}
        return web.json_response(body, status=422)
    await parts(request).staff.audit.add(me.name, "submitted", draft.entry_id or str(draft.form.get("id")), draft.note)
    return web.json_response({"go": relative(request.path, f"{PREFIX}/review/{draft.draft_id}?done=submitted")})


@routes.post("/api/discard")
async def discard(request: web.Request) -> web.StreamResponse:
    """`{draft_id, version}`: the draft says again what stands there -> `{go}`."""
    data, me, editing = await json_body(request), current_staff(request), parts(request).editing
    draft = await thread(editing.drafts.get, text_of(data, "draft_id"))
    await thread(
        editing.drafts.save_draft, draft.base_form or {}, me.name, draft.category, draft.entry_id, draft.base, "",
        draft.draft_id, number_of(data, "version"), draft.base_form,
    )  # fmt: skip
    await parts(request).staff.audit.add(me.name, "draft_discarded", draft.entry_id or str(draft.form.get("id") or "新条目"))
    return web.json_response({"go": relative(request.path, f"{PREFIX}/entries?done=discarded")})


@routes.post("/api/merge")
async def take_over(request: web.Request) -> web.StreamResponse:
    """`{draft_id, version, takes: {field: "mine"|"theirs"}}`: the draft on top of what others published -> `{go}`."""
    data, me, editing = await json_body(request), current_staff(request), parts(request).editing
    draft = await thread(editing.drafts.get, text_of(data, "draft_id"))
    present, base, _ = await thread(editing.present, draft.entry_id)
    if present is None or draft.entry_id is None:
        raise NothingHere(message_zh="这一条已被删除，不能合并。可以把草稿另存为新条目。")
    fields = compare(draft.base_form, draft.form, present)
    chosen = data.get("takes")
    takes = chosen if isinstance(chosen, dict) else {}
    form = merge(draft.form, fields)
    for field in fields:
        if field.state == "conflict":
            if takes.get(field.field) not in ("mine", "theirs"):
                raise FormInvalid(message_zh=f"请选「{field.title}」用哪一边。")
            set_field(form, field.field, field.mine if takes[field.field] == "mine" else field.theirs)
    await thread(
        editing.drafts.save_draft, form, me.name, draft.category, draft.entry_id, base, draft.note, draft.draft_id,
        number_of(data, "version"), present,
    )  # fmt: skip
    return web.json_response({"go": relative(request.path, f"{PREFIX}/entries/{draft.entry_id}?done=merged")})


@routes.get("/api/entries")
async def find(request: web.Request) -> web.StreamResponse:
    """`?q=`: entries for the look-up of related ones, the likeliest first."""
    words = request.query.get("q", "")[:80].strip()
    if not words:
        return web.json_response([])
    result = await thread(parts(request).knowledge.base.search, words, limit=FOUND_AT_MOST)
    entries = parts(request).knowledge.base.snapshot.entries
    found = {e.id: e.question for e in entries if words.casefold() in e.id or words.casefold() in e.question.casefold()}
    found |= {hit.entry_id: hit.question for hit in result.hits}
    return web.json_response([{"id": key, "question": name} for key, name in list(found.items())[:FOUND_AT_MOST]])


async def _save(request: web.Request, data: dict[str, Any]) -> Draft:
    editing, me = parts(request).editing, current_staff(request)
    category = text_of(data, "category")
    titles = await thread(category_titles, parts(request).faq_dir)
    if category not in titles:
        raise FormInvalid(message_zh="请先选类别，再保存草稿。", fields={"category": "请选类别"})
    draft_id, entry_id, base = (text_of(data, name) or None for name in ("draft_id", "entry_id", "base"))
    note = text_of(data, "note", 200)
    if draft_id:
        before = await thread(editing.drafts.get, draft_id)
        note = note or before.note
    return await thread(
        editing.drafts.save_draft, form_of(data), me.name, category, entry_id, None if draft_id else base, note, draft_id,
        number_of(data, "version"),
    )  # fmt: skip


async def _page(request: web.Request, entry_id: str | None, form: Form, base: str, category: str,
                draft: Draft | None) -> web.Response:
    editing, me = parts(request).editing, current_staff(request)
    titles = await thread(category_titles, parts(request).faq_dir)
    owner = next((c.owner for c in await thread(editing.store.categories) if c.category == category), "")
    live, conflict, others, deletions = bool(base), [], [], []
    if draft is not None:
        if live and draft.base and draft.base != base and draft.state != "in_review":
            conflict = conflict_rows(compare(draft.base_form, draft.form, form))
        form = draft.form
    if entry_id is not None:
        drafts = await thread(editing.drafts.listing, entry_id=entry_id, limit=20)
        others = [d for d in drafts if d.author != me.name and d.state in OPEN_STATES and not d.removes and not emptied(d)]
        deletions = [d for d in await thread(editing.deletions, entry_id) if d.author == me.name or d.state == "in_review"]
    return page(
        request, "entry.html", title=str(form.get("question") or "新建条目"), entry_id=entry_id, form=_Lenient(form), base=base,
        category=draft.category if draft else category, titles=titles, owner=owner, live=live, draft=draft,
        draft_state=STATE_NAMES[draft.state] if draft else "", conflict=conflict, others=others, states=STATE_NAMES,
        locked=draft is not None and draft.state == "in_review", speaker=parts(request).speaker is not None,
        deletions=deletions, deleting=any(d.state == "in_review" for d in deletions),
    )  # fmt: skip


class _Lenient(dict[str, Any]):
    """A form in a template: a missing field is empty."""

    def __init__(self, form: Form) -> None:
        super().__init__(form)
        for name in ("id", "question", "similar", "keywords", "related", "action", "channels", "regions", "segments", "owner", "note"):
            self.setdefault(name, "")
        answer, valid = self.get("answer"), self.get("valid")
        self["answer"] = {"text": "", "speech": "", **(answer if isinstance(answer, dict) else {})}
        self["valid"] = {"from": "", "to": "", **(valid if isinstance(valid, dict) else {})}


def _told(problem: Problem) -> dict[str, str]:
    """A problem for the form: where it belongs, what it says, how to mend it."""
    return {"field": problem.field, "title": title_of(problem.field) if problem.field else "", "message": problem.message,
            "mend": problem.mend, "level": problem.level}
