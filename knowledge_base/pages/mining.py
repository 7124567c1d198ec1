"""聚类 and 用量: unanswered questions put together, with what to change; and which entries are used."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from aiohttp import web

from common.staff.web import current_staff
from knowledge_base.mining.errors import EditLosesMore
from knowledge_base.mining.miner import Accepted, Miner
from knowledge_base.mining.propose import KIND_NAMES
from knowledge_base.mining.usage import Usage
from knowledge_base.misses import REASON_NAMES
from knowledge_base.pages.editing import thread
from knowledge_base.pages.errors import NothingHere
from knowledge_base.pages.history import patch_lines
from knowledge_base.pages.layout import go, page
from knowledge_base.pages.parts import parts

routes = web.RouteTableDef()
#: Days looked back for the counts: (days, what it is called); 0: ever.
PERIODS = ((30, "最近 30 天"), (90, "最近 90 天"), (0, "全部"))
SHOWN_USED = 200


@routes.get("/mining")
async def listing(request: web.Request) -> web.StreamResponse:
    """`?kind=`: groups of the last 30 days, the most asked first."""
    found = await thread(_miner(request).proposals)
    kind = request.query.get("kind", "")
    counts = Counter(proposal.kind for proposal in found)
    shown = [proposal for proposal in found if not kind or proposal.kind == kind]
    return page(request, "mining.html", title="聚类", proposals=shown, total=len(found), kinds=KIND_NAMES, counts=counts, kind=kind,
                reasons=REASON_NAMES)


@routes.get("/mining/{code}")
async def show(request: web.Request) -> web.StreamResponse:
    """One group: everything asked, the edit, and what it would do to the answers."""
    miner = _miner(request)
    proposal = await thread(miner.find, request.match_info["code"])
    effect = await thread(miner.effect, proposal)
    return page(request, "mining_group.html", title=proposal.representative, proposal=proposal, effect=effect, kinds=KIND_NAMES,
                file=proposal.diff.partition("\n")[0].removeprefix("--- a/"), lines=patch_lines(proposal.diff), reasons=REASON_NAMES)


@routes.post("/mining/{code}/accept")
async def accept(request: web.Request) -> web.StreamResponse:
    """`force?`: an edit becomes a draft of whoever asks, the others are marked as handled."""
    data, me, miner = await request.post(), current_staff(request), _miner(request)
    proposal = await thread(miner.find, request.match_info["code"])
    try:
        accepted = await thread(miner.accept, proposal, me.name, force=bool(data.get("force")), as_draft=True)
    except EditLosesMore as error:
        raise EditLosesMore(error.effect, hint_zh="看过之后仍要这样改，请勾选“仍然采纳”。") from error
    await parts(request).staff.audit.add(me.name, "mined", proposal.entry_id or proposal.nearest or "", KIND_NAMES[proposal.kind])
    return go(request, _next(accepted))


@routes.get("/usage")
async def usage(request: web.Request) -> web.StreamResponse:
    """`?days=&never=1`: counts of entries, or those never used."""
    counts = parts(request).counts
    if counts is None:
        raise NothingHere()
    days = next((days for days, _ in PERIODS if request.query.get("days") == str(days)), PERIODS[0][0])
    since = parts(request).clock.now().date() - dt.timedelta(days=days - 1) if days else None
    entries = {entry.id: entry for entry in parts(request).knowledge.base.snapshot.entries}
    used, never = await thread(_counted, counts, list(entries), since)
    return page(request, "usage.html", title="用量", used=used[:SHOWN_USED], never=never, entries=entries, days=days, periods=PERIODS,
                only_never="never" in request.query)


def _miner(request: web.Request) -> Miner:
    miner = parts(request).miner
    if miner is None:
        raise NothingHere()
    return miner


def _next(accepted: Accepted) -> str:
    if accepted.how != "draft":
        return "/mining?done=handled"
    known = accepted.proposal.base is not None
    return f"/entries/{accepted.proposal.entry_id}?done=drafted" if known else f"/drafts/{accepted.draft_id}?done=drafted"


def _counted(counts: Usage, entry_ids: list[str], since: dt.date | None) -> tuple[list[object], list[str]]:
    return list(counts.by_entry(since)), counts.never_used(entry_ids, since)
