"""When a turn is over: by what was asked, by the caller's profile, and by what was said so far."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voice_gateway.profiles import AnswerKind, CallerProfile
from voice_gateway.turns.numbers import Expected, is_complete, open_number
from voice_gateway.turns.words import turn_words


@dataclass(frozen=True)
class Patience:
    """Seconds beside those of the profile.

    `number`: more silence while a number is not whole, for people read one off a card in groups; `going_on`: more
    after a word that announces more (然后, 我想, 就是); `whole`: enough behind a whole number; `longest` and
    `longest_number`: no utterance is longer.
    """

    number: float = 1.5
    going_on: float = 0.6
    whole: float = 0.6
    longest: float = 20.0
    longest_number: float = 30.0


PATIENCE = Patience()


class Why(StrEnum):
    """Why a turn ended."""

    SILENCE = "silence"
    LONGEST = "longest"


class EndOfTurn:
    """One answer of the caller. Times are seconds on one clock of the caller's choice, never going back."""

    def __init__(self, profile: CallerProfile, kind: AnswerKind = AnswerKind.OPEN, expected: Expected | None = None,
                 patience: Patience = PATIENCE) -> None:
        self._profile, self._kind, self._expected, self._patience = profile, kind, expected, patience
        self._text = ""
        self._began: float | None = None
        self._quiet_since: float | None = None

    def started(self, at: float) -> None:
        """Speech began or went on."""
        self._began = at if self._began is None else self._began
        self._quiet_since = None

    def stopped(self, at: float) -> None:
        """Speech paused; `at` is the end of the last voiced frame."""
        if self._began is not None:
            self._quiet_since = at

    def said(self, text: str) -> None:
        """What the recogniser has so far; it may be called never, where there are no partials."""
        self._text = text

    @property
    def silence_needed(self) -> float:
        """Seconds of silence that end the turn as it stands."""
        usual = self._profile.end_of_turn(self._kind)
        if self._expected is not None:
            if is_complete(self._expected, self._text):
                return min(usual, self._patience.whole)
            # Without partials nothing is known of the number: then the pause for digits has to do.
            return usual + self._patience.number if self._text else usual
        if self._kind is not AnswerKind.YES_NO:
            if open_number(self._text) is not None:
                return usual + self._patience.number
            if turn_words().announces_more(self._text):
                return usual + self._patience.going_on
        return usual

    def ended(self, now: float) -> Why | None:
        """Why the turn is over at `now`; None while it goes on or has not begun."""
        if self._began is None:
            return None
        digits = self._kind is AnswerKind.DIGITS
        longest = self._patience.longest_number if digits else self._patience.longest
        if now - self._began >= longest:
            return Why.LONGEST
        if self._quiet_since is not None and now - self._quiet_since >= self.silence_needed - 1e-9:
            return Why.SILENCE
        return None
