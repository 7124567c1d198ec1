"""Which profile a call has, and why; what is worth remembering for the next call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from voice_gateway.profiles.observation import Observation
from voice_gateway.profiles.profile import BY_NAME, ELDER, STANDARD, CallerProfile
from voice_gateway.profiles.requests import MANDARIN, Manner, Request


class Reason(IntEnum):
    """Why, weakest first: a weaker reason never overrides a stronger one."""

    DEFAULT = 0
    OBSERVED = 1
    AGE = 2
    REMEMBERED = 3
    REQUEST = 4


@dataclass(frozen=True)
class Remembered:
    """What a customer's record keeps. `profile` empty: never asked for, never observed. Nothing personal in it."""

    profile: str = ""
    dialect: str = ""
    louder: bool = False


@dataclass(frozen=True)
class Choice:
    """The profile of a call. `dialect` empty: Mandarin. `louder`: the caller wants more volume."""

    profile: CallerProfile = STANDARD
    reason: Reason = Reason.DEFAULT
    dialect: str = ""
    louder: bool = False

    def asked(self, request: Request) -> Choice:
        """After a request of the caller, which beats everything else.

        Somebody who wants it louder hears badly: short sentences help as much as volume, so that is an elder too.
        """
        match request.manner:
            case Manner.DIALECT:
                return replace(self, dialect="" if request.dialect == MANDARIN else request.dialect)
            case Manner.STANDARD:
                return replace(self, profile=STANDARD, reason=Reason.REQUEST, louder=False)
            case Manner.LOUDER:
                return replace(self, profile=ELDER, reason=Reason.REQUEST, louder=True)
            case _:
                return replace(self, profile=ELDER, reason=Reason.REQUEST)

    def with_age(self, elder: bool) -> Choice:
        """The age on file became known during the call."""
        return self._elder(Reason.AGE) if elder else self

    def observed(self, seen: Observation) -> Choice:
        """After another turn."""
        return self._elder(Reason.OBSERVED) if seen.suggests_elder else self

    def _elder(self, reason: Reason) -> Choice:
        return replace(self, profile=ELDER, reason=reason) if reason > self.reason else self

    @property
    def to_remember(self) -> Remembered:
        """For the next call. An age on file need not be kept, it is on file."""
        kept = self.reason in (Reason.REQUEST, Reason.OBSERVED, Reason.REMEMBERED)
        return Remembered(self.profile.name if kept else "", self.dialect, self.louder)


def choose(remembered: Remembered | None = None, *, elder_on_file: bool = False) -> Choice:
    """The profile a call begins with: what is remembered, else the age on file, else standard.

    A remembered name that is not known counts as nothing.
    """
    known = remembered or Remembered()
    choice = Choice(dialect=known.dialect, louder=known.louder)
    if known.profile in BY_NAME:
        return replace(choice, profile=BY_NAME[known.profile], reason=Reason.REMEMBERED)
    return choice.with_age(elder_on_file)
