"""A caller profile: everything that changes together, as one named object."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voice_gateway.synthesis import port
from voice_gateway.synthesis.port import Style


class AnswerKind(StrEnum):
    """What kind of answer is awaited; it decides how long a silence ends the turn."""

    OPEN = "open"
    YES_NO = "yes_no"
    DIGITS = "digits"


class PersonOffer(StrEnum):
    """When a person is offered unasked. Saying so and key 0 always work."""

    ON_REQUEST = "on_request"
    AFTER_FIRST_FAILURE = "after_first_failure"


@dataclass(frozen=True)
class CallerProfile:
    """One way to speak with a caller."""

    #: `standard` or `elder`; the value in the metadata of a turn.
    name: str
    #: Speech rate (1.0 is the voice's normal) and pause between clauses, ms.
    style: Style
    #: Silence that ends a turn, seconds, by the kind of answer awaited.
    end_silence: tuple[tuple[AnswerKind, float], ...]
    #: Silence of the caller until the next prompt, seconds.
    no_input: float
    #: Options read in one menu.
    options: int
    #: Which form of a prompt is said: `text` or `elder`.
    wording: str
    person: PersonOffer
    #: Seconds between two keys before a number counts as complete.
    between_keys: float
    #: Characters of speech that stop a prompt.
    interrupts_at: int

    def end_of_turn(self, kind: AnswerKind) -> float:
        """Seconds of silence that end a turn of this kind."""
        return dict(self.end_silence)[kind]

    @property
    def is_elder(self) -> bool:
        """True for the profile with its own short prompts."""
        return self.wording == "elder"


STANDARD = CallerProfile(
    name="standard",
    style=port.STANDARD,
    end_silence=((AnswerKind.OPEN, 0.7), (AnswerKind.YES_NO, 0.5), (AnswerKind.DIGITS, 1.2)),
    no_input=6.0,
    options=5,
    wording="text",
    person=PersonOffer.ON_REQUEST,
    between_keys=4.0,
    interrupts_at=2,
)
ELDER = CallerProfile(
    name="elder",
    style=port.ELDER,
    end_silence=((AnswerKind.OPEN, 1.3), (AnswerKind.YES_NO, 1.3), (AnswerKind.DIGITS, 1.3)),
    no_input=10.0,
    options=3,
    wording="elder",
    person=PersonOffer.AFTER_FIRST_FAILURE,
    between_keys=6.0,
    interrupts_at=3,
)
BY_NAME = {profile.name: profile for profile in (STANDARD, ELDER)}
