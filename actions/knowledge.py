"""Answers from the knowledge base, and what is said when nobody knows."""

from __future__ import annotations

from typing import Any

from actions.asked import SLOT, Asked, judged, low_margin, remember
from actions.follow_on import follow_on
from actions.framework.action import PENDING, YidaAction
from actions.framework.outcome import Outcome
from actions.framework.replies import Button, Reply
from actions.framework.turn import Turn
from actions.menu import TITLES
from knowledge_base.search import SearchResult

#: Ranked intents below this are not worth proposing.
GUESS = 0.10
MISSES = "misses"
#: Under every answer that is read, so that editors hear of it. Aloud, what the caller says next tells as much.
NOT_HELPED = "没帮到"
SPOKEN = frozenset({"voice", "sms"})


class Answers(YidaAction):
    """What the three actions below share: search, render, remember what was missed."""

    def __init__(self, services: Any, asked: Asked) -> None:
        super().__init__(services)
        self._asked = asked

    async def handle(self, turn: Turn) -> Outcome:
        if leaning := follow_on(turn):
            action, said = leaning
            return Outcome(slots={PENDING: {"action": action, "message": said.as_message()}}, followup=action)
        verdict = judged(turn)
        if verdict is False:
            return self.reply(turn, "knowledge.sorry", buttons=["转人工", "查看菜单"])
        if verdict:
            return self.reply(turn, "knowledge.glad")
        return await self.find(turn)

    async def find(self, turn: Turn) -> Outcome:
        """Serve a turn that is a question."""
        raise NotImplementedError

    async def search(self, turn: Turn) -> SearchResult:
        """Search with what is known of the customer's channel."""
        return await self.services.knowledge.asearch(turn.text, channel=turn.channel, limit=3)

    def answer(self, turn: Turn, result: SearchResult) -> Outcome:
        """The best entry, with the business it leads to."""
        hit = result.hits[0]
        if low_margin(result):
            self._asked.missed(turn, "low_margin", result)
        buttons = [Button(TITLES[hit.action], TITLES[hit.action])] if hit.action in TITLES else []
        if turn.channel not in SPOKEN:
            buttons.append(Button(NOT_HELPED, NOT_HELPED))
        text = hit.text if not turn.elder else hit.speech
        reply = Reply(text, hit.speech, tuple(buttons), kind="knowledge.answer", data={"entry_id": hit.entry_id})
        return Outcome([reply], {MISSES: 0, "last_entry": hit.entry_id, SLOT: remember(turn, "answered", result)})

    def choices(self, turn: Turn, result: SearchResult) -> Outcome:
        """`您是想问`, with the three nearest questions."""
        buttons = [Button(hit.question, hit.question) for hit in result.hits[:3]]
        outcome = self.reply(turn, "knowledge.choose", buttons=[*buttons, Button("都不是，转人工", "转人工")])
        outcome.slots[SLOT] = remember(turn, "offered", result)
        return outcome

    def missed(self, turn: Turn, result: SearchResult, key: str, buttons: list[Any]) -> Outcome:
        """Say so; the second time in a row offer a person."""
        self._asked.missed(turn, "none", result)
        count = int(turn.slots.get(MISSES) or 0) + 1
        if count >= 2:
            outcome = self.reply(turn, "knowledge.offer_person", buttons=["转人工", "查看菜单"])
            outcome.slots.update({MISSES: 0, "offer": {"yes": "action_transfer_human"}})
        else:
            outcome = self.reply(turn, key, buttons=buttons)
            outcome.slots[MISSES] = count
        outcome.slots[SLOT] = remember(turn, "none", result)
        return outcome


class AnswerQuestion(Answers):
    """A question of knowledge, for anybody."""

    action_name = "action_answer_question"

    async def find(self, turn: Turn) -> Outcome:
        result = await self.search(turn)
        if result.outcome == "answer":
            return self.answer(turn, result)
        if result.outcome == "choose":
            return self.choices(turn, result)
        return self.missed(turn, result, "knowledge.none", ["转人工", "查看菜单"])


class Fallback(Answers):
    """No intent was sure: the knowledge base first, then the likeliest requests, then the menu."""

    action_name = "action_fallback"

    async def find(self, turn: Turn) -> Outcome:
        result = await self.search(turn)
        if result.outcome == "answer":
            return self.answer(turn, result)
        likely = [name for name, confidence in turn.ranking[:3] if confidence >= GUESS and name in TITLES]
        if result.outcome == "choose":
            outcome = self.choices(turn, result)
            if likely:
                first = Button(TITLES[likely[0]], TITLES[likely[0]])
                reply = outcome.replies[0]
                outcome.replies[0] = Reply(reply.text, reply.speech, (first, *reply.buttons), reply.kind, reply.data)
            return outcome
        if likely and int(turn.slots.get(MISSES) or 0) == 0:
            outcome = self.reply(turn, "knowledge.guess", buttons=[*(TITLES[n] for n in likely[:2]), "转人工"])
            outcome.slots.update({MISSES: 1, SLOT: remember(turn, "guess", result, [TITLES[n] for n in likely[:2]])})
            return outcome
        return self.missed(turn, result, "knowledge.not_understood", ["查话费", "查流量", "宽带报修", "转人工"])


class OutOfScope(Answers):
    """Nothing of ours; a sure answer of the knowledge base still wins over the classifier."""

    action_name = "action_out_of_scope"

    async def find(self, turn: Turn) -> Outcome:
        result = await self.search(turn)
        if result.outcome == "answer" and result.hits[0].probability >= 0.9:
            return self.answer(turn, result)
        self._asked.missed(turn, "none", result)
        outcome = self.reply(turn, "knowledge.out_of_scope", buttons=["查话费", "查流量", "宽带报修", "转人工"])
        outcome.slots[SLOT] = remember(turn, "none", result)
        return outcome
