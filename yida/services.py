"""Makes the services of the action server from the settings."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from actions.framework.replies import Replies
from actions.framework.services import Services
from bss.catalogue.loader import default_catalogue
from bss.demo import DemoOperator
from bss.http.client import connect
from bss.identity import open_identity
from bss.ports import Operator
from common.clock import Clock, SystemClock
from common.errors import ConfigError
from common.ids import RandomIds
from common.settings import ROOT, Settings
from knowledge_base.encoder_choice import open_encoder
from knowledge_base.mining.recorder import Recorder
from knowledge_base.mining.tables import open_store
from knowledge_base.service import KnowledgeBase
from service_desk.desk import ServiceDesk


@dataclass
class Running:
    """Everything that was opened; `demo` is there only with the demo operator."""

    services: Services
    recorder: Recorder
    demo: DemoOperator | None

    async def close(self) -> None:
        """Close in the opposite order."""
        self.services.knowledge.close()
        await asyncio.to_thread(self.recorder.close)
        self.services.desk.close()
        await self.services.operator.close()


async def open_services(settings: Settings, clock: Clock | None = None) -> Running:
    """Open all services. Raises ConfigError where a setting is missing."""
    clock = clock or SystemClock()
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    operator, demo = await _operator(settings, clock)
    identity = open_identity(settings.database, operator.messages, clock,
                             secret=settings.session_key.get_secret_value())
    catalogue = default_catalogue()
    knowledge = KnowledgeBase.open(settings.faq_dir, open_encoder(settings.encoder, settings.models_dir), catalogue.lookup,
                                   vectors_of(settings), clock)
    knowledge.start()
    desk = ServiceDesk(settings.database, operator.messages, clock, RandomIds())
    recorder = Recorder(open_store(settings.database), clock)
    recorder.start()
    replies = Replies.load(ROOT / "actions" / "replies")
    services = Services(operator=operator, identity=identity, knowledge=knowledge, desk=desk, handover=desk.handover,
                        replies=replies, clock=clock, ids=RandomIds(), settings=settings)
    return Running(services, recorder, demo)


def vectors_of(settings: Settings) -> Path:
    """Where the knowledge base's embeddings are kept; the snapshot stands beside it."""
    return settings.models_dir / "cache" / "faq_vectors.sqlite"


async def _operator(settings: Settings, clock: Clock) -> tuple[Operator, DemoOperator | None]:
    if settings.operator_url:
        return await connect(settings.operator_url, settings.operator_key.get_secret_value(),
                       timeout=settings.operator_timeout), None
    if not settings.demo:
        raise ConfigError("no operator", message_zh="请设置 YIDA_OPERATOR_URL（运营商系统地址），或用 YIDA_DEMO=1 启动演示。")
    demo = DemoOperator(settings.operator_database, clock=clock, timeout=settings.operator_timeout)
    await demo.start()
    return demo.operator, demo
