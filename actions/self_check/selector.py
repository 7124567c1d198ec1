"""Which tree? From the intent and the customer's words; a selection tree asks when they do not tell.

A selection tree is an ordinary tree whose only question leads to the others, so the engine asks it.
"""

from __future__ import annotations

import re

from actions.self_check.model import Tree, Trees
from actions.self_check.text import negated, normalise

#: The tree that asks, by intent; `select_any` for every other.
ASK_FIRST = {
    "report_broadband_fault": "select_broadband",
    "report_mobile_fault": "select_mobile",
    "report_iptv_fault": "select_iptv",
    "enterprise_service": "leased_line",
}
#: Added to a tree's score when it belongs to the recognised intent.
INTENT_BONUS = 3.0


def choose_tree(trees: Trees, intent: str | None, utterance: str) -> str:
    """The id of the tree to start. A tree of another intent must fit the words clearly better to win."""
    said = normalise(utterance)
    scored = {
        t.id: _score(t, said) + (INTENT_BONUS if intent in t.intents else 0)
        for t in trees.by_id.values()
        if _score(t, said)
    }
    if scored:
        best = max(scored.values())
        winners = [tree_id for tree_id, score in scored.items() if score == best]
        if len(winners) == 1:
            return winners[0]
    return ASK_FIRST.get(intent or "", "select_any")


def _score(tree: Tree, said: str) -> float:
    """Characters of the longest entry pattern found, not denied by a 不是 or 没 before it."""
    lengths = [
        len(m.group()) for p in tree.entry for m in re.finditer(p, said) if not negated(said, m.start())
    ]
    return float(max(lengths, default=0))
