"""The way to a person: asked for, queued with place and wait told, connected, or called back instead."""

from __future__ import annotations

from voice_gateway.machine.call import Call
from voice_gateway.machine.commands import EnqueueForAgent, LeaveQueue, Transfer
from voice_gateway.machine.ending import finish, note_call_back
from voice_gateway.machine.events import Agent, AgentState, Place
from voice_gateway.machine.states import After, Ask, AskKind, Line, State, Timer, line

#: States in which a person was asked for.
WITH_PEOPLE = frozenset({State.TRANSFER, State.QUEUED, State.CONNECTING, State.BRIDGED})


def transfer(call: Call, reason: str) -> None:
    """From any state, in one step. Asked again, the place is told again."""
    if call.state in WITH_PEOPLE:
        if call.state is State.QUEUED:
            tell_place(call)
        return
    call.turn += 1
    call.held_text, call.held_keys = "", []
    call.flush()
    call.out.append(EnqueueForAgent(call.context(reason)))
    call.place = None
    call.say(line("transferring"), after=After.HOLD, state=State.TRANSFER, keep=False)
    call.start(Timer.AGENT, call.limits.agent)


def queued_by_bot(call: Call, place: Place, lines: tuple[Line, ...]) -> None:
    """The bot found a place: its reply is said, then we wait."""
    call.place = place
    call.say(*lines, line("call_back_key"), after=After.HOLD, state=State.QUEUED, keep=False)
    call.start(Timer.QUEUE, call.limits.queue_told)


def tell_place(call: Call, *, first: bool = False) -> None:
    """The place and the wait; how not to wait, the first time and for elders each time."""
    place = call.place
    if place is None or place.position < 1:
        lines = [line("queue_still")]
    elif place.position == 1:
        lines = [line("queue_next")]
    else:
        lines = [line("queue", ahead=place.position - 1, minutes=max(1, place.minutes))]
    if first or call.profile.is_elder:
        lines.append(line("call_back_key"))
    call.flush()
    call.say(*lines, after=After.HOLD, state=State.QUEUED, keep=False)
    call.start(Timer.QUEUE, call.limits.queue_told)


def agent(call: Call, event: AgentState) -> None:
    """News of the person asked for."""
    if call.state not in WITH_PEOPLE:
        return
    match event.state:
        case Agent.WAITING if call.state in (State.TRANSFER, State.QUEUED):
            first = call.state is State.TRANSFER
            changed = first or event.place != call.place
            call.place = event.place
            if changed:
                tell_place(call, first=first)
        case Agent.READY if call.state in (State.TRANSFER, State.QUEUED):
            call.target = event.target
            call.flush()
            call.deafen()
            call.say(line("agent_coming"), after=After.CONNECT, state=State.CONNECTING, keep=False)
        case Agent.CONNECTED:
            call.flush()
            call.stop(*Timer)
            call.state = State.BRIDGED
            call.served += 1
        case Agent.FINISHED if call.state is State.BRIDGED:
            finish(call)
        case Agent.CLOSED | Agent.FAILED if call.state is not State.BRIDGED:
            nobody(call, closed=event.state is Agent.CLOSED)
        case _:
            pass


def connect(call: Call) -> None:
    """The words were heard: over to the person, with the context."""
    call.out.append(Transfer(call.target, call.context("transfer")))
    call.tone()
    call.start(Timer.AGENT, call.limits.agent)


def nobody(call: Call, *, closed: bool = False) -> None:
    """Out of hours, or nobody to be reached: a call back is offered."""
    call.flush()
    call.say(line("closed" if closed else "agent_failed"), ask=Ask(AskKind.CALL_BACK))


def leave_for_call_back(call: Call) -> None:
    """Rather called back than waiting."""
    call.out.append(LeaveQueue())
    note_call_back(call, "queue")
