"""Fault self-check: walks the guided trees, runs the line tests, ends solved, in a ticket, or with a person."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.interfaces import ActionExecutionRejection

from actions.fault_ticket import FaultTickets, ticket_spec, with_lead
from actions.framework import commands, stack
from actions.framework.action import PENDING, VERIFY
from actions.framework.outcome import Outcome
from actions.framework.replies import Button, Reply
from actions.framework.stack import TaskState
from actions.framework.task import PERSON, Task
from actions.framework.turn import Said, Turn
from actions.framework.yesno import yes_or_no
from actions.self_check.engine import Engine
from actions.self_check.model import End
from actions.self_check.selector import choose_tree
from actions.self_check.state import Profile, State
from actions.self_check.steps import (
    Answer,
    Ask,
    CheckOutage,
    Event,
    OutageInfo,
    RemoteDone,
    RunRemote,
    RunTest,
    Step,
    TestResult,
    Verdict,
)
from bss.errors import BssError
from bss.types import Check, Scope
from bss.types import Verdict as LineVerdict

#: Most tests and remote actions in a row without asking the customer anything.
MAX_SILENT_STEPS = 12
_OWN = frozenset({"report_broadband_fault", "report_mobile_fault", "report_iptv_fault"})
_TICKET = "_ticket"
#: Wants the ticket now; a visit at a certain time is `book_repair`.
_TICKET_NOW = re.compile(r"开(?:个|张|一张|一个)?(?:单|工单|报修单)|(?:直接|赶紧|就|给我|帮我)(?:报修|登记)|登记(?:一下|报修)")


class ReportFault(Task):
    """One loop for every fault: the tree is chosen by intent and words, its state kept in the task."""

    action_name = "fault_form"
    title = "故障自查"
    own_intents = _OWN

    def __init__(self, services: Any, engine: Engine) -> None:
        super().__init__(services)
        self._engine = engine
        self._tickets = FaultTickets(self, engine.trees)

    @property
    def scope(self) -> Scope:
        return Scope.FAULT

    async def handle(self, turn: Turn) -> Outcome:
        tasks = stack.load(turn.slots)
        state = tasks[-1] if tasks and tasks[-1].name == self.name() else None
        if state is None:
            return await self._begin(turn)
        if turn.ran and turn.ran[-1] != self.name():
            lead = self.say(turn, "common.back_to_task", title=self.title).text
            if state.asked == _TICKET:
                return self._listen(turn, state, _TICKET, self._tickets.question(turn, state), lead)
            return await self._walk(turn, state, self._engine.current(self._saved(turn, state)), lead)
        return await self._heard(turn, state)

    async def _begin(self, turn: Turn, lead: str = "") -> Outcome:
        state = TaskState(self.name(), key=self.services.ids.new("t"))
        state.data["said"] = turn.text[:200]
        tree = choose_tree(self._engine.trees, turn.intent, turn.text)
        profile: Profile = "elder" if turn.elder else "standard"
        return await self._walk(turn, state, self._engine.start(tree, turn.text, profile), lead)

    async def _heard(self, turn: Turn, state: TaskState) -> Outcome:
        if commands.restarts(turn.text):
            return await self._begin(turn.with_said(Said(state.data["said"], "", 0.0)))
        refused = commands.refuses(turn.text) and state.asked != _TICKET
        if refused or (turn.intent == "cancel" and turn.said.confidence >= 0.5) or turn.text.strip() in ("取消", "退出"):
            return self._done(turn, Outcome([self.say(turn, "common.cancelled", title=self.title)]))
        if turn.intent in ("transfer_human", "wait", "menu", "greet") and turn.said.confidence >= 0.5:
            raise ActionExecutionRejection(self.name())
        if state.asked == PERSON:
            return await self._person_answer(turn, state)
        if state.asked == _TICKET:
            return await self._ticket_answer(turn, state)
        if turn.intent != "book_repair" and _TICKET_NOW.search(turn.text) and not re.search("不|别|没", turn.text):
            return self._ticket_at_once(turn, state)
        saved = self._saved(turn, state)
        intent = turn.intent if turn.said.confidence >= 0.5 else None
        if not self._engine.understands(saved, turn.text, intent) and self._something_else(turn, 0.5):
            raise ActionExecutionRejection(self.name())
        return await self._walk(turn, state, self._engine.feed(saved, Answer(turn.text, intent)))

    # ------------------------------------------------------------------ walking

    async def _walk(self, turn: Turn, state: TaskState, step: Step, lead: str = "") -> Outcome:
        """Run tests until the customer must be asked, or the check has ended."""
        said: list[str] = [lead] if lead else []
        for _ in range(MAX_SILENT_STEPS):
            do = step.do
            if isinstance(do, Ask):
                state.data["check"] = step.state.to_dict()
                return self._listen(turn, state, do.node, self._ask(turn, do), "\n".join(said))
            if isinstance(do, Verdict):
                state.data["check"] = step.state.to_dict()
                return await self._ended(turn, state, step.state, do, said)
            if await self._phone(turn, state) is None and not state.data.get("asked_who"):
                state.data["asked_who"] = True
                state.data["check"] = step.state.to_dict()
                return self._who_first(turn, state)
            if do_text := getattr(do, "text", ""):
                said.append(do_text)
            step = self._engine.feed(step.state, await self._perform(state, do))
        raise RuntimeError("self-check did not come to a question")

    async def _phone(self, turn: Turn, state: TaskState) -> str | None:
        """The line in question; kept once known, so that a check stays with one line."""
        if not state.data.get("phone"):
            state.data["phone"] = await self.subject_phone(turn)
        return state.data["phone"]

    def _who_first(self, turn: Turn, state: TaskState) -> Outcome:
        """A line is tested only for its owner: the check waits while they prove who they are."""
        outcome = self._hold(turn, state, Outcome(followup=VERIFY))
        outcome.slots[PENDING] = {"action": self.name(), "message": turn.said.as_message()}
        return outcome

    async def _perform(self, state: TaskState, do: RunTest | RunRemote | CheckOutage) -> Event:
        operator, phone = self.services.operator, state.data["phone"]
        if phone is None:
            return _unavailable(do)
        try:
            if isinstance(do, RunTest):
                result = await operator.line_test.run(phone, Check(do.check))
                code = "unknown" if result.verdict == LineVerdict.UNKNOWN else result.code
                return TestResult(code, "，".join(f"{k}={v}" for k, v in result.evidence.items()))
            if isinstance(do, RunRemote):
                action = getattr(operator.remote, do.action)
                return RemoteDone((await action(phone, f"{state.key}:{do.key}")).done)
            outage = await operator.problems.outage(phone)
            if outage is None:
                return OutageInfo(False)
            note = self.services.replies.say("fault.outage_note", area=outage.area, cause=outage.cause_zh,
                                             back=outage.expected_back)
            return OutageInfo(True, note.text)
        except BssError:
            return _unavailable(do)

    async def _ended(self, turn: Turn, state: TaskState, saved: State, end: Verdict, said: list[str]) -> Outcome:
        text = "\n".join([*said, *([end.outage_zh + "。"] if end.outage_zh else []), end.elder if turn.elder else end.text])
        speech = "".join([*said, end.outage_zh, end.elder if turn.elder else end.speech])
        reply = Reply(text, speech, kind=f"fault.{end.kind}", data={"verdict": end.kind})
        if end.kind == "solved":
            return self._done(turn, Outcome([reply]))
        if end.kind == "person":
            done = self._done(turn, Outcome([reply], followup="action_transfer_human"))
            done.slots["handoff_reason"] = end.reason_zh
            done.slots["handoff_skill"] = end.skill
            done.slots["handoff_trail"] = self._tickets.trail(saved)
            return done
        if end.kind == "arrears":
            done = self._done(turn, Outcome([Reply(reply.text, reply.speech, (Button("现在充值", "现在充值"),
                                            Button("转人工", "转人工")), reply.kind, reply.data)]))
            done.slots["offer"] = {"yes": "recharge_form"}
            return done
        state.data["ticket"] = ticket_spec(end)
        return self._listen(turn, state, _TICKET, with_lead(reply, self._tickets.question(turn, state)))

    def _ticket_at_once(self, turn: Turn, state: TaskState) -> Outcome:
        """好的，开单 in the middle of the check: nobody is made to look on who does not want to."""
        tree = self._engine.trees.by_id[self._saved(turn, state).tree]
        ticket = next((node.ticket for node in tree.nodes.values() if isinstance(node, End) and node.ticket), None)
        state.data["ticket"] = {"category": ticket.category if ticket else "other", "priority": "normal",
                                "cause": f"{tree.title}，客户要求直接报修", "outage": False}
        return self._listen(turn, state, _TICKET, self._tickets.question(turn, state))

    async def _ticket_answer(self, turn: Turn, state: TaskState) -> Outcome:
        answer = yes_or_no(turn.said)
        if answer is None and any(word in turn.text for word in ("开", "登记", "报修")) and "不" not in turn.text:
            answer = True
        if answer is True and await self._phone(turn, state) is None:
            if state.data.get("asked_for_ticket"):
                return self._done(turn, Outcome(followup="action_transfer_human"))
            state.data["asked_for_ticket"] = True
            return self._who_first(turn, state)
        if answer is True:
            return self._done(turn, await self._tickets.create(turn, state, self._saved(turn, state)))
        if answer is False or commands.refuses(turn.text) or commands.puts_off(turn.text):
            return self._done(turn, self.reply(turn, "fault.no_ticket", buttons=["转人工"]))
        if turn.intent == "back":
            return await self._walk(turn, state, self._engine.feed(self._saved(turn, state), Answer("返回", "back")))
        if self._something_else(turn, 0.5):
            raise ActionExecutionRejection(self.name())
        return await self._not_understood(turn, state, None)

    async def _person_answer(self, turn: Turn, state: TaskState) -> Outcome:
        """The ticket can still be had by its name; what is not understood costs nobody the whole check."""
        if any(word in turn.text for word in ("开", "登记", "报修")) and "不" not in turn.text:
            state.asked, state.failures = state.data.pop("_resume", _TICKET), 0
            return await self._ticket_answer(turn, state)
        if yes_or_no(turn.said) is None and not re.search("人工|再试", turn.text) and not self._something_else(turn, 0.5):
            return self._listen(turn, state, PERSON, self.person_offer(turn))
        return await super()._person_answer(turn, state)

    async def _ask_again(self, turn: Turn, state: TaskState, lead_id: str, lead: str = "") -> Outcome:
        return self._listen(turn, state, _TICKET, self._tickets.question(turn, state), lead)

    # ------------------------------------------------------------------ small parts

    def _saved(self, turn: Turn, state: TaskState) -> State:
        saved = State.from_dict(state.data["check"])
        wanted: Profile = "elder" if turn.elder else "standard"
        return saved if saved.profile == wanted else saved.with_profile(wanted)

    def _ask(self, turn: Turn, do: Ask) -> Reply:
        options = do.elder_options if turn.elder else do.options
        text = do.elder if turn.elder else do.text
        return Reply(text, do.elder if turn.elder else do.speech,
                     tuple(Button(o.title, o.title) for o in options), kind="fault.ask",
                     data={"node": do.node, "wait_seconds": do.wait_seconds})


def _unavailable(do: RunTest | RunRemote | CheckOutage) -> Event:
    if isinstance(do, RunTest):
        return TestResult("unavailable")
    return RemoteDone(False) if isinstance(do, RunRemote) else OutageInfo(None)
