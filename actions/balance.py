"""How much money is left."""

from __future__ import annotations

from actions.framework.action import YidaAction
from actions.framework.outcome import Outcome
from actions.framework.turn import Turn
from actions.whose import whose
from bss.types import CustomerStatus

#: Below this balance a top-up is proposed, in fen.
LOW_FEN = 1000


class QueryBalance(YidaAction):
    """TMF654: balance or debt, and the way to pay."""

    action_name = "action_query_balance"
    needs_customer = True

    async def handle(self, turn: Turn) -> Outcome:
        phone = await self.subject_phone(turn)
        assert phone is not None
        operator = self.services.operator
        balance = await operator.balance.balance(phone)
        name = await whose(self, turn, phone)
        if balance.owed_fen > 0:
            customer = await operator.customers.find(phone)
            stopped = customer.status == CustomerStatus.SUSPENDED_ARREARS
            outcome = self.reply(turn, "balance.owed", whose=name, owed=balance.owed_fen,
                                 suspended="，已停机" if stopped else "", buttons=["现在充值", "转人工"])
            outcome.slots["offer"] = {"yes": "recharge_form"}
        elif balance.balance_fen < LOW_FEN:
            outcome = self.reply(turn, "balance.low", whose=name, balance=balance.balance_fen,
                                 spent=balance.month_spent_fen, buttons=["现在充值", "查账单"])
            outcome.slots["offer"] = {"yes": "recharge_form"}
        else:
            outcome = self.reply(turn, "balance.ok", whose=name, balance=balance.balance_fen,
                                 spent=balance.month_spent_fen, buttons=["查账单", "查流量", "充值"])
        outcome.slots["context"] = {"intent": "query_balance"}
        return outcome
