"""What the encoder is tuned on: groups of sentences that mean the same, and how they are drawn into batches."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Bends a sentence as customers and recognisers do.
Augment = Callable[[str, random.Random], str]


@dataclass(frozen=True)
class Group:
    """Sentences with one meaning. `kind` names a coarser topic: groups of one kind are told apart hardest."""

    key: str
    kind: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Recipe:
    """One training run. `rate` is the highest learning rate; shares are in 0..1."""

    epochs: int = 5
    rate: float = 1.5e-3
    warmup: float = 0.1
    #: Upper layers that are changed; the lower ones stay, which halves the time of a step.
    layers: int = 6
    rank: int = 32
    alpha: int = 64
    dropout: float = 0.05
    temperature: float = 0.05
    #: A batch has this many groups with this many sentences each, and some from outside.
    groups: int = 16
    sentences: int = 4
    outside: int = 4
    #: Groups of a batch come in families: one, its nearest ones, and others of its kind.
    near: int = 5
    same_kind: int = 2
    #: Share of sentences bent.
    bent: float = 0.25
    seed: int = 7


class Batches:
    """Draws batches; the same for the same seed, epoch and neighbours.

    Each sentence comes once before any of its group comes again.
    """

    def __init__(self, groups: Sequence[Group], outside: Sequence[str], augment: Augment, recipe: Recipe) -> None:
        self._groups, self._outside, self._augment, self._recipe = groups, list(outside), augment, recipe
        kinds: dict[str, list[int]] = {}
        for index, group in enumerate(groups):
            kinds.setdefault(group.kind, []).append(index)
        self._kinds = kinds

    @property
    def steps(self) -> int:
        """Batches of an epoch: as many as show every sentence about once."""
        total = sum(len(group.sentences) for group in self._groups)
        return max(1, total // (self._recipe.groups * self._recipe.sentences))

    def epoch(self, number: int, neighbours: NDArray[np.intp]) -> Iterator[tuple[list[str], list[int]]]:
        """(sentences, labels) of each batch; a label below zero stands alone. `neighbours`: (groups, k) nearest."""
        recipe, chance = self._recipe, random.Random(self._recipe.seed * 1000 + number)
        pools: dict[int, list[str]] = {}
        order: list[int] = []
        for _ in range(self.steps):
            chosen: list[int] = []
            while len(chosen) < min(recipe.groups, len(self._groups)):
                if not order:
                    order = chance.sample(range(len(self._groups)), len(self._groups))
                first = order.pop()
                mates = self._kinds[self._groups[first].kind]
                near = neighbours[first].tolist()
                family = [first, *chance.sample(near, min(recipe.near, len(near))),
                          *chance.sample(mates, min(recipe.same_kind, len(mates)))]  # fmt: skip
                for index in family:
                    if index not in chosen and len(chosen) < recipe.groups:
                        chosen.append(index)
            texts: list[str] = []
            labels: list[int] = []
            for index in chosen:
                for _ in range(recipe.sentences):
                    pool = pools.setdefault(index, [])
                    if not pool:
                        pool += chance.sample(self._groups[index].sentences, len(self._groups[index].sentences))
                    text = pool.pop()
                    texts.append(self._augment(text, chance) if chance.random() < recipe.bent else text)
                    labels.append(index)
            for text in chance.sample(self._outside, min(recipe.outside, len(self._outside))):
                texts.append(text)
                labels.append(-len(labels) - 1)
            yield texts, labels


def nearest_groups(vectors: NDArray[np.float32], owners: NDArray[np.intp], count: int = 15) -> NDArray[np.intp]:
    """For each group its nearest others by the mean of their sentences, shape (groups, count)."""
    size = int(owners.max()) + 1
    sums = np.zeros((size, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, owners, vectors - vectors.mean(axis=0))
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    likeness = sums @ sums.T
    np.fill_diagonal(likeness, -2.0)
    return np.argsort(-likeness, axis=1)[:, : min(count, size - 1)]
