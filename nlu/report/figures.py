"""What the page shows, worked out of the judgements. Pure functions."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nlu.report.judge import FALLBACK, OUTSIDE, PERSON, Judged


@dataclass(frozen=True)
class Share:
    """`right` of `total`, with Wilson's 95 % interval."""

    right: int
    total: int

    @property
    def value(self) -> float:
        return self.right / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.total:
            return 0.0, 1.0
        z, n, p = 1.96, self.total, self.value
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        reach = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, centre - reach), min(1.0, centre + reach)


def share(judged: Iterable[Judged], good: Callable[[Judged], bool] = lambda j: j.right) -> Share:
    listed = list(judged)
    return Share(sum(map(good, listed)), len(listed))


def by(judged: Sequence[Judged], key: Callable[[Judged], str]) -> dict[str, Share]:
    """Right of each group, the weakest first."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[key(one)].append(one)
    return dict(sorted(((name, share(ones)) for name, ones in groups.items()), key=lambda item: item[1].value))


@dataclass(frozen=True)
class IntentRow:
    """One intent: of those that have it how many are found, of those found how many have it."""

    name: str
    recall: Share
    precision: Share

    @property
    def f1(self) -> float:
        p, r = self.precision.value, self.recall.value
        return 2 * p * r / (p + r) if p + r else 0.0


def intents(judged: Sequence[Judged]) -> list[IntentRow]:
    """The weakest first."""
    rows = [
        IntentRow(
            name,
            share(j for j in judged if j.intent == name),
            share(j for j in judged if j.found == name),
        )
        for name in {j.intent for j in judged}
    ]
    return sorted(rows, key=lambda row: row.f1)


@dataclass(frozen=True)
class Pair:
    """`count` utterances of `intent` taken for `found`, some of them."""

    intent: str
    found: str
    count: int
    examples: tuple[tuple[str, float], ...]


def confusions(judged: Sequence[Judged], most: int = 20, examples: int = 3) -> list[Pair]:
    """The commonest, each with its surest mistakes."""
    wrong = [j for j in judged if not j.right]
    counts = Counter((j.intent, j.found) for j in wrong)
    return [
        Pair(intent, found, count, tuple(
            (j.text, j.confidence)
            for j in sorted(wrong, key=lambda j: -j.confidence) if (j.intent, j.found) == (intent, found)
        )[:examples])
        for (intent, found), count in counts.most_common(most)
    ]  # fmt: skip


@dataclass(frozen=True)
class Bin:
    """Utterances of like confidence: the mean of it, and how many of them were right."""

    confidence: float
    right: float
    count: int


def reliability(judged: Sequence[Judged], bins: int = 10) -> tuple[list[Bin], float]:
    """(bins of equal width, expected calibration error: the mean distance of both, weighted)."""
    groups: dict[int, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[min(bins - 1, int(one.confidence * bins))].append(one)
    made = [
        Bin(sum(j.confidence for j in ones) / len(ones), share(ones).value, len(ones))
        for _, ones in sorted(groups.items())
    ]
    error = sum(abs(b.confidence - b.right) * b.count for b in made) / max(1, len(judged))
    return made, error


@dataclass(frozen=True)
class AtThreshold:
    """At one threshold: out-of-scope served as ours, ours asked back, ours served wrongly."""

    threshold: float
    outside_accepted: float
    ours_asked_back: float
    ours_wrong: float


def thresholds(judged: Sequence[Judged], steps: int = 20) -> list[AtThreshold]:
    """From 0 to 0.95, the ambiguity threshold left out."""
    outside = [j for j in judged if j.outside]
    ours = [j for j in judged if not j.outside]
    return [
        AtThreshold(
            at / steps,
            share(outside, lambda j: not j.right and j.found != OUTSIDE and j.confidence >= at / steps).value,  # noqa: B023
            share(ours, lambda j: j.confidence < at / steps).value,  # noqa: B023
            share(ours, lambda j: not j.right and j.confidence >= at / steps).value,  # noqa: B023
        )
        for at in range(steps)
    ]


@dataclass(frozen=True)
class Promise:
    """The way to a person: who asked and was heard, who did not ask and was sent."""

    recall: Share
    false: Share


def person(judged: Sequence[Judged]) -> Promise:
    asked = [j for j in judged if PERSON in j.accepted]
    others = [j for j in judged if PERSON not in j.accepted]
    return Promise(share(asked, lambda j: j.taken in j.accepted), share(others, lambda j: j.taken == PERSON))


def outside_accepted(judged: Sequence[Judged]) -> Share:
    return share((j for j in judged if j.outside), lambda j: j.accepted_outside)


def asked_back(judged: Sequence[Judged]) -> Share:
    return share((j for j in judged if not j.outside), lambda j: j.taken == FALLBACK)


def percentile(values: Sequence[float], share_: float) -> float:
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share_ * len(ordered)))] if ordered else 0.0
