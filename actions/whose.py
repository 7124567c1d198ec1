"""Naming the line a figure belongs to, so that nobody mistakes a parent's for their own."""

from __future__ import annotations

from actions.framework.action import YidaAction
from actions.framework.turn import Turn


async def whose(action: YidaAction, turn: Turn, phone: str) -> str:
    """`您的`, or `李秀英（您的母亲）的` while acting for somebody."""
    own = await action.customer_phone(turn)
    if phone == own:
        return "您的"
    for grant in await action.services.operator.delegations.granted_to(own or ""):
        if grant.owner_phone == phone:
            return f"{grant.owner_name}（您的{grant.relation_zh}）的"
    return "您的"
