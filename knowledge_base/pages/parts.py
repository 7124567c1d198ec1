"""What the pages are made of; the composition root passes it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from common.clock import Clock
from common.staff.service import Staff
from knowledge_base.mining.miner import Miner
from knowledge_base.mining.usage import Usage
from knowledge_base.misses import Misses
from knowledge_base.pages.editing import Editing
from knowledge_base.pages.knowledge import Knowledge
from knowledge_base.pages.plans import Plans
from knowledge_base.pages.speech import Speaker
from knowledge_base.render import References


@dataclass(frozen=True)
class Parts:
    """`usage` gives how often each entry answered (by id), None where nobody counts; `counts`
    has all of that. `miner` makes proposals of the misses. `demo`: its accounts are shown."""

    staff: Staff
    knowledge: Knowledge
    editing: Editing
    faq_dir: Path
    references: References
    misses: Misses
    clock: Clock
    plans: Plans
    speaker: Speaker | None = None
    usage: Callable[[], Mapping[str, int]] | None = None
    counts: Usage | None = None
    miner: Miner | None = None
    demo: bool = False


PARTS = web.AppKey("kb_parts", Parts)


def parts(request: web.Request) -> Parts:
    """The parts of the application that serves this request."""
    return request.config_dict[PARTS]
