"""From a node to the words and buttons put before the customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from actions.self_check.model import ELDER_OPTIONS, OTHER_KEY, Instruction, Question
from actions.self_check.state import State
from actions.self_check.steps import Ask, Choice, NoMatch

Why = Literal["first", "repeat", "help", "back", "confirm", "more", "not_understood"]

_NUMERALS = "零一二三四五六七八九"
_OTHER = Choice("none_of", "都不是", "都不是", OTHER_KEY)


def keys_speech(options: Sequence[tuple[str, int]]) -> str:
    """`红灯按一，不亮按二。`"""
    return "，".join(f"{say}按{_NUMERALS[key]}" for say, key in options) + "。"


def ask(state: State, node: Question | Instruction, why: Why = "first") -> Ask:
    """The prompt of the current node, in all forms."""
    if isinstance(node, Question):
        options, elder_options = question_choices(state, node)
        text, speech = node.text, node.speech
        elder = node.elder_more if state.page and node.elder_more else node.elder
        if state.page and why == "more":
            text, speech = node.text, node.elder_more
        wait = 0
    else:
        options, elder_options = instruction_choices(state, node)
        text, speech, elder = node.text, node.speech, node.elder[min(state.page, len(node.elder) - 1)]
        if state.confirming:
            text = speech = elder = node.works
        wait = 0 if state.confirming else node.wait
    if why == "help":
        text, speech, elder = node.help, node.help_speech, node.help_speech
    return Ask(state.ref, text, speech, elder, options, elder_options, why, wait)


def no_match(state: State, node: Question | Instruction, attempt: int) -> NoMatch:
    """Attempt 1: other words, with help. Attempt 2: the keys."""
    base = ask(state, node)
    if attempt == 1:
        text, speech = f"没太明白您的意思。{node.help}", f"没太听明白。{node.help_speech}"
        elder = f"不要紧。{node.help_speech}找人工按零。"
        if state.confirming and isinstance(node, Instruction):
            text = speech = elder = f"没太听明白。{node.works}"
    else:
        shown = keys_speech([(c.say, c.key) for c in base.options])
        text = (
            "您直接点下面的选项，或回复数字：" + "，".join(f"{c.key} {c.title}" for c in base.options) + "。"
        )
        speech = f"请按键。{shown}"
        elder = f"请按键。{keys_speech([(c.say, c.key) for c in base.elder_options])}找人工按零。"
    return NoMatch(
        base.node,
        text,
        speech,
        elder,
        base.options,
        base.elder_options,
        "not_understood",
        base.wait_seconds,
        attempt,
    )


def question_choices(state: State, node: Question) -> tuple[tuple[Choice, ...], tuple[Choice, ...]]:
    """All options, and those of the elder page: two and 都不是, then the rest."""
    every = tuple(Choice(o.id, o.title, o.say, o.key) for o in node.options)
    if len(every) <= ELDER_OPTIONS:
        return every, every
    first = ELDER_OPTIONS - 1
    return every, every[first:] if state.page else (*every[:first], _OTHER)


def instruction_choices(state: State, node: Instruction) -> tuple[tuple[Choice, ...], tuple[Choice, ...]]:
    """好了 / 还不行 / 不会弄; without 还不行 where only doing it is asked, as in early elder steps."""
    result = (
        Choice("done", "好了", "好了", 1),
        Choice("still", "还不行", "还不行", 2),
        Choice("stuck", "不会弄", "不会弄", 3),
    )
    did = (Choice("done", "弄好了", "弄好了", 1), Choice("stuck", "不会弄", "不会弄", 2))
    if state.confirming:
        return result[:2], result[:2]
    whole = result if node.report == "result" else did
    return whole, whole if last_step(state, node) else did


def last_step(state: State, node: Instruction) -> bool:
    """Whether the elder's current step is the last one."""
    return state.page >= len(node.elder) - 1
