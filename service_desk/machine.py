"""The states of a ticket and the moves between them. Pure: no storage, no time."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from service_desk.errors import IllegalMove, SuspensionNotApproved, TicketNotOpen
from service_desk.types import TicketState as S

#: from -> where to. `SUSPENDED` leads back only to the state it was entered from.
MOVES: Final[Mapping[S, frozenset[S]]] = MappingProxyType(
    {
        S.NEW: frozenset({S.ACCEPTED, S.CANCELLED}),
        S.ACCEPTED: frozenset({S.DISPATCHED, S.RESOLVED, S.SUSPENDED, S.CANCELLED}),
        S.DISPATCHED: frozenset({S.ACCEPTED, S.EN_ROUTE, S.RESOLVED, S.SUSPENDED, S.CANCELLED}),
        S.EN_ROUTE: frozenset({S.DISPATCHED, S.ON_SITE, S.SUSPENDED, S.CANCELLED}),
        S.ON_SITE: frozenset({S.DISPATCHED, S.RESOLVED, S.SUSPENDED}),
        S.RESOLVED: frozenset({S.CLOSED, S.REOPENED}),
        S.CLOSED: frozenset({S.REOPENED}),
        S.SUSPENDED: frozenset({S.ACCEPTED, S.DISPATCHED, S.EN_ROUTE, S.ON_SITE, S.REOPENED, S.CANCELLED}),
        S.CANCELLED: frozenset(),
        S.REOPENED: frozenset({S.ACCEPTED, S.DISPATCHED, S.RESOLVED, S.SUSPENDED, S.CANCELLED}),
    }
)

#: Somebody still has to do something.
OPEN: Final = frozenset(S) - {S.RESOLVED, S.CLOSED, S.CANCELLED}


def allowed(state: S, *, resumes_to: S | None = None) -> frozenset[S]:
    """Where a ticket in `state` may go; `resumes_to` is the state a suspended one was in before."""
    if state is S.SUSPENDED:
        return MOVES[state] & {resumes_to, S.CANCELLED}
    return MOVES[state]


def check(state: S, to: S, *, resumes_to: S | None = None, suspension_approved: bool = False) -> None:
    """Raise `IllegalMove`, `TicketNotOpen` or `SuspensionNotApproved` unless `state` -> `to` is legal."""
    if to not in allowed(state, resumes_to=resumes_to):
        if state not in OPEN and to is not S.REOPENED:
            raise TicketNotOpen(f"{state.value} -> {to.value}")
        raise IllegalMove(f"{state.value} -> {to.value}")
    if to is S.SUSPENDED and not suspension_approved:
        raise SuspensionNotApproved
