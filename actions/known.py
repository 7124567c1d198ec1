"""Answers of the knowledge base by their id, for requests that come down to a rule or a way to do it."""

from __future__ import annotations

from collections.abc import Sequence

from actions.framework.action import YidaAction
from actions.framework.outcome import Outcome
from actions.framework.replies import Button, Reply
from actions.framework.turn import Turn
from knowledge_base.errors import EntryUnknown


def known(action: YidaAction, turn: Turn, entry_id: str, buttons: Sequence[str] = ("转人工",), *,
          lead: str = "") -> Outcome:
    """The entry's answer, `lead` first; where an editor has taken the entry away, that we do not know."""
    knowledge = action.services.knowledge
    try:
        text, speech = knowledge.answer(knowledge.entry(entry_id))
    except EntryUnknown:
        return action.reply(turn, "knowledge.none", buttons=list(buttons))
    said = speech if turn.elder else text
    reply = Reply(f"{lead}\n{said}" if lead else said, lead + speech, tuple(Button(b, b) for b in buttons),
                  kind="knowledge.answer", data={"entry_id": entry_id})
    return Outcome([reply], {"last_entry": entry_id})
