"""How a call ends: survey, call back, goodbye heard to its end."""

from __future__ import annotations

from voice_gateway.machine.call import Call
from voice_gateway.machine.commands import CallBack, HangUp, NoteTicket, Rate
from voice_gateway.machine.states import After, Ask, AskKind, State, Timer, line

SCORES = {"satisfied": 1, "so_so": 2, "unsatisfied": 3}


def finish(call: Call) -> None:
    """The caller has no more wishes: the survey where something was done, then goodbye."""
    if call.limits.survey and call.served and not call.rated:
        call.rated = True
        call.say(line("survey"), ask=Ask(AskKind.SURVEY))
    else:
        goodbye(call)


def goodbye(call: Call, key: str = "goodbye") -> None:
    """The last words, then the end."""
    call.deafen()
    call.say(line(key), after=After.HANG_UP, state=State.GOODBYE, keep=False)


def rate(call: Call, score: int) -> None:
    """The answer to the survey; who is not satisfied is called back, if they like."""
    call.out.append(Rate(score))
    if score == SCORES["unsatisfied"]:
        call.say(line("survey_sorry"), ask=Ask(AskKind.CALL_BACK))
    else:
        call.first = [line("survey_thanks")]
        goodbye(call)


def note_call_back(call: Call, reason: str) -> None:
    """Register a call back."""
    call.out.append(CallBack(call.context(reason)))
    _noting(call, "call_back")


def note_ticket(call: Call, intent: str) -> None:
    """Register what the bot would have done."""
    call.out.append(NoteTicket(intent, call.context(intent)))
    _noting(call, "ticket")


def _noting(call: Call, what: str) -> None:
    call.flush()
    call.deafen()
    call.stop(*Timer)
    call.state, call.noting = State.NOTING, what
    call.start(Timer.FILLER, call.limits.filler)
    call.start(Timer.HOLD, call.limits.hold)
    call.start(Timer.LATE, call.limits.noting)


def noted(call: Call, ok: bool) -> None:
    """It was registered, or not: told as it is."""
    if call.state is not State.NOTING:
        return
    if call.noting == "ticket":
        call.say(line("ticket_noted" if ok else "ticket_failed"), ask=Ask(AskKind.MENU, away=True))
        return
    call.first = [line("call_back_noted" if ok else "call_back_failed")]
    finish(call) if ok else goodbye(call)


def hang_up(call: Call) -> None:
    """Everything was heard."""
    call.out.append(HangUp())
    end(call)


def end(call: Call) -> None:
    """Nothing is due any more."""
    call.state = State.ENDED
    call.timers.clear()
    call.playing, call.cut, call.held_keys, call.keys, call.held_text = [], [], [], "", ""
    call.toned = False
