"""Questions of a task: what is asked, how an answer is read, and what is offered as buttons and keys."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from actions.framework.replies import Button
from actions.framework.stack import TaskState
from actions.framework.turn import Turn
from actions.framework.yesno import yes_or_no
from nlu.text.numerals import find_numbers

#: 第二个, 选2, 要三: an option by its place.
_ORDINAL = re.compile(r"(?:那?就|我)?(?:要|选|按)?第?([一二三四五六1-6])[个种项号款]?吧?")
_PLACES = {name: place for place, name in enumerate("一二三四五六")} | {str(n + 1): n for n in range(6)}
#: Words around a part of a title: 就要大流量的那个吧.
_AROUND = re.compile(r"^(?:那?就|我)?(?:要|选|换成?)?|的?(?:那个|这个|那种)?[的吧呗]?$")

#: Units of places and times, which name no option.
_COUNTED = frozenset({"个", "天", "次", "点", "号"})

Parse = Callable[[Turn, TaskState], Awaitable[Any]]


@dataclass(frozen=True)
class Option:
    """One thing to choose: `value` goes into the task, `title` on the button, `words` are heard as it."""

    value: str
    title: str
    words: tuple[str, ...] = ()

    @property
    def button(self) -> Button:
        return Button(self.title, self.title)


class Question:
    """One question of a task. Subclasses say how to read an answer; `prompt` is a reply id."""

    #: True: any text is an answer, so only clear commands are taken as something else.
    free_text = False
    #: What a caller may key instead of saying it: phone, ticket_id, id_number or code; yes_no; empty where nothing.
    expects = ""

    def __init__(self, name: str, prompt: str, *, when: Callable[[TaskState], bool] | None = None) -> None:
        self.name = name
        self.prompt = prompt
        self._when = when

    def needed(self, state: TaskState) -> bool:
        """Whether this question still has to be asked."""
        return self.name not in state.data and (self._when is None or self._when(state))

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        """The answer's value, None where this is no answer. Raises InvalidInput on an answer that cannot be."""
        raise NotImplementedError

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        """What to offer, in the order of keys 1, 2, 3 ..."""
        return ()


class EntityQuestion(Question):
    """An answer given by one of our rule entities (phone, amount, month ...)."""

    def __init__(self, name: str, prompt: str, entity: str, *, check: Parse | None = None,
                 suggestions: Sequence[Option] = (), when: Callable[[TaskState], bool] | None = None) -> None:
        super().__init__(name, prompt, when=when)
        self._entity, self._check, self._suggestions = entity, check, tuple(suggestions)
        self.expects = entity if entity in ("phone", "ticket_id", "id_number") else ""

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        value = turn.said.value(self._entity)
        if value is None:
            return None
        return value if self._check is None else await self._check(turn.with_said(turn.said), state)

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        return self._suggestions


class ChoiceQuestion(Question):
    """One of several options, by title, by its words, or by a part of the title that only one has."""

    def __init__(self, name: str, prompt: str,
                 choices: Sequence[Option] | Callable[[Turn, TaskState], Awaitable[Sequence[Option]]],
                 *, when: Callable[[TaskState], bool] | None = None) -> None:
        super().__init__(name, prompt, when=when)
        self._choices = choices

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        if callable(self._choices):
            return await self._choices(turn, state)
        return self._choices

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        return choose(turn.text, await self.options(turn, state), numbers=state.asked is not None)


class YesNoQuestion(Question):
    """是 or 否; the value is `yes` or `no`."""

    expects = "yes_no"

    def __init__(self, name: str, prompt: str, *, yes: str = "是", no: str = "不是",
                 when: Callable[[TaskState], bool] | None = None) -> None:
        super().__init__(name, prompt, when=when)
        self._yes, self._no = yes, no

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        return (Option("yes", self._yes), Option("no", self._no))

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        chosen = choose(turn.text, await self.options(turn, state))
        if chosen:
            return chosen
        answer = yes_or_no(turn.said)
        return None if answer is None else ("yes" if answer else "no")


class TextQuestion(Question):
    """Free words: a description, an address. `shortest` in characters."""

    free_text = True

    def __init__(self, name: str, prompt: str, *, shortest: int = 2, longest: int = 300,
                 skip: str | None = None, when: Callable[[TaskState], bool] | None = None) -> None:
        super().__init__(name, prompt, when=when)
        self._shortest, self._longest, self._skip = shortest, longest, skip

    async def options(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        return (Option("", self._skip),) if self._skip else ()

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        text = turn.text.strip()
        if self._skip and (text == self._skip or yes_or_no(turn.said) is False):
            return ""
        return text[: self._longest] if len(text) >= self._shortest else None


def choose(text: str, options: Sequence[Option], *, numbers: bool = False) -> str | None:
    """The value of the one option that `text` names, by words or place; None where none or more than one fits.

    `numbers`: the options have been heard, so a figure that only one of them has names it (换二十的).
    """
    bare = _bare(text)
    if not bare:
        return None
    for option in options:
        if bare in (_bare(option.title), _bare(option.value)):
            return option.value
    if ordinal := _ORDINAL.fullmatch(bare):
        place = _PLACES[ordinal[1]]
        return options[place].value if place < len(options) else None
    found = {o.value for o in options if any(_bare(w) in bare for w in (o.title, *o.words) if _bare(w))}
    core = _AROUND.sub("", bare)
    if not found and len(core) >= 2:
        found = {o.value for o in options if core in _bare(o.title)}
    if not found and numbers and (said := _numbers(text)):
        found = {o.value for o in options if said & _numbers(o.title)}
    return found.pop() if len(found) == 1 else None


def _numbers(text: str) -> set[Decimal]:
    """Numbers that may tell one option from another: 换二十的, 五百兆那个; not 两个, 第二."""
    return {span.value for span in find_numbers(text) if span.unit not in _COUNTED and text[span.start - 1 : span.start] != "第"}


def _bare(text: str) -> str:
    return "".join(ch for ch in text.lower() if ch.isalnum())
