"""未答: questions the knowledge base did not settle."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import cast, get_args

from aiohttp import web

from knowledge_base.misses import REASON_NAMES, Reason
from knowledge_base.pages.layout import page
from knowledge_base.pages.parts import parts
from knowledge_base.vocabulary import CHANNELS

routes = web.RouteTableDef()
SHOWN = 200


@routes.get("/misses")
async def listing(request: web.Request) -> web.StreamResponse:
    """`?reason=`: the latest, masked as they were kept."""
    reason = request.query.get("reason", "")
    chosen = cast(Reason, reason) if reason in get_args(Reason) else None
    misses = parts(request).misses
    found = await asyncio.to_thread(misses.recent, SHOWN, chosen)
    counts = Counter(miss.reason for miss in found)
    return page(request, "misses.html", title="未答", misses=found, reasons=REASON_NAMES, reason=chosen or "", counts=counts,
                channel_names=CHANNELS, shown=SHOWN)
