"""What the customer is on: plan, contents, contract, and what hangs on the line."""

from __future__ import annotations

import re

from actions.framework.action import YidaAction
from actions.framework.outcome import Outcome
from actions.framework.turn import Turn
from actions.whose import whose
from bss.types import Product, ProductKind, ProductStatus

_CONTRACT = re.compile(r"合约|合同|协议|合月|和约|协一|到期|绑|期限|签|承诺|活动|违约|在网|优惠.{0,4}(到|完)")
_LINES = re.compile(r"宽带|宽待|几兆|多少兆|网线|光纤|电视|iptv|座机|固话|专线", re.IGNORECASE)
_FIXED = (ProductKind.BROADBAND, ProductKind.IPTV, ProductKind.LANDLINE, ProductKind.LEASED)


class QueryPlan(YidaAction):
    """TMF637: the plan with what it gives, or the contract, or the fixed lines, as asked."""

    action_name = "action_query_plan"
    needs_customer = True

    async def handle(self, turn: Turn) -> Outcome:
        phone = await self.subject_phone(turn)
        assert phone is not None
        operator = self.services.operator
        plan = await operator.products.current_plan(phone)
        products = [p for p in await operator.products.products(phone) if p.status != ProductStatus.TERMINATED]
        values = {"whose": await whose(self, turn, phone), "plan": plan}
        if _CONTRACT.search(turn.text):
            bound = [p for p in products if p.kind in _FIXED and p.ends is not None]
            return self._keep(self.reply(turn, "plan.contract", lines=bound, buttons=["换套餐", "查流量"], **values))
        lines = [p for p in products if p.kind in _FIXED]
        if _LINES.search(turn.text) and "套餐" not in turn.text:
            key = "plan.lines" if lines else "plan.no_line"
            buttons = ["宽带报修", "查账单"] if lines else ["装宽带", "查我的套餐"]
            return self._keep(self.reply(turn, key, lines=[_line(p) for p in lines], buttons=buttons, **values))
        offer = await operator.catalog.offer(plan.plan_id)
        services = [p for p in products if p.kind == ProductKind.VAS and p.monthly_fee_fen]
        outcome = self.reply(
            turn, "plan.current", offer=offer, lines=[_line(p) for p in lines], services=services,
            buttons=["查流量", "换套餐", "增值业务"] if services else ["查流量", "换套餐"],
            data={"plan_id": plan.plan_id}, **values,
        )  # fmt: skip
        return self._keep(outcome)

    def _keep(self, outcome: Outcome) -> Outcome:
        outcome.slots["context"] = {"intent": "query_plan"}
        return outcome


def _line(product: Product) -> dict[str, object]:
    return {"name": product.name, "fee": product.monthly_fee_fen, "ends": product.ends,
            "remark": product.attributes.get("remark", ""), "pending": product.status == ProductStatus.PENDING}
