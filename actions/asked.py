"""What became of a question to the knowledge base: answered, offered, missed, and what the customer did next.

The question stands in the slot `asked` until the customer's next message decides its fate:

answered --helped / did not help / asks for a person--> helpful, not_helpful, handed_over
offered  --takes one / anything else / a person-------> chosen, not_chosen, handed_over
guess    --takes one / anything else / a person-------> nothing, none, handed_over
none     --asks for a person--------------------------> handed_over
"""

from __future__ import annotations

import re
from typing import Any, Literal

from actions.framework.outcome import Outcome
from actions.framework.turn import Turn
from common.trace import current_trace_id
from knowledge_base.mining.recorder import Recorder
from knowledge_base.misses import mask_question
from knowledge_base.search import SearchResult

SLOT = "asked"
Kind = Literal["answered", "offered", "guess", "none"]
#: An answer that ranks less than this above the best other entry is worth an editor's look. Leads go up to 4.
LOW_LEAD = 1.0
#: These say nothing about the answer: the fate waits for the next message.
_NEUTRAL = frozenset({"action_wait", "action_repeat", "action_manner", "action_greet", "verify_form"})
_PERSON = "action_transfer_human"
#: Longer messages are questions or stories, not verdicts.
_VERDICT_UP_TO = 18
_FILLER = r"(?:[，,。.!！~～、\s]|啊|哦|嗯|唉|那|这个?|你|您|说的|讲的|回答|答案|还是|根本|完全|都|一点|好像|谢谢)*"
_BAD = re.compile(
    _FILLER + r"(?:没有?(?:什么|啥)?用(?!完|过|了)|没帮(?:上|到|助)|没(?:有)?帮助|没(?:有)?解决|没(?:有)?回答|没说清|没讲清|不管用|不好使|不解决问题|"
    r"答非所问|不是(?:我)?(?:要|想)?问的|我(?:要|想)?问的不是|不是这个(?:问题|意思)?|不是我要的|看不懂|听不懂|没看懂|没听懂|还不行|不对题|文不对题|"
    r"废话|说了等于没说)"
)
_GOOD = re.compile(
    _FILLER + r"(?:有用|有帮助|帮到|帮上忙了|(?:问题)?解决了|搞定了|可以了|好了|明白了?|懂了|知道了|清楚了|晓得了|原来如此|谢谢|多谢|感谢)"
)


def verdict_of(text: str) -> bool | None:
    """Whether a short message says that the last answer helped (True) or did not (False); None: neither."""
    said = text.strip()
    if len(said) > _VERDICT_UP_TO:
        return None
    if _BAD.match(said):
        return False
    return True if _GOOD.match(said) and not re.search(r"[?？吗]|怎么|多少|哪|什么", said) else None


def judged(turn: Turn) -> bool | None:
    """`verdict_of` what was said, where an answer was given just before; else None."""
    before = _before(turn)
    return verdict_of(turn.text) if before is not None and before["kind"] == "answered" else None


def remember(turn: Turn, kind: Kind, result: SearchResult | None, titles: list[str] | None = None) -> dict[str, Any]:
    """The slot's value. `titles` are the buttons that would take one of a guess."""
    hits = result.hits if result else ()
    return {
        "kind": kind, "turn": _key(turn), "trace": current_trace_id(), "question": mask_question(turn.text),
        "entries": [hit.entry_id for hit in (hits[:1] if kind == "answered" else hits[:3] if kind == "offered" else ())],
        "titles": [hit.question for hit in hits[:3]] if kind == "offered" else titles or [],
        "nearest": hits[0].entry_id if hits else None, "probability": hits[0].probability if hits else None,
    }  # fmt: skip


def low_margin(result: SearchResult) -> bool:
    """Whether the answer's lead over the runner-up is small; never where it was asked word by word."""
    why = result.hits[0].why
    return not why.word_by_word and why.runner_up is not None and why.scores["lead"] < LOW_LEAD


class Asked:
    """Looks at the outcome of every action and notes what it says of the questions asked."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def missed(self, turn: Turn, reason: Literal["none", "low_margin"], result: SearchResult | None) -> None:
        """A question just asked that was not settled, or barely. A secret is never kept."""
        if not turn.secret:
            self._recorder.miss(_key(turn), turn.text, reason, result, turn.channel)

    def watch(self, name: str, turn: Turn, outcome: Outcome) -> None:
        """After each action: the fate of the question before, and what is answered or offered now."""
        before = _before(turn)
        if before is not None and name not in _NEUTRAL:
            self._settle(before, name, turn, outcome)
            outcome.slots.setdefault(SLOT, None)
        for reply in outcome.replies:
            if reply.kind == "knowledge.answer" and "entry_id" in reply.data:
                entry_id = reply.data["entry_id"]
                self._recorder.count(_key(turn), entry_id, "served")
                if outcome.slots.get(SLOT) is None and not turn.secret:  # answered by another action
                    outcome.slots[SLOT] = {**remember(turn, "answered", None), "entries": [entry_id], "nearest": entry_id}
        now = outcome.slots.get(SLOT)
        if now and now["kind"] == "offered":
            self._recorder.count(_key(turn), now["entries"], "offered")

    def _settle(self, before: dict[str, Any], name: str, turn: Turn, outcome: Outcome) -> None:
        kind, entries = before["kind"], before["entries"]
        if kind == "offered" and (taken := _taken(before, turn, outcome)):
            self._recorder.count(before["turn"], taken, "chosen")
        elif _PERSON in (name, outcome.followup):
            self._fate(before, "handed_over", turn)
            if kind == "answered":
                self._recorder.count(before["turn"], entries, "not_helpful")
        elif kind == "answered":
            verdict = verdict_of(turn.text)
            if verdict is not None:
                self._recorder.count(before["turn"], entries, "helpful" if verdict else "not_helpful")
            if verdict is False:
                self._fate(before, "not_helpful", turn)
        elif kind == "offered":
            self._fate(before, "not_chosen", turn)
        elif kind == "guess" and turn.text.strip() not in before["titles"]:
            self._fate(before, "none", turn)

    def _fate(self, before: dict[str, Any], reason: Any, turn: Turn) -> None:
        self._recorder.miss(
            before["turn"], before["question"], reason, None, turn.channel, None, before["trace"],
            before["nearest"], before["probability"],
        )  # fmt: skip


def _before(turn: Turn) -> dict[str, Any] | None:
    """The question whose fate this message decides."""
    before = turn.slots.get(SLOT)
    return before if before and before["turn"] != _key(turn) else None


def _taken(before: dict[str, Any], turn: Turn, outcome: Outcome) -> str | None:
    """The entry taken from the choices: its button, or another way to ask for it."""
    said = turn.text.strip()
    if said in before["titles"]:
        return str(before["entries"][before["titles"].index(said)])
    answered = [reply.data.get("entry_id") for reply in outcome.replies if reply.kind == "knowledge.answer"]
    return next((str(entry_id) for entry_id in answered if entry_id in before["entries"]), None)


def _key(turn: Turn) -> str:
    return f"{turn.conversation_id}:{turn.message_id}"
