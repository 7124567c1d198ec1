"""A text under repair: every character knows the characters of the original it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """`text[start:end]` becomes `new`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True)
class Aligned:
    """`places[i]` is the span of `original` that `text[i]` stands for."""

    text: str
    original: str
    places: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, original: str, text: str | None = None) -> Aligned:
        """`text` is as long as `original` (default: the same)."""
        text = original if text is None else text
        if len(text) != len(original):
            raise ValueError("not folded one character to one")
        return cls(text, original, tuple((i, i + 1) for i in range(len(text))))

    def edit(self, edits: Sequence[Edit]) -> Aligned:
        """All edits at once; they do not overlap. Returns itself where there are none."""
        if not edits:
            return self
        parts: list[str] = []
        places: list[tuple[int, int]] = []
        at = 0
        for edit in sorted(edits, key=lambda e: e.start):
            if edit.start < at:
                raise ValueError("edits overlap")
            parts += [self.text[at : edit.start], edit.new]
            places += self.places[at : edit.start]
            places += self._places_of(edit)
            at = edit.end
        parts.append(self.text[at:])
        places += self.places[at:]
        return Aligned("".join(parts), self.original, tuple(places))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that `text[start:end]` (not empty) stands for."""
        inside = self.places[start:end]
        return min(a for a, _ in inside), max(b for _, b in inside)

    def _places_of(self, edit: Edit) -> list[tuple[int, int]]:
        old = self.places[edit.start : edit.end]
        if not edit.new:
            return []
        if len(old) == len(edit.new):
            return list(old)
        if old:
            return [self.span(edit.start, edit.end)] * len(edit.new)
        here = self.places[edit.start][0] if edit.start < len(self.places) else len(self.original)
        return [(here, here)] * len(edit.new)
