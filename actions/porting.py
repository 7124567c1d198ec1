"""Taking the number elsewhere: whether, and if not, why and what would clear the way. Coming to us is explained."""

from __future__ import annotations

import re

from actions.framework.action import YidaAction
from actions.framework.outcome import Outcome
from actions.framework.turn import Turn
from actions.hearing import positive
from actions.known import known
from bss.types import CustomerStatus

_IN = re.compile(
    r"(转|携|带|换|来|搬|回|弄|移|转网)[^，。]{0,4}(入|进来|过来|进你们|到你们|来你们|到恁家|到我们?这)|[来到转过](你们|恁|你哋|侬)(家|这|呢度|度)"
    r"|现在用?的?(是)?别家|我在别家|别家的?号|从(移动|联通|电信|广电|别家)|回到?你们|再回来|转进|携入|转入"
)
_CODE = re.compile(r"授权码|受权码|授权吗|六位码|6位码|那个码|什么码|码.{0,4}(没收到|发我|再发)")


class PortNumber(YidaAction):
    """The check is for the owner only; how it is done is for anybody."""

    action_name = "action_port_number"

    async def handle(self, turn: Turn) -> Outcome:
        if _IN.search(positive(turn.text)):
            return known(self, turn, "port-how", ["转人工"], lead=self.say(turn, "porting.welcome").text)
        own = await self.customer_phone(turn)
        if own is None:
            return self.who_first(turn)
        check = await self.services.operator.orders.port_check(own)
        if check.eligible:
            key = "porting.code" if _CODE.search(turn.text) else "porting.eligible"
            balance = await self.services.operator.balance.balance(own)
            points = await self.services.operator.loyalty.points(own)
            return self.reply(turn, key, phone=own, balance=balance.balance_fen, points=points.points,
                              buttons=["转人工", "换套餐", "查积分"])
        outcome = self.reply(turn, "porting.blocked", phone=own, reasons=list(check.reasons_zh), owed=check.owed_fen,
                             end=check.contract_end, penalty=check.penalty_fen,
                             buttons=["现在充值" if check.owed_fen else "换套餐", "转人工"])
        status = (await self.services.operator.customers.find(own)).status
        if check.owed_fen:
            outcome.slots["offer"] = {"yes": "recharge_form"}
        elif status == CustomerStatus.SUSPENDED_ON_REQUEST:
            outcome.slots["offer"] = {"yes": "resume_form"}
        return outcome
