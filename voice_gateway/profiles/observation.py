"""What is observed of a caller: slow speech, wishes to hear it again, silences.

The rule: each of these is a point: an utterance slower than SLOW characters a second (of at least SHORTEST
characters, pauses inside it counted), a repeat asked for by word or by key, a prompt answered by silence. POINTS points
within the last TURNS turns make an elder. One long silence or one slow sentence never does, nor do three of a kind that
lie far apart.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Characters a second; Mandarin on the phone runs at 4 to 5, the old speak at 2 to 3.
SLOW = 2.0
#: Shorter utterances say nothing of the pace.
SHORTEST = 4
POINTS = 3
TURNS = 6


@dataclass(frozen=True)
class Observation:
    """The last turns, oldest first, each with its points. Immutable: every note gives a new one."""

    turns: tuple[int, ...] = ()

    def heard(self, characters: int, seconds: float) -> Observation:
        """An utterance of that many characters in that time (0 where unknown)."""
        slow = characters >= SHORTEST and seconds > 0 and characters / seconds < SLOW
        return self._turn(1 if slow else 0)

    def repeat_wanted(self) -> Observation:
        """The caller asked to hear it again."""
        return self._turn(1)

    def silence(self) -> Observation:
        """A prompt was answered by nothing."""
        return self._turn(1)

    @property
    def suggests_elder(self) -> bool:
        """True where the points suffice."""
        return sum(self.turns) >= POINTS

    def _turn(self, points: int) -> Observation:
        return Observation((*self.turns, points)[-TURNS:])
