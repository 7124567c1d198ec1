"""Several requests of one message: the first is served at once, the others wait here for their turn.

`nlu.requests` finds them; a request that opens a task keeps the others waiting until the task is over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from actions.framework import stack
from actions.framework.outcome import UNCHANGED, Outcome
from actions.framework.turn import Said, Turn

SLOT = "requests"
#: What waits longer than this is forgotten: nobody remembers having said it.
KEPT = dt.timedelta(minutes=30)

#: Intent -> the action that serves it (bot/rules; tests/actions keep the two together).
SERVED: dict[str, str] = {
    "query_balance": "action_query_balance",
    "query_bill": "action_query_bill",
    "query_usage": "action_query_usage",
    "query_plan": "action_query_plan",
    "change_plan": "change_plan_form",
    "recharge": "recharge_form",
    "query_points": "action_query_points",
    "redeem_points": "redeem_points_form",
    "report_broadband_fault": "fault_form",
    "report_mobile_fault": "fault_form",
    "report_iptv_fault": "fault_form",
    "book_repair": "book_repair_form",
    "query_ticket": "action_query_ticket",
    "urge_ticket": "action_urge_ticket",
    "cancel_ticket": "cancel_ticket_form",
    "complain": "complain_form",
    "transfer_human": "action_transfer_human",
    "suspend_service": "suspend_form",
    "resume_service": "resume_form",
    "report_lost": "report_lost_form",
    "cancel_lost": "cancel_lost_form",
    "manage_roaming": "roaming_form",
    "manage_vas": "vas_form",
    "manage_password": "password_form",
    "verify_identity": "action_verify_identity",
    "install_broadband": "install_broadband_form",
    "port_number": "action_port_number",
    "enterprise_service": "enterprise_form",
    "family_agent": "family_form",
    "ask_faq": "action_answer_question",
}


def first_of(turn: Turn, action: str) -> Turn:
    """The turn as if only the first of its requests had been said; a loop that waits for an answer hears it whole."""
    if turn.ran or len(turn.requests) < 2 or turn.active_loop == action:
        return turn
    return turn.with_said(turn.requests[0])


def keep_rest(turn: Turn, outcome: Outcome, now: dt.datetime) -> list[Said]:
    """What of this message is still to be served is put into the slot; returns it where it was put there now."""
    rest = list(turn.requests[1:]) if not turn.ran and turn.requests and turn.said == turn.requests[0] else []
    if rest:
        outcome.slots[SLOT] = {"at": now.isoformat(), "said": [said.as_message() for said in rest]}
    return rest


def go_on(turn: Turn, outcome: Outcome, now: dt.datetime) -> Said | None:
    """The next request, taken out of the slot, where nothing is in the way; else None."""
    slots = {**turn.slots, **outcome.slots}
    waiting = _waiting(slots.get(SLOT), now)
    if not waiting:
        if slots.get(SLOT):
            outcome.slots[SLOT] = None
        return None
    tasks = stack.load(slots)
    if tasks and not _was_there(tasks, turn):
        return None
    if outcome.followup is not None and not (tasks and outcome.followup == tasks[-1].name):
        return None
    if not tasks and outcome.loop not in (UNCHANGED, None):
        return None
    outcome.slots[SLOT] = {**slots[SLOT], "said": [said.as_message() for said in waiting[1:]]} if waiting[1:] else None
    return waiting[0]


def _was_there(tasks: Sequence[stack.TaskState], turn: Turn) -> bool:
    """Whether the task in hand is older than these requests: then they are digressions and come first."""
    before = stack.load(turn.slots)
    return bool(before) and before[-1].key == tasks[-1].key and bool(turn.requests)


def _waiting(kept: Any, now: dt.datetime) -> list[Said]:
    if not kept or now - dt.datetime.fromisoformat(kept["at"]) > KEPT:
        return []
    return [Said.from_message(message) for message in kept["said"]]
