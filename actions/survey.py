"""The answer to `满意吗`: 1, 2 or 3, for the last ticket that was done, else for this conversation."""

from __future__ import annotations

import datetime as dt

from actions.framework.action import YidaAction
from actions.framework.outcome import Outcome
from actions.framework.turn import Turn
from bss.errors import BssError
from service_desk.survey import parse_survey
from service_desk.types import Ticket, TicketState

#: A ticket done longer ago than this is not what a mark given now is about.
_RECENT = dt.timedelta(days=7)


class RateService(YidaAction):
    """Needs no identity; a mark of somebody unknown is kept without a promise to call back."""

    action_name = "action_rate_service"

    async def handle(self, turn: Turn) -> Outcome:
        score = parse_survey(turn.text)
        if score is None:
            return self.reply(turn, "survey.ask", buttons=["非常满意", "满意", "不满意"])
        try:
            phone = await self.customer_phone(turn) or ""
        except BssError:
            phone = ""
        ticket = await self._about(phone)
        ticket_id = ticket.ticket_id if ticket else None
        result = await self.services.desk.record_survey(
            ticket_id, phone, score, turn.text[:200], f"survey:{ticket_id or turn.conversation_id}"
        )
        if result.score != score:
            return self.reply(turn, "survey.already", buttons=["转人工"] if score == 3 else [])
        if result.score == 3 and not phone:
            return self.reply(turn, "survey.sorry_unknown", buttons=["我要投诉", "转人工"])
        return self.reply(turn, "survey.noted", note=result.note_zh, buttons=["转人工"] if result.score == 3 else [])

    async def _about(self, phone: str) -> Ticket | None:
        tickets = await self.services.desk.find(phone) if phone else []
        since = self.services.clock.now() - _RECENT
        done = [t for t in tickets if t.state in (TicketState.RESOLVED, TicketState.CLOSED)
                and (t.resolved_at or t.closed_at or t.updated_at) >= since]  # fmt: skip
        return max(done, key=lambda t: t.resolved_at or t.closed_at or t.updated_at, default=None)
