"""How alike two texts sound, by their syllables; accents that merge sounds do not count."""

from __future__ import annotations

from nlu.text.pinyin import folded_syllables


def apart(one: str, other: str) -> float:
    """Share of syllables that differ, 0 to 1, of the longer text."""
    a, b = folded_syllables(one), folded_syllables(other)
    return steps(a, b) / max(len(a), len(b), 1)


def steps(a: tuple[str, ...] | str, b: tuple[str, ...] | str) -> int:
    """Items to put in, leave out or replace to make one of the other."""
    row = list(range(len(b) + 1))
    for number, left in enumerate(a, 1):
        before, row[0] = row[0], number
        for place, right in enumerate(b, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (left != right))
    return row[-1]


def warm() -> None:
    """Loads the dictionary of sounds, some 0.3 s, before the first caller waits for it."""
    apart("话费", "流量")
