"""Everything outside the conversation that actions may call, handed in at start-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.clock import Clock
from common.ids import IdMaker
from common.settings import Settings

if TYPE_CHECKING:
    from actions.framework.replies import Replies
    from bss.identity import OneTimeCodes
    from bss.ports import Operator
    from knowledge_base.service import KnowledgeBase
    from service_desk.desk import ServiceDesk
    from service_desk.handover import Handover


@dataclass(frozen=True)
class Services:
    """`operator` may be slow or absent: its errors carry a sentence for the customer."""

    operator: Operator
    identity: OneTimeCodes
    knowledge: KnowledgeBase
    desk: ServiceDesk
    handover: Handover
    replies: Replies
    clock: Clock
    ids: IdMaker
    settings: Settings
