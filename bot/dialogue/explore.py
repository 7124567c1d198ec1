"""Walks the dialogue with random customers and looks for what must never happen.

Every conversation ends by asking for a person, from whatever state chance has led it to.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.dialogue.line import Answer, Line
from bot.dialogue.users import RandomUser

Kind = Literal["silence", "exception", "loop", "no_person"]
#: Kinds of replies that say a person takes over, or that one will call.
_HANDED = ("handoff.",)
_BROKEN = frozenset({"common.broken", "common.system_down", "common.system_down_noted", "common.error"})
#: As often may the same words come in a row before it is a loop, unless they offer a person.
SAME = 3
_SHORTEST, _LONGEST = 4, 24


@dataclass(frozen=True)
class Problem:
    """What went wrong, with the last turns that led there."""

    kind: Kind
    seed: int
    trail: tuple[tuple[str, str], ...]


@dataclass
class Explored:
    """What was walked. `kinds` counts the replies by their kind: what was reached."""

    turns: int = 0
    conversations: int = 0
    problems: list[Problem] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)


async def explore(
    line_of: Callable[[random.Random], Line], lines: Sequence[str], turns: int, seed: int = 1, users: int = 4,
    say: Callable[[Explored], None] = lambda explored: None,
) -> Explored:
    """`turns` messages at least, `users` at a time; the same seed gives the same customers. Raises NobodyThere."""
    explored, numbers = Explored(), iter(range(seed * 1_000_000, (seed + 1) * 1_000_000))

    async def work() -> None:
        while explored.turns < turns:
            number = next(numbers)
            chance = random.Random(number)
            await _converse(explored, line_of(chance), RandomUser(lines, chance), chance, number)
            if explored.conversations % 50 == 0:
                say(explored)

    await asyncio.gather(*(work() for _ in range(users)))
    return explored


async def _converse(explored: Explored, line: Line, user: RandomUser, chance: random.Random, seed: int) -> None:
    trail: list[tuple[str, str]] = []
    text, same, before = user.opening(), 0, ""
    for _ in range(chance.randint(_SHORTEST, _LONGEST)):
        answer = await line.say(text)
        _count(explored, answer)
        trail.append((text, answer.text))
        if problem := _seen(answer):
            explored.problems.append(Problem(problem, seed, tuple(trail[-6:])))
        handed = any(kind.startswith(_HANDED) for kind in answer.kinds)
        if handed:
            break
        same = same + 1 if answer.text == before else 0
        before = answer.text
        if same >= SAME and not _offers_person(answer):
            explored.problems.append(Problem("loop", seed, tuple(trail[-6:])))
        text = user.next(answer)
    else:
        text = user.wants_person()
        answer = await line.say(text)
        _count(explored, answer)
        trail.append((text, answer.text))
        if not any(kind.startswith(_HANDED) for kind in answer.kinds):
            explored.problems.append(Problem("no_person", seed, tuple(trail[-6:])))
    explored.conversations += 1


def _count(explored: Explored, answer: Answer) -> None:
    explored.turns += 1
    explored.kinds.update(answer.kinds)


def _seen(answer: Answer) -> Kind | None:
    if answer.status != 200 or any(kind in _BROKEN for kind in answer.kinds) or any("error" in r for r in answer.replies):
        return "exception"
    return None if answer.text.strip() else "silence"


def _offers_person(answer: Answer) -> bool:
    return "人工" in answer.text or any("人工" in button["title"] for button in answer.buttons)
