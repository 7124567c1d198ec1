"""Whether what is said into a prompt stops it; and where a prompt goes on when it did so for nothing."""

from __future__ import annotations

import re
from enum import StrEnum

from voice_gateway.profiles import CallerProfile
from voice_gateway.turns.words import bare, turn_words

#: Speech without any words known that stops a prompt, seconds: whisper gives no partials.
SPEECH_STOPS = 0.6
_CLAUSE = re.compile(r"(?:<[^<>]*>[^<>]*</[^<>]*>|<[^<>]*>|[^，。！？；…\n<])+[，。！？；…\n]*|[，。！？；…\n]+|<")


class Verdict(StrEnum):
    """`STOP`: flush and listen; `GO_ON`: the caller only listens; `UNSURE`: too little said yet."""

    STOP = "stop"
    GO_ON = "go_on"
    UNSURE = "unsure"


def judge(text: str, profile: CallerProfile, *, interruptible: bool = True) -> Verdict:
    """What a partial or whole text, said while a prompt plays, does to it.

    A prompt that must be heard (price, law) is never stopped; what was said is kept by the call for afterwards.
    """
    if not interruptible:
        return Verdict.GO_ON
    words = turn_words()
    if words.says_stop(text):
        return Verdict.STOP
    if words.is_listening_sound(text):
        return Verdict.GO_ON if bare(text) else Verdict.UNSURE
    return Verdict.STOP if words.weight(text) >= profile.interrupts_at else Verdict.UNSURE


def clauses_of(text: str) -> tuple[str, ...]:
    """A prompt cut where it can be taken up again, each piece with its punctuation and its marks (`<say-as ...>`) whole.

    Joined they are the text, but for space at the ends of pieces.
    """
    pieces: list[str] = []
    for piece in _CLAUSE.findall(text):
        if pieces and not bare(re.sub(r"<[^<>]*>", "", piece)):
            pieces[-1] += piece.strip()
        elif piece.strip():
            pieces.append(piece.strip())
    return tuple(pieces)


def rest(clauses: tuple[str, ...], cut: int) -> tuple[str, ...]:
    """What is said after a false interruption: from the clause that was cut (`cut`, from 0), which is said again."""
    return clauses[max(0, min(cut, len(clauses) - 1)) :] if clauses else ()
