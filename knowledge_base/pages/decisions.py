"""What both kinds of requests under review show: who may decide, and what happened so far."""

from __future__ import annotations

from aiohttp import web

from common.staff.accounts import Account
from common.staff.roles import Role, may
from knowledge_base.editing.draft_types import Draft, DraftMove
from knowledge_base.pages.parts import parts


async def names_of(request: web.Request) -> dict[str, str]:
    """What colleagues see, by account name."""
    return {account.name: account.shown for account in await parts(request).staff.accounts.all()}


def story(moves: list[DraftMove]) -> list[tuple[DraftMove, int]]:
    """The moves with runs of saves by one person joined: (the last of the run, how many)."""
    told: list[tuple[DraftMove, int]] = []
    for move in moves:
        if told and move.move == "save" and told[-1][0].move == "save" and told[-1][0].who == move.who:
            told[-1] = (move, told[-1][1] + 1)
        else:
            told.append((move, 1))
    return told


def may_decide(me: Account, draft: Draft) -> bool:
    """Whether this person may approve or reject it."""
    return draft.state == "in_review" and draft.author != me.name and may(me.role, Role.REVIEWER)
