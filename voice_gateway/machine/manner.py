"""How the caller wants to be spoken to: taken up at once, and what was said last is said again that way."""

from __future__ import annotations

from voice_gateway.machine.call import Call
from voice_gateway.machine.states import line
from voice_gateway.profiles import Choice, Request
from voice_gateway.profiles.requests import MANDARIN, Manner

_PROMPTS = {Manner.SLOWER: "slower_on", Manner.LOUDER: "louder_on", Manner.ELDER: "elder_on", Manner.STANDARD: "standard_on"}


def request_of(name: str) -> Request:
    """`elder`, `standard`, or the name of a dialect."""
    return Request(Manner(name)) if name in (Manner.ELDER, Manner.STANDARD) else Request(Manner.DIALECT, name)


def ask_manner(call: Call, name: str) -> Choice:
    """The choice after such a request."""
    return call.choice.asked(request_of(name))


def apply(call: Call, request: Request) -> None:
    """Take it up."""
    call.choose(call.choice.asked(request))
    key = _PROMPTS.get(request.manner) or ("dialect_off" if request.dialect == MANDARIN else "dialect_on")
    call.flush()
    call.first.append(line(key))
    call.say(*(call.last or (line("go_on"),)))
