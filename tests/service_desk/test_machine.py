"""The state machine: every legal and illegal move."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.clock import FakeClock
from common.ids import CountingIds
from service_desk import machine
from service_desk.desk import ServiceDesk
from service_desk.errors import DeskError, IllegalMove, SuspensionNotApproved, TicketNotOpen
from service_desk.machine import MOVES
from service_desk.types import TicketState as S

from .conftest import MONDAY, fault

PAIRS = list(itertools.product(S, S))


@pytest.mark.parametrize(("state", "to"), PAIRS, ids=lambda s: s.value)
def test_exactly_the_moves_of_the_table_are_legal(state: S, to: S) -> None:
    if to in machine.allowed(state, resumes_to=S.ON_SITE):
        machine.check(state, to, resumes_to=S.ON_SITE, suspension_approved=True)
    else:
        with pytest.raises(IllegalMove):
            machine.check(state, to, resumes_to=S.ON_SITE, suspension_approved=True)


def test_every_state_can_be_reached_and_only_cancelled_is_final() -> None:
    reached = {S.NEW}
    while more := {to for s in reached for to in MOVES[s]} - reached:
        reached |= more
    assert reached == set(S)
    assert [s for s in S if not MOVES[s]] == [S.CANCELLED]


def test_the_main_way_is_legal_from_end_to_end() -> None:
    way = [S.NEW, S.ACCEPTED, S.DISPATCHED, S.EN_ROUTE, S.ON_SITE, S.RESOLVED, S.CLOSED, S.REOPENED]
    for state, to in itertools.pairwise(way):
        machine.check(state, to)


@pytest.mark.parametrize("state", [s for s in S if S.SUSPENDED in MOVES[s]])
def test_nothing_is_suspended_without_approval(state: S) -> None:
    with pytest.raises(SuspensionNotApproved):
        machine.check(state, S.SUSPENDED)


def test_a_suspended_ticket_returns_only_to_where_it_was() -> None:
    assert machine.allowed(S.SUSPENDED, resumes_to=S.EN_ROUTE) == {S.EN_ROUTE, S.CANCELLED}


def test_a_finished_ticket_says_that_it_is_finished() -> None:
    with pytest.raises(TicketNotOpen):
        machine.check(S.CLOSED, S.DISPATCHED)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(S), min_size=1, max_size=12))
async def test_a_stored_ticket_obeys_the_table_whatever_is_asked_and_illegal_moves_change_nothing(
    moves: list[S],
) -> None:
    desk = ServiceDesk("sqlite://", None, FakeClock(MONDAY), CountingIds())
    try:
        ticket = await desk.create(fault(), "k")
        for to in moves:
            try:
                after = await desk.move(ticket.ticket_id, to, "zhang", "试")
            except DeskError:
                assert to not in MOVES[ticket.state] or to is S.SUSPENDED
                assert await desk.get(ticket.ticket_id) == ticket
            else:
                assert to in MOVES[ticket.state]
                moved = [e for e in after.events[len(ticket.events) :] if e.what == "state"]
                assert [(e.who, e.before, e.after) for e in moved] == [("zhang", ticket.state, to)]
                assert after.events[: len(ticket.events)] == ticket.events
                ticket = after
    finally:
        desk.close()
