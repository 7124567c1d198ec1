"""The engine: pure steps through a tree. No I/O, time or randomness: the same input gives the same step."""

from __future__ import annotations

from dataclasses import replace

from actions.self_check.checks import CHECKS, NO_RESULT
from actions.self_check.errors import CheckFinished, UnexpectedEvent, UnknownTree
from actions.self_check.match import Matcher, Meaning
from actions.self_check.model import (
    ELDER_OPTIONS,
    End,
    Instruction,
    Node,
    Outage,
    Question,
    Remote,
    Test,
    Trees,
)
from actions.self_check.outcome import verdict
from actions.self_check.phrases import Phrases, load_phrases
from actions.self_check.render import ask, instruction_choices, last_step, no_match, question_choices
from actions.self_check.state import PRESET_NOTE, Entry, EntryKind, Profile, State
from actions.self_check.steps import (
    Action,
    Answer,
    CheckOutage,
    Choice,
    Event,
    Key,
    OutageInfo,
    RemoteDone,
    RunRemote,
    RunTest,
    Step,
    TestResult,
)
from actions.self_check.text import normalise, says

#: Answers not understood at one node before a person is called.
MISSES = 3
#: Answers not understood over the whole check before a person is called.
FAILURES = 6
#: Longest part of the customer's own words kept for the ticket, in characters.
SAID = 40


