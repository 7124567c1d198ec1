"""检索: asks like a customer, and says why."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from common.log import get_logger
from common.staff.web import public
from knowledge_base.calibration import Calibration
from knowledge_base.errors import EncoderUnavailable
from knowledge_base.matching import cut
from knowledge_base.pages.errors import FormInvalid, NotOpened, StillLoading
from knowledge_base.pages.knowledge import Knowledge
from knowledge_base.pages.layout import page
from knowledge_base.pages.parts import parts
from knowledge_base.search import Filters, Hit, SearchResult, asks_something, search
from knowledge_base.vocabulary import CHANNELS, SEGMENTS

routes = web.RouteTableDef()
_log = get_logger(__name__)
LONGEST_QUESTION = 200
HITS = 5
#: The value of a filter that is set to "not known".
UNKNOWN = "unknown"
OUTCOMES = {"answer": "直接回答", "choose": "请客户选择", "none": "没有答案"}


@dataclass(frozen=True)
class Asked:
    """What the form says. A filter that is None is not applied, "" means not known."""

    text: str
    channel: str | None
    region: str | None
    segment: str | None
    day: dt.date


@routes.get("/")
async def form(request: web.Request) -> web.StreamResponse:
    """The empty form."""
    return page(request, "search.html", **_frame(request))


@routes.post("/")
async def ask(request: web.Request) -> web.StreamResponse:
    """The form with what was found. A POST, so that a question stands in no address and no log."""
    data = await request.post()
    values = {name: str(data.get(name, "")).strip()[:LONGEST_QUESTION] for name in ("text", "channel", "region", "segment", "day")}
    kb, frame = parts(request).knowledge, _frame(request) | {"values": values}
    try:
        asked = _asked(values, parts(request).clock.now().date())
    except FormInvalid as error:
        return page(request, "search.html", 422, **frame | {"message": error.message_zh})
    if not asked.text:
        return page(request, "search.html", **frame)
    result = await asyncio.to_thread(explain, kb, asked)
    calibration = kb.base.snapshot.calibration
    return page(request, "search.html", **frame | {
        "result": result, "calibration": calibration, "outcome": OUTCOMES[result.outcome],
        "rows": {hit.entry_id: contributions(hit, calibration) for hit in result.hits},
        "names": {hit.why.runner_up: kb.base.entry(hit.why.runner_up).question for hit in result.hits if hit.why.runner_up},
    })  # fmt: skip


@routes.get("/ready")
@public
async def ready(request: web.Request) -> web.StreamResponse:
    """Whether the knowledge base of these pages is open, for the page that waits and for probes."""
    return web.json_response({"state": parts(request).knowledge.state})


def explain(knowledge: Knowledge, asked: Asked, limit: int = HITS) -> SearchResult:
    """`KnowledgeBase.search` of any day. Blocks. Raises StillLoading and NotOpened."""
    base = knowledge.base
    snapshot, tokens = base.snapshot, cut(asked.text)
    vector = None
    if snapshot.sentences and asks_something(tokens):
        try:
            vector = knowledge.encoder.encode_queries([tokens.text])
        except EncoderUnavailable:
            _log.exception("encoder failed, searching by characters and sounds")
    filters = Filters(asked.channel, asked.region, asked.segment, asked.day)
    return search(snapshot, tokens, vector, filters, limit, base.answer)


def contributions(hit: Hit, calibration: Calibration) -> list[dict[str, Any]]:
    """The signs of a hit, each with its value and what it adds to the log-odds of its probability."""
    return [{"sign": sign, "value": value, "adds": calibration.coefficients[sign] * value}
            for sign, value in hit.why.scores.items()]


def _frame(request: web.Request) -> dict[str, Any]:
    knowledge = parts(request).knowledge
    try:
        regions = sorted({region for entry in knowledge.base.snapshot.entries for region in entry.regions})
    except (StillLoading, NotOpened):
        if knowledge.state == "failed":
            raise
        regions = []
    today = parts(request).clock.now().date()
    return {"title": "检索", "values": {"day": today.isoformat()}, "regions": regions, "result": None, "message": "",
            "unknown": UNKNOWN, "state": knowledge.state}


def _asked(values: dict[str, str], today: dt.date) -> Asked:
    try:
        day = dt.date.fromisoformat(values["day"]) if values["day"] else today
    except ValueError:
        raise FormInvalid(message_zh="日期写成 2026-01-31 这样。") from None
    return Asked(values["text"], _filter(values["channel"], CHANNELS), _filter(values["region"]),
                 _filter(values["segment"], SEGMENTS), day)


def _filter(value: str, known: dict[str, str] | None = None) -> str | None:
    if value == UNKNOWN:
        return ""
    return value if value and (known is None or value in known) else None
