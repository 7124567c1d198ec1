"""Imports that were looked at and wait for a second person's yes. In memory: a restart asks for the file again."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from dataclasses import dataclass

from common.clock import Clock
from common.ids import IdMaker, RandomIds
from knowledge_base.editing.exchange import ImportPlan
from knowledge_base.pages.errors import NothingHere

#: Plans kept at most, all people together, and for how long.
MOST = 20
KEPT = dt.timedelta(hours=12)


@dataclass(frozen=True)
class Waiting:
    """One upload: `plan` is what it would do, `data` the file itself, for planning again."""

    plan_id: str
    author: str
    at: dt.datetime
    data: bytes
    plan: ImportPlan


class Plans:
    """Used from the event loop alone; planning itself runs in threads."""

    def __init__(self, clock: Clock, ids: IdMaker | None = None) -> None:
        self._clock = clock
        self._ids = ids or RandomIds()
        self._kept: OrderedDict[str, Waiting] = OrderedDict()

    def keep(self, author: str, data: bytes, plan: ImportPlan, plan_id: str = "") -> Waiting:
        """Remember a plan; `plan_id` takes the place of an earlier one."""
        waiting = Waiting(plan_id or self._ids.new("import-"), author, self._clock.now(), data, plan)
        self._kept[waiting.plan_id] = waiting
        self._kept.move_to_end(waiting.plan_id)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return waiting

    def get(self, plan_id: str) -> Waiting:
        """Raises NothingHere."""
        found = {waiting.plan_id: waiting for waiting in self.all()}.get(plan_id)
        if found is None:
            raise NothingHere(message_zh="这次导入已经完成或过期了，请重新上传文件。")
        return found

    def forget(self, plan_id: str) -> None:
        """It was applied or given up."""
        self._kept.pop(plan_id, None)

    def all(self) -> list[Waiting]:
        """The latest first."""
        return [w for w in reversed(self._kept.values()) if self._clock.now() - w.at < KEPT]


