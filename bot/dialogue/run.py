"""Written conversations, held one after another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.dialogue.line import Answer, Line
from bot.dialogue.script import Script

#: A text to the intent the system understands in it; None where that cannot be asked.
Understand = Callable[[str], Awaitable[str]]


@dataclass(frozen=True)
class Failure:
    """One turn that did not go as written."""

    script: str
    turn: int
    user: str
    answer: str
    why: tuple[str, ...]


async def hold(script: Script, line: Line, understand: Understand | None = None) -> list[Failure]:
    """The turns that failed; the conversation goes on to its end, since one slip need not spoil the rest."""
    failed = []
    for number, turn in enumerate(script.lines, 1):
        if turn.after:
            await line.later(turn.after)
        answer = await line.say(turn.user)
        why = [f"HTTP {answer.status}"] if answer.status != 200 else turn.expected.failures(_with_buttons(answer))
        if turn.intent and understand is not None:
            found = await understand(turn.user)
            if found != turn.intent:
                why.append(f"理解成 {found}，应是 {turn.intent}")
        if why:
            failed.append(Failure(script.name, number, turn.user, answer.text, tuple(why)))
    return failed


def _with_buttons(answer: Answer) -> Sequence[str]:
    """What the customer sees: texts, and the words on the buttons under them."""
    return ["\n".join([reply.get("text") or "", *(b["title"] for b in reply.get("buttons") or ())]) for reply in answer.replies]
