"""Packets back in their order. What is in order goes through at once: the listener is a recogniser, not an ear."""

from __future__ import annotations

#: Packets that wait behind a gap before it is given up.
DEPTH = 4
#: A step so wide is a new stream (the other side has restarted), not a loss.
RESTART = 100
#: Frames made up for one gap at most.
MOST_CONCEALED = 10


class Reorder:
    """`add` and `give_up` return payloads in order; None stands for a lost one."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._held: dict[int, bytes] = {}
        self.late = 0
        self.lost = 0

    @property
    def waiting(self) -> bool:
        """Whether packets wait behind a gap."""
        return bool(self._held)

    def reset(self) -> None:
        """Begin anew with the next packet."""
        self._next = None
        self._held.clear()

    def add(self, sequence: int, payload: bytes) -> list[bytes | None]:
        """Take one packet; an empty payload only keeps the count (a key's packet)."""
        if self._next is None:
            self._next = sequence
        ahead = (sequence - self._next + 0x8000) % 0x10000 - 0x8000
        if abs(ahead) > RESTART:
            out = self.give_up()
            self.reset()
            return out + self.add(sequence, payload)
        if ahead < 0 or sequence in self._held:
            self.late += 1
            return []
        self._held[sequence] = payload
        out = self._run()
        while len(self._held) >= DEPTH:
            out += self._pass_over()
        return out

    def give_up(self) -> list[bytes | None]:
        """Pass over every gap: what waits comes out, None for what is missing."""
        out: list[bytes | None] = []
        while self._held:
            out += self._pass_over()
        return out

    def _pass_over(self) -> list[bytes | None]:
        """Only the first gap: what is missing behind it may still come."""
        following = self._next or 0
        ahead = min((sequence - following) % 0x10000 for sequence in self._held)
        self.lost += ahead
        self._next = (following + ahead) % 0x10000
        return [None] * min(ahead, MOST_CONCEALED) + self._run()

    def _run(self) -> list[bytes | None]:
        out: list[bytes | None] = []
        while self._next in self._held:
            if payload := self._held.pop(self._next):
                out.append(payload)
            self._next = (self._next + 1) % 0x10000
        return out
