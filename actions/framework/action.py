"""The base of every action: who is asking, honest words when a system is down, back to the task in hand."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from typing import Any, ClassVar

from rasa_sdk import Action
from rasa_sdk.interfaces import ActionExecutionRejection

from actions.framework import requests, stack, subject
from actions.framework.outcome import UNCHANGED, Outcome, events, utter
from actions.framework.profile import AGE_SEEN, announce, elder_on_file
from actions.framework.replies import Reply
from actions.framework.services import Services
from actions.framework.turn import Said, Turn, turn_from_tracker
from actions.menu import TITLES
from bss.errors import SystemUnavailable
from common.errors import YidaError
from common.trace import tracing

log = logging.getLogger(__name__)

PENDING = "pending"
VERIFY, _FAMILY = "verify_form", "family_form"
#: Plain queries that may be about a relative's line (`帮我妈看看话费`): then the leave is looked for first.
_ASKED_FOR_OTHERS = frozenset({"query_balance", "query_bill", "query_usage", "query_plan", "query_points", "query_ticket"})


class YidaAction(Action):
    """One action. Subclasses set `action_name` and write `handle`.

    `needs_customer`: the customer must be proven first; what they asked is kept and served after.
    """

    action_name: ClassVar[str]
    needs_customer: ClassVar[bool] = False
    #: False for actions that end or replace the task in hand, so it does not ask its question again.
    returns_to_task: ClassVar[bool] = True
    #: False for actions after which nothing said before is still wanted.
    keeps_requests: ClassVar[bool] = True
    #: Looks at every outcome: (name, turn, outcome). It may set slots.
    watch: Callable[[str, Turn, Outcome], None] | None = None

    def __init__(self, services: Services) -> None:
        self.services = services

    def name(self) -> str:
        return self.action_name

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        metadata = (tracker.latest_message or {}).get("metadata") or {}
        with tracing(metadata.get("trace_id")):
            turn, dropped = self._whose(self._resumed(requests.first_of(turn_from_tracker(tracker), self.name())))
            turn, by_age = await self._by_age(turn)
            outcome = await self._outcome(turn)
            self._go_on(turn, outcome)
            if self.watch is not None:
                self.watch(self.name(), turn, outcome)
            if by_age:
                announce(outcome, by_age)
            if not turn.ran and turn.slots.get("profile"):
                outcome.slots.setdefault("profile", turn.profile)
            if dropped:
                outcome.slots.setdefault(subject.SLOT, None)
            for reply in outcome.replies:
                utter(dispatcher, reply)
            log.info("action", extra={"action": self.name(), "intent": turn.intent, "replies": len(outcome.replies)})
            return events(outcome, turn.active_loop)

    async def handle(self, turn: Turn) -> Outcome:
        """Serve the turn."""
        raise NotImplementedError

    # ------------------------------------------------------------------ helpers for subclasses

    def say(self, turn: Turn, key: str, **values: Any) -> Reply:
        """A reply from the catalogue in the turn's profile."""
        return self.services.replies.say(key, elder=turn.elder, **values)

    def reply(self, turn: Turn, key: str, **values: Any) -> Outcome:
        """An outcome of one reply from the catalogue."""
        return Outcome([self.say(turn, key, **values)])

    async def customer_phone(self, turn: Turn) -> str | None:
        """The proven customer's number: by a trusted channel, or by a one-time code; else None."""
        if turn.verified_phone:
            return turn.verified_phone
        return await self.services.identity.proven_phone(turn.conversation_id)

    async def subject_phone(self, turn: Turn) -> str | None:
        """The number the request is about: the parent's while a child acts for them, else the customer's own.

        The authorisation is checked again at every use, so a revoked one ends at once.
        """
        own = await self.customer_phone(turn)
        other = turn.slots.get("subject_phone")
        if own and other and await self.services.operator.delegations.allowed(own, other, self.scope):
            return str(other)
        return own

    def who_first(self, turn: Turn) -> Outcome:
        """Prove who is asking; then this request is served."""
        pending = {"action": self.name(), "message": turn.said.as_message()}
        return Outcome(slots={PENDING: pending}, followup=VERIFY)

    @property
    def scope(self) -> Any:
        """Which right a relative needs for this action."""
        from bss.types import Scope

        return Scope.QUERY

    # ------------------------------------------------------------------ machinery

    async def _by_age(self, turn: Turn) -> tuple[Turn, str | None]:
        """Once a conversation, and only while nobody chose: an elder on file gets the elder profile."""
        if turn.slots.get(AGE_SEEN) or not turn.verified_phone:
            return turn, None
        return await elder_on_file(self.services, turn, turn.verified_phone)

    def _resumed(self, turn: Turn) -> Turn:
        """What another action of this turn hands over is served: after the identity check the original
        request, not the code that was typed; after `family_form` the request with its own intent."""
        pending = turn.slots.get(PENDING)
        if pending and pending.get("action") == self.name() and turn.ran:
            return dataclasses.replace(turn.with_said(Said.from_message(pending["message"])), secret=False)
        return turn

    def _whose(self, turn: Turn) -> tuple[Turn, bool]:
        """The turn with `subject_phone` as it holds now, and whether the slot is to be emptied."""
        task = stack.top(turn.slots)
        answering = task is not None and task.name == self.name()
        phone, dropped = subject.settled(turn, self.services.clock.now(), answering=answering)
        return turn.with_slot(subject.SLOT, phone), dropped

    async def _outcome(self, turn: Turn) -> Outcome:
        try:
            if self.needs_customer and await self.customer_phone(turn) is None:
                return self.who_first(turn)
            if turn.intent in _ASKED_FOR_OTHERS and not turn.ran and not turn.active_loop and subject.for_relative(turn):
                return Outcome(followup=_FAMILY)
            outcome = await self.handle(turn)
        except ActionExecutionRejection:
            raise
        except SystemUnavailable as error:
            outcome = await self._system_down(turn, error)
        except YidaError as error:
            outcome = Outcome([self.say(turn, "common.error", message=error.message_zh, buttons=["转人工"])])
        except Exception as error:
            log.exception("action failed", extra={"action": self.name(), "error_type": type(error).__name__})
            outcome = Outcome([self.say(turn, "common.broken", buttons=["转人工"])])
        return self._back_to_task(turn, outcome)

    async def _system_down(self, turn: Turn, error: SystemUnavailable) -> Outcome:
        """Say so honestly and note the request down, once, so that somebody calls back."""
        log.warning("system unavailable", extra={"action": self.name(), "code": error.code})
        try:
            phone = await self.customer_phone(turn)
            ticket = await self.services.desk.note_request(
                phone=phone, intent=turn.intent, text="（保密内容）" if turn.secret else turn.text, channel=turn.channel,
                idempotency_key=f"down:{turn.conversation_id}:{turn.message_id}:{self.name()}",
            )
        except YidaError:
            return Outcome([self.say(turn, "common.system_down", buttons=["转人工"])])
        return Outcome([self.say(turn, "common.system_down_noted", ticket_id=ticket.ticket_id, buttons=["转人工"])])

    def _go_on(self, turn: Turn, outcome: Outcome) -> None:
        """Of several requests in one message the next is served, aloud, once this one is."""
        now = self.services.clock.now()
        rest = requests.keep_rest(turn, outcome, now)
        if rest and not turn.secret:
            titles = [_named(said) for said in (turn.said, *rest)]
            outcome.replies.insert(0, self.say(turn, "common.several", titles=titles))
        if not self.keeps_requests:
            outcome.slots[requests.SLOT] = None
            return
        said = requests.go_on(turn, outcome, now)
        if said is None:
            return
        action = requests.SERVED[said.intent]
        if not turn.requests:
            outcome.replies.append(self.say(turn, "common.next_request", title=_named(said)))
        outcome.slots[PENDING] = {"action": action, "message": said.as_message()}
        outcome.followup = action

    def _back_to_task(self, turn: Turn, outcome: Outcome) -> Outcome:
        """An answered digression hands back to the task in hand, which asks its question again."""
        task = stack.top({**turn.slots, **outcome.slots})
        if task and self.returns_to_task and outcome.followup is None and outcome.loop == UNCHANGED:
            outcome.loop = task.name
            outcome.followup = task.name
        if PENDING not in outcome.slots and (turn.slots.get(PENDING) or {}).get("action") == self.name():
            outcome.slots[PENDING] = None
        return outcome


def _named(said: Said) -> str:
    """A request as it is read back: its title, or the question itself."""
    return TITLES.get(said.intent, said.text)
