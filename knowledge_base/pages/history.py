"""历史: every version of the base and of an entry, what it changed, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from common.errors import YidaError
from common.staff.roles import Role
from common.staff.web import current_staff, require
from knowledge_base.editing.errors import EditRefused, VersionUnknown
from knowledge_base.editing.forms import Form
from knowledge_base.editing.history import Version
from knowledge_base.errors import EntryUnknown
from knowledge_base.pages.diff import FieldDiff, form_diff
from knowledge_base.pages.editing import Editing, follow, thread
from knowledge_base.pages.errors import FormInvalid
from knowledge_base.pages.layout import go, page
from knowledge_base.pages.parts import parts

routes = web.RouteTableDef()
SHOWN = 100
#: Entries put back at once when the whole base goes back.
MOST_BACK = 300
#: Lines of a version's diff that are shown.
MOST_LINES = 2000
KINDS = {"added": "新增", "changed": "修改", "removed": "删除"}


@dataclass(frozen=True)
class Step:
    """One version of an entry: its form then (None where it was removed) and what differs from the one before."""

    version: Version
    form: Form | None
    changes: list[FieldDiff]


@routes.get("/history")
async def listing(request: web.Request) -> web.StreamResponse:
    """The versions of the whole base."""
    versions = await thread(parts(request).editing.history.versions, None, SHOWN)
    return page(request, "history.html", title="历史", versions=versions, kinds=KINDS, shown=SHOWN, names=await _names(request))


@routes.get("/history/{version}")
async def show(request: web.Request) -> web.StreamResponse:
    """What one version changed in the files."""
    history = parts(request).editing.history
    version = await thread(history.version, request.match_info["version"])
    text = await thread(history.diff, version.id)
    latest = await thread(history.versions, None, 1)
    return page(request, "history_version.html", title=f"版本 {version.id}", version=version, kinds=KINDS, lines=patch_lines(text),
                most=MOST_LINES, is_latest=bool(latest) and latest[0].id == version.id, names=await _names(request))


@routes.get("/history/entry/{entry_id}")
async def of_entry(request: web.Request) -> web.StreamResponse:
    """The versions of one entry, each against the one before."""
    entry_id, editing = request.match_info["entry_id"], parts(request).editing
    steps = await thread(steps_of, editing, entry_id)
    form, _, _ = await thread(editing.present, entry_id)
    if not steps and form is None:
        raise EntryUnknown(entry_id)
    return page(request, "history_entry.html", title=f"{entry_id} 的历史", entry_id=entry_id, steps=steps, present=form, kinds=KINDS,
                names=await _names(request))


@routes.post("/history/entry/{entry_id}/return")
@require(Role.REVIEWER)
async def return_entry(request: web.Request) -> web.StreamResponse:
    """One entry as it was in a version, at once: it was reviewed then."""
    entry_id, version = request.match_info["entry_id"], str((await request.post()).get("version", ""))
    me, editing = current_staff(request), parts(request).editing
    try:
        saved = await thread(editing.store.restore, entry_id, version, me.name)
    except EditRefused as error:
        raise FormInvalid(message_zh="那个版本现在通不过检查：" + error.problems[0].message + "。请用它开一份草稿来改。") from error
    await parts(request).staff.audit.add(me.name, "restored", entry_id, f"回到 {version}，新版本 {saved.version or '没有变化'}")
    await follow(parts(request).knowledge)
    return go(request, f"/history/entry/{entry_id}?done=restored")


@routes.post("/history/{version}/return")
@require(Role.REVIEWER)
async def return_base(request: web.Request) -> web.StreamResponse:
    """The whole base as it was in a version, entry by entry, each recorded."""
    version, me = request.match_info["version"], current_staff(request)
    done, refused = await thread(back_to, parts(request).editing, version, me.name)
    await parts(request).staff.audit.add(me.name, "restored", "全部条目", f"回到 {version}：{len(done)} 条，{len(refused)} 条没成")
    await follow(parts(request).knowledge)
    if refused:
        raise FormInvalid(message_zh=f"已退回 {len(done)} 条；{len(refused)} 条没成。", fields=refused)
    return go(request, "/history?done=restored")


def steps_of(editing: Editing, entry_id: str) -> list[Step]:
    """The latest first. Blocks."""
    versions = editing.history.versions(entry_id, SHOWN)
    forms: list[Form | None] = []
    for version in versions:
        try:
            forms.append(editing.history.form_at(version.id, entry_id))
        except VersionUnknown:
            forms.append(None)
    return [Step(version, form, form_diff(before, form))
            for version, form, before in zip(versions, forms, [*forms[1:], None], strict=True)]


def back_to(editing: Editing, version: str, author: str) -> tuple[list[str], dict[str, str]]:
    """Put back whatever was changed after a version. Ids put back, and why others were not. Blocks."""
    wanted = editing.history.version(version)
    changed: dict[str, None] = {}
    for later in editing.history.versions(None, 1000):
        if later.id == wanted.id:
            break
        changed |= dict.fromkeys(later.entries_changed)
    else:
        raise FormInvalid(message_zh="这个版本太早，不能一次退回；请逐条退回。")
    if len(changed) > MOST_BACK:
        raise FormInvalid(message_zh=f"要退回 {len(changed)} 条，超过一次 {MOST_BACK} 条的上限；请选近一点的版本。")
    done: list[str] = []
    failed: dict[str, str] = {}
    waiting = dict.fromkeys(changed, "")
    while waiting:
        # An entry that names another one can only come back after it: who was refused gets another turn.
        refused: dict[str, str] = {}
        for entry_id in waiting:
            try:
                _put_back(editing, wanted.id, entry_id, author)
                done.append(entry_id)
            except EditRefused as error:
                refused[entry_id] = f"{entry_id}：{error.problems[0].message}。"
            except YidaError as error:
                failed[entry_id] = f"{entry_id}：{error.message_zh}"
        if len(refused) == len(waiting):
            return done, failed | refused
        waiting = refused
    return done, failed


def patch_lines(text: str) -> list[tuple[str, str]]:
    """(kind, line) of a unified diff, without git's own headings; kind is add, cut, place or same."""
    out: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line.startswith("diff --git "):
            out.append(("file", line.rsplit(" b/", 1)[-1]))
        elif line.startswith(("index ", "--- ", "+++ ", "new file", "deleted file", "\\ No newline")):
            continue
        elif line.startswith("@@"):
            out.append(("place", line.split("@@")[-1].strip() or "…"))
        else:
            out.append(({"+": "add", "-": "cut"}.get(line[:1], "same"), line[1:]))
    return out


def _put_back(editing: Editing, version: str, entry_id: str, author: str) -> None:
    try:
        editing.history.form_at(version, entry_id)
    except VersionUnknown:  # it came later
        form, base, _ = editing.present(entry_id)
        if form is not None:
            editing.store.delete(entry_id, base, author, f"退回版本 {version}：删除 {entry_id}")
        return
    editing.store.restore(entry_id, version, author)


async def _names(request: web.Request) -> dict[str, str]:
    return {account.name: account.shown for account in await parts(request).staff.accounts.all()}