class Engine:
    """Walks `trees`. Holds no state of a conversation: keep `Step.state` and hand it back."""

    def __init__(self, trees: Trees, phrases: Phrases | None = None) -> None:
        self.trees = trees
        self._match = Matcher(phrases or load_phrases())

    def start(self, tree_id: str, utterance: str = "", profile: Profile = "standard") -> Step:
        """Begin; what `utterance` already answers is not asked again. Raises UnknownTree."""
        tree = self.trees.by_id.get(tree_id)
        if tree is None:
            raise UnknownTree(tree_id)
        state = State(tree_id, tree.start.partition(".")[2], profile, presets=self._presets(utterance))
        return self._enter(state, tree.start)

    def feed(self, state: State, event: Event) -> Step:
        """The next step. Raises CheckFinished after a verdict (返回 still works), or UnexpectedEvent."""
        node = self._node(state)
        if isinstance(event, Key):
            return self._key(state, node, event.digit)
        if isinstance(event, Answer):
            return self._answer(state, node, event)
        if state.ended:
            raise CheckFinished(state.ref)
        if isinstance(event, TestResult) and isinstance(node, Test):
            code = event.code if event.code in CHECKS[node.check] else "unknown"
            seen = event.code if event.code in NO_RESULT else code
            state = self._note(state, "test", seen, CHECKS[node.check].get(code, "没有结果"), event.evidence)
            return self._enter(state, node.codes[code])
        if isinstance(event, RemoteDone) and isinstance(node, Remote):
            state = self._note(state, "remote", node.action, "成功" if event.ok else "失败")
            return self._enter(state, node.done if event.ok else node.failed)
        if isinstance(event, OutageInfo) and isinstance(node, Outage):
            value = {True: "known", False: "clear", None: "unknown"}[event.known]
            text = {"known": "有区域故障", "clear": "无区域故障", "unknown": "没有结果"}[value]
            state = self._note(replace(state, outage_zh=event.note_zh), "outage", value, text, event.note_zh)
            return self._enter(state, getattr(node, value))
        raise UnexpectedEvent(f"{type(event).__name__} at {state.ref}")

    def current(self, state: State) -> Step:
        """The step `state` waits at, for example after a restart or a digression."""
        return Step(state, self._action(state))

    def understands(self, state: State, text: str, intent: str | None = None) -> bool:
        """Whether `text` would be taken as an answer or a command here, rather than as not understood."""
        return self._meaning(state, self._node(state), Answer(text, intent)).kind != "nothing"

    # --- answers --------------------------------------------------------------------------------------

    def _key(self, state: State, node: Node, digit: str) -> Step:
        command = {"0": "person", "*": "back", "#": "repeat"}.get(digit)
        if command:
            return self._obey(state, node, Meaning(command), "")
        if state.ended:
            raise CheckFinished(state.ref)
        if not isinstance(node, (Question, Instruction)):
            return self.current(state)
        kind = "none_of" if digit == "9" else "option"
        if isinstance(node, Question):
            option = {str(o.key): o.id for o in node.options}.get(digit, "")
        else:
            option = {str(c.key): c.id for c in self._choices(state, node)}.get(digit, "")
        if option:
            return self._obey(state, node, Meaning("option", option), "")
        return self._obey(state, node, Meaning(kind if kind == "none_of" else "nothing"), "")

    def _answer(self, state: State, node: Node, event: Answer) -> Step:
        found = self._meaning(state, node, event)
        if state.ended and found.kind not in ("back", "person"):
            raise CheckFinished(state.ref)
        if not isinstance(node, (Question, Instruction)) and found.kind not in ("back", "person"):
            return self.current(state)
        return self._obey(state, node, found, event.text)

    def _meaning(self, state: State, node: Node, event: Answer) -> Meaning:
        if isinstance(node, Question):
            return self._match.question(
                node, event.text, event.intent, [c.key for c in self._choices(state, node)]
            )
        if isinstance(node, Instruction):
            choices = {c.key: c.id for c in self._choices(state, node)}
            return self._match.instruction(event.text, event.intent, choices, state.confirming)
        return self._match.question(_NO_QUESTION, event.text, event.intent, [])

    def _obey(self, state: State, node: Node, found: Meaning, said: str) -> Step:
        if found.kind == "person":
            return self._end(replace(state, ended="asked_person"))
        if found.kind == "back":
            return self._back(state)
        if state.ended or not isinstance(node, (Question, Instruction)):
            return self.current(state)
        if found.kind == "repeat":
            return Step(state, ask(state, node, "repeat"))
        if found.kind in ("help", "unsure"):
            return self._help(state, node, said)
        if isinstance(node, Question):
            return self._question(state, node, found, said)
        return self._instruction(state, node, found, said)

    def _question(self, state: State, node: Question, found: Meaning, said: str) -> Step:
        option = next((o for o in node.options if o.id == found.option), None)
        if option is None and found.kind == "none_of":
            if state.profile == "elder" and state.page == 0 and len(node.options) > ELDER_OPTIONS:
                state = replace(state, page=1)
                return Step(state, ask(state, node, "more"))
            option = next((o for o in node.options if o.means == "unsure"), None)
        if option is None:
            return self._missed(state, node, said)
        words = "" if normalise(said) in (normalise(option.title), option.id, "none_of") else said[:SAID]
        noted = self._note(state, "question", option.id, option.title, words)
        return self._enter(self._leave(noted), option.goto)

    def _instruction(self, state: State, node: Instruction, found: Meaning, said: str) -> Step:
        option = "did" if found.kind == "did" else found.option if found.kind == "option" else ""
        if option == "stuck":
            return self._help(state, node, said)
        if not option:
            return self._missed(state, node, said)
        if state.profile == "elder" and not last_step(state, node) and not state.confirming:
            if option == "still":
                return self._help(state, node, said)
            state = replace(state, page=state.page + 1, misses=0)
            return Step(state, ask(state, node, "more"))
        if option == "did" and node.report == "result":
            if state.confirming:
                return self._missed(state, node, said)
            state = replace(state, confirming=True, misses=0)
            return Step(state, ask(state, node, "confirm"))
        goto = node.still if option == "still" else node.done
        text = "已做" if node.report == "did" else {"done": "好了", "still": "还不行"}[option]
        noted = self._note(state, "instruction", "done" if option == "did" else option, text)
        return self._enter(self._leave(noted), goto)

    def _help(self, state: State, node: Question | Instruction, said: str) -> Step:
        """How to do it; the second time go on without it."""
        if state.helps == 0:
            state = replace(state, helps=1)
            return Step(state, ask(state, node, "help"))
        if isinstance(node, Instruction):
            noted = self._note(state, "instruction", "stuck", "不会操作")
            return self._enter(self._leave(noted), node.stuck)
        unsure = next((o for o in node.options if o.means == "unsure"), None)
        if unsure is None:
            return self._missed(state, node, said)
        return self._question(state, node, Meaning("option", unsure.id), said)

    def _missed(self, state: State, node: Question | Instruction, said: str) -> Step:
        state = replace(state, misses=state.misses + 1, failures=state.failures + 1)
        state = self._note(state, "missed", str(state.misses), "没听明白", said[:SAID])
        if state.misses >= MISSES or state.failures >= FAILURES:
            return self._end(replace(state, ended="gave_up"))
        return Step(state, no_match(state, node, state.misses))

    # --- moving ---------------------------------------------------------------------------------------

    def _enter(self, state: State, ref: str) -> Step:
        """Go to `ref`, past questions the first utterance answered."""
        while True:
            tree, _, name = ref.partition(".")
            state = replace(state, tree=tree, node=name, page=0, confirming=False, misses=0, helps=0)
            node = self._node(state)
            preset = state.presets.get(ref)
            if not isinstance(node, Question) or preset is None:
                break
            option = next(o for o in node.options if o.id == preset)
            state = self._leave(self._note(state, "question", option.id, option.title, PRESET_NOTE))
            ref = option.goto
        if isinstance(node, End):
            return self._end(replace(state, ended="verdict"))
        return self.current(state)

    def _back(self, state: State) -> Step:
        """One question back, or out of an elder page or a confirmation. The first question is asked again."""
        if state.ended in ("gave_up", "asked_person"):
            state = self._note(replace(state, ended="", misses=0, failures=0), "back", "back")
        elif (state.page or state.confirming) and not state.ended:
            page = state.page if state.confirming else state.page - 1
            state = replace(state, page=page, confirming=False, misses=0)
        elif state.history:
            ref, presets = state.history[-1], dict(state.presets)
            presets.pop(ref, None)
            state = self._note(
                replace(state, ended="", outage_zh="", history=state.history[:-1], presets=presets),
                "back",
                "back",
            )
            return self._shown(self._enter(state, ref))
        return self._shown(self.current(state))

    def _shown(self, step: Step) -> Step:
        node = self._node(step.state)
        if isinstance(node, (Question, Instruction)):
            return Step(step.state, ask(step.state, node, "back"))
        return step

    def _leave(self, state: State) -> State:
        return replace(state, history=(*state.history, state.ref))

    def _end(self, state: State) -> Step:
        end = verdict(self.trees, state)
        return Step(self._note(state, "verdict", end.kind, end.reason_zh), end)

    def _note(self, state: State, kind: EntryKind, value: str, text: str = "", said: str = "") -> State:
        return replace(state, trail=(*state.trail, Entry(kind, state.ref, value, text, said)))

    def _action(self, state: State) -> Action:
        node, key = self._node(state), f"{state.ref}.{len(state.trail)}"
        if state.ended:
            return verdict(self.trees, state)
        if isinstance(node, (Question, Instruction)):
            return ask(state, node)
        if isinstance(node, Test):
            return RunTest(node.check, node.text, node.speech, key)
        if isinstance(node, Remote):
            return RunRemote(node.action, node.text, node.speech, key)
        if isinstance(node, Outage):
            return CheckOutage(key)
        return verdict(self.trees, state)

    def _choices(self, state: State, node: Question | Instruction) -> tuple[Choice, ...]:
        choices = (
            question_choices(state, node) if isinstance(node, Question) else instruction_choices(state, node)
        )
        return choices[1] if state.profile == "elder" else choices[0]

    def _node(self, state: State) -> Node:
        try:
            return self.trees.node(state.ref)
        except KeyError as error:
            raise UnknownTree(state.ref) from error

    def _presets(self, utterance: str) -> dict[str, str]:
        """Questions that exactly one option of theirs finds answered in the first utterance."""
        said, found = normalise(utterance), {}
        if not said:
            return {}
        for ref in self.trees.refs():
            node = self.trees.node(ref)
            if isinstance(node, Question):
                hit = [o.id for o in node.options if any(says(p, said) for p in o.presets)]
                if len(hit) == 1:
                    found[ref] = hit[0]
        return found


#: Stands for the node while a test runs: only the commands are understood.
_NO_QUESTION = Question("", "", "", "", "", "", "", "", ())
