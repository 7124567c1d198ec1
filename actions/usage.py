"""How much data, how many minutes and texts are left."""

from __future__ import annotations

import re

from actions.framework.action import YidaAction
from actions.framework.outcome import Outcome
from actions.framework.turn import Turn
from actions.hearing import named, positive
from actions.whose import whose
from bss.types import Usage

_KINDS = {"data": ("流量", "个g", "数据", "上网", "网的量"), "voice": ("分钟", "语音", "通话", "电话", "免费打"),
          "sms": ("短信", "短讯", "彩信")}  # fmt: skip
_ALL = re.compile(r"套餐(余|剩|里|内|还)|余量|都还|全部|一共剩")
#: Below this share of the allowance more is offered.
LOW = 0.1


class QueryUsage(YidaAction):
    """TMF677: what is left of this month, first what was asked about; a pack is offered when it runs short."""

    action_name = "action_query_usage"
    needs_customer = True

    async def handle(self, turn: Turn) -> Outcome:
        phone = await self.subject_phone(turn)
        assert phone is not None
        usage = await self.services.operator.usage.usage(phone)
        kinds = self._kinds(turn)
        low = [k for k in ("data", "voice") if k in kinds and _low(usage, k)]
        packs = [p for p in usage.packs if p.kind in kinds and p.expires != usage.cycle_end and p.used < p.total]
        buttons = {"data": ["买流量包", "换套餐"], "voice": ["买语音包", "换套餐"]}.get(low[0]) if low else None
        outcome = self.reply(
            turn, "usage.left", whose=await whose(self, turn, phone), kinds=kinds, u=usage, low=low,
            total=any(_total(usage, k) for k in kinds),
            packs=[{"name": p.name, "left": p.total - p.used, "kind": p.kind, "expires": p.expires} for p in packs],
            buttons=[*(buttons or ["查话费", "查我的套餐"]), "转人工"][: 3],
            data={"data_left_mb": usage.data_left_mb, "minutes_left": usage.minutes_left, "sms_left": usage.sms_left},
        )  # fmt: skip
        outcome.slots["context"] = {"intent": "query_usage", "low": low[0] if low else None}
        if low:
            outcome.slots["offer"] = {"yes": "change_plan_form"}
        return outcome

    def _kinds(self, turn: Turn) -> list[str]:
        """What was asked about; data and minutes where nothing was, for an elder one thing at a time."""
        found = named(positive(turn.text), _KINDS) or named(turn.text, _KINDS)
        if _ALL.search(turn.text) and found in ([], ["data"]):
            found = []
        return found or ["data", "voice"]


def _total(usage: Usage, kind: str) -> int:
    return {"data": usage.data_total_mb, "voice": usage.minutes_total, "sms": usage.sms_total}[kind]


def _low(usage: Usage, kind: str) -> bool:
    left = {"data": usage.data_left_mb, "voice": usage.minutes_left}[kind]
    return left < _total(usage, kind) * LOW
