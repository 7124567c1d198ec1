"""A task of several turns: an active loop whose whole course runs here.

Questions are asked in order until all that are needed have an answer; what would change something is
read back and done only on a clear yes. Every message goes to the loop first; one that is no answer
but clearly something else is rejected, so that Rasa's rules serve it and the loop asks again.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any, ClassVar

from rasa_sdk.interfaces import ActionExecutionRejection

from actions.framework import commands, stack
from actions.framework.action import YidaAction
from actions.framework.outcome import Outcome
from actions.framework.question import Option, Question
from actions.framework.replies import Button, Reply
from actions.framework.stack import TaskState
from actions.framework.turn import Said, Turn
from actions.framework.yesno import yes_or_no
from common.errors import InvalidInput

#: Commands that work in every loop. 人工 and manner of speaking are served by Rasa's rules.
_ELSEWHERE = frozenset({"transfer_human", "speak_slower", "speak_normal", "speak_louder", "use_dialect",
                        "elder_mode", "repeat", "wait", "menu", "greet"})
_NOT_A_REQUEST = frozenset({"", "nlu_fallback", "affirm", "deny", "cancel", "back", "thank", "goodbye",
                            "rate_service", "out_of_scope"})
_CONFIRM, PERSON = "_confirm", "_person"
_HOW_MUCH = re.compile(r"[还剩]有?(?:多少|几|好多)|查(?:一下|下|看)|看看")
_QUESTION_MARKS = ("?", "？", "吗", "怎么", "多少", "为什么", "啥", "什么", "咋")


class Task(YidaAction):
    """A loop. Subclasses set `questions` and write `prefill`, `readback` and `execute`."""

    returns_to_task = False
    title: ClassVar[str]
    questions: ClassVar[tuple[Question, ...]] = ()
    #: Intents that start this loop: heard inside it they are not something else.
    own_intents: ClassVar[frozenset[str]] = frozenset()
    #: The answers are codes or passwords: no channel keeps them.
    secret: ClassVar[bool] = False

    # ------------------------------------------------------------------ for subclasses

    async def prefill(self, turn: Turn, state: TaskState) -> Outcome | None:
        """Take what the first message already says into `state.data`. An outcome ends the task at once."""
        for question in self.questions:
            if not question.free_text and question.needed(state):
                await self._accept(question, turn, state)
        return None

    async def readback(self, turn: Turn, state: TaskState) -> Reply | None:
        """What is about to be done, to be confirmed. None where nothing is changed."""
        return None

    async def execute(self, turn: Turn, state: TaskState) -> Outcome:
        """Do it; called once all questions are answered and the read-back is confirmed."""
        raise NotImplementedError

    async def on_question(self, turn: Turn, state: TaskState, question: Question, *, lead: str = "") -> Outcome:
        """Ask `question` now."""
        options = list(await question.options(turn, state))
        reply = self.say(turn, question.prompt, buttons=self._buttons(turn, options), **state.data)
        return self._listen(turn, state, question.name, reply, lead)

    # ------------------------------------------------------------------ the loop

    async def handle(self, turn: Turn) -> Outcome:
        tasks = stack.load(turn.slots)
        state = tasks[-1] if tasks and tasks[-1].name == self.name() else None
        if state is None:
            return await self._begin(turn)
        if turn.ran and turn.ran[-1] != self.name():
            return await self._ask_again(turn, state, "common.back_to_task")
        return await self._answer(turn, state)

    async def _begin(self, turn: Turn, lead: str = "") -> Outcome:
        """A new task, with what the message already says."""
        wish = turn.said.without_values().as_message()
        state = TaskState(self.name(), key=self.services.ids.new("t"), wish=wish)
        try:
            ended = await self.prefill(turn, state)
        except InvalidInput as error:
            return await self._next(turn, state, error.message_zh)
        if ended is not None:
            return self._done(turn, ended)
        return await self._next(turn, state, lead)

    async def _restart(self, turn: Turn, state: TaskState) -> Outcome:
        """重来: the same wish, none of the answers, another idempotency key."""
        wish = Said.from_message(state.wish) if state.wish else Said(self.title, "", 1.0)
        return await self._begin(turn.with_said(wish), self.say(turn, "common.restarted").text)

    async def _answer(self, turn: Turn, state: TaskState) -> Outcome:
        if commands.restarts(turn.text):
            return await self._restart(turn, state)
        if (turn.intent == "cancel" and turn.said.confidence >= 0.5) or turn.text.strip() in ("取消", "不办了", "退出"):
            return self._done(turn, Outcome([self.say(turn, "common.cancelled", title=self.title)]))
        if (turn.intent == "back" and turn.said.confidence >= 0.5) or turn.text.strip() in ("返回", "上一步"):
            return await self._back(turn, state)
        if turn.intent in _ELSEWHERE and turn.said.confidence >= 0.5:
            raise ActionExecutionRejection(self.name())
        if state.asked == PERSON:
            return await self._person_answer(turn, state)
        if state.asked == _CONFIRM:
            return await self._confirm_answer(turn, state)
        if commands.vents(turn.text):
            return await self._ask_again(turn, state, "common.sorry")
        question = self._question(state.asked)
        if question is None:
            return await self._next(turn, state)
        if self._asks_of_something_else(turn, question):
            raise ActionExecutionRejection(self.name())
        if question.free_text and self._something_else(turn, 0.75):
            raise ActionExecutionRejection(self.name())
        if question.free_text and (commands.refuses(turn.text) or commands.puts_off(turn.text)):
            return self._done(turn, Outcome([self.say(turn, "common.cancelled", title=self.title)]))
        try:
            accepted = await self._accept(question, turn, state)
        except InvalidInput as error:
            return await self._not_understood(turn, state, question, error.message_zh)
        if accepted:
            return await self._next(turn, state)
        if commands.refuses(turn.text) or commands.puts_off(turn.text):
            return self._done(turn, Outcome([self.say(turn, "common.cancelled", title=self.title)]))
        if commands.corrects(turn.text) and await self._correct(turn, state):
            return await self._next(turn, state)
        if self._something_else(turn, 0.5):
            raise ActionExecutionRejection(self.name())
        return await self._not_understood(turn, state, question)

    async def _correct(self, turn: Turn, state: TaskState) -> bool:
        """说错了，是去香港: another answer to a question already answered, the latest first."""
        for question in reversed([q for q in self.questions if q.name in state.trail and not q.free_text]):
            before = state.data.get(question.name)
            value = await question.parse(turn, state)
            if value is not None and value != before:
                state.data[question.name] = value
                return True
        return False

    async def _accept(self, question: Question, turn: Turn, state: TaskState) -> bool:
        value = await question.parse(turn, state)
        if value is None:
            return False
        state.data[question.name] = value
        if question.name not in state.trail:
            state.trail.append(question.name)
        return True

    async def _next(self, turn: Turn, state: TaskState, lead: str = "") -> Outcome:
        state.failures = 0
        for question in self.questions:
            if question.needed(state):
                return await self.on_question(turn, state, question, lead=lead)
        if not state.confirmed:
            reply = await self.readback(turn, state)
            if reply is not None:
                return self._listen(turn, state, _CONFIRM, reply)
        return self._done(turn, await self.execute(turn, state))

    async def _confirm_answer(self, turn: Turn, state: TaskState) -> Outcome:
        answer = yes_or_no(turn.said)
        if answer is True:
            state.confirmed = True
            return self._done(turn, await self.execute(turn, state))
        corrected = False
        for question in self.questions:
            if not question.free_text and question.name in state.trail:
                try:
                    value = await question.parse(turn, state)
                except InvalidInput as error:
                    return await self._ask_again(turn, state, "", error.message_zh)
                if value is not None and value != state.data.get(question.name):
                    state.data[question.name] = value
                    corrected = True
        if corrected:
            return await self._next(turn, state)
        if answer is False or commands.refuses(turn.text) or commands.puts_off(turn.text):
            return self._done(turn, Outcome([self.say(turn, "common.not_done", title=self.title)]))
        if self._something_else(turn, 0.5):
            raise ActionExecutionRejection(self.name())
        return await self._not_understood(turn, state, None)

    async def _not_understood(self, turn: Turn, state: TaskState, question: Question | None,
                              why: str = "") -> Outcome:
        """First another wording with the options, then another way of input, then a person."""
        # A question may have taken one off beforehand: understood, only not to be had.
        state.failures = max(0, state.failures + 1)
        if state.failures >= 3 or (turn.elder and state.failures >= 2):
            state.data["_resume"] = state.asked
            return self._listen(turn, state, PERSON, self.person_offer(turn))
        lead = why or self.say(turn, f"common.not_understood_{max(1, state.failures)}").text
        return await self._ask_again(turn, state, "", lead)

    def person_offer(self, turn: Turn) -> Reply:
        """Asks whether to hand over to a person."""
        return self.say(turn, "common.offer_person", buttons=["转人工", "再试一次", "取消"],
                        data={"secret": True} if self.secret else None)

    async def _person_answer(self, turn: Turn, state: TaskState) -> Outcome:
        resume = state.data.pop("_resume", None)
        if "人工" in turn.text or (yes_or_no(turn.said) is True and "再试" not in turn.text):
            return self._hold(turn, state, Outcome(followup="action_transfer_human"))
        state.asked, state.failures = resume, 0
        question = self._question(resume)
        if "再试" in turn.text or yes_or_no(turn.said) is False:
            return await self._ask_again(turn, state, "")
        try:
            if question is not None and await self._accept(question, turn, state):
                return await self._next(turn, state)
        except InvalidInput as error:
            return await self._ask_again(turn, state, "", error.message_zh)
        if self._something_else(turn, 0.5):
            raise ActionExecutionRejection(self.name())
        return self._done(turn, Outcome([self.say(turn, "common.given_up", title=self.title, buttons=["转人工"])]))

    async def _back(self, turn: Turn, state: TaskState) -> Outcome:
        while state.trail:
            last = state.trail.pop()
            state.data.pop(last, None)
            question = self._question(last)
            if question is not None:
                return await self.on_question(turn, state, question)
        return await self._ask_again(turn, state, "common.first_step")

    async def _ask_again(self, turn: Turn, state: TaskState, lead_id: str, lead: str = "") -> Outcome:
        if lead_id:
            lead = self.say(turn, lead_id, title=self.title).text
        if state.asked == _CONFIRM:
            reply = await self.readback(turn, state)
            if reply is not None:
                return self._listen(turn, state, _CONFIRM, reply, lead)
        question = self._question(state.asked)
        if question is None:
            return await self._next(turn, state)
        return await self.on_question(turn, state, question, lead=lead)

    # ------------------------------------------------------------------ small parts

    def _asks_of_something_else(self, turn: Turn, question: Question) -> bool:
        """先看看流量还剩多少 is no choice of 流量, whatever the options are."""
        asks = turn.intent.startswith("query_") and turn.said.confidence >= 0.9 and _HOW_MUCH.search(turn.text)
        return bool(asks) and not question.free_text and turn.intent not in self.own_intents

    def _something_else(self, turn: Turn, sure: float) -> bool:
        """Whether the message is a request of its own rather than a bad answer."""
        if turn.intent in self.own_intents:
            return False
        if turn.intent not in _NOT_A_REQUEST:
            return turn.said.confidence >= sure
        return turn.intent == "nlu_fallback" and any(m in turn.text for m in _QUESTION_MARKS) and len(turn.text) >= 5

    def _question(self, name: str | None) -> Question | None:
        return next((q for q in self.questions if q.name == name), None)

    def _buttons(self, turn: Turn, options: list[Option]) -> list[Button]:
        return [o.button for o in options[: 3 if turn.elder else 6]]

    def _listen(self, turn: Turn, state: TaskState, asked: str, reply: Reply, lead: str = "") -> Outcome:
        state.asked = asked
        reply = dataclasses.replace(reply, data={**self._awaits(asked, reply), **reply.data})
        if lead:
            reply = dataclasses.replace(reply, text=f"{lead}\n{reply.text}", speech=f"{lead}{reply.speech}")
        return self._hold(turn, state, Outcome([reply]))

    def _awaits(self, asked: str, reply: Reply) -> dict[str, Any]:
        """For channels that listen: the kind of answer awaited; a price before one agrees must be heard to its end."""
        if asked == _CONFIRM:
            price = 'interpret-as="amount"' in reply.speech
            return {"expects": "yes_no", **({"must_hear": True} if price else {})}
        question = self._question(asked)
        return {"expects": question.expects} if question is not None and question.expects else {}

    def _hold(self, turn: Turn, state: TaskState, outcome: Outcome) -> Outcome:
        tasks = [t for t in stack.load(turn.slots) if t.name != self.name()]
        outcome.slots.setdefault(stack.SLOT, stack.dump([*tasks, state]))
        outcome.loop = self.name()
        return outcome

    def _done(self, turn: Turn, outcome: Outcome) -> Outcome:
        """The task is over; the one beneath goes on, unless something else was asked to run.

        Where `execute` asked on (`_listen`), the task stays.
        """
        if outcome.loop == self.name():
            return outcome
        tasks = [t for t in stack.load(turn.slots) if t.name != self.name()]
        outcome.slots.setdefault(stack.SLOT, stack.dump(tasks))
        outcome.loop = tasks[-1].name if tasks else None
        if tasks and outcome.followup is None:
            outcome.followup = tasks[-1].name
        return outcome


def remember(state: TaskState, **values: Any) -> None:
    """Keep values for the templates and the execution of a task."""
    state.data.update(values)
