"""What the encoder is tuned on: groups of sentences that mean the same, and how they are drawn into batches."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Bends a sentence as customers and recognisers do.
Augment = Callable[[str, random.Random], str]


@dataclass(frozen=True)
class Group:
    """Sentences with one meaning. `kind` names a coarser topic: groups of one kind are told apart hardest.

    Groups of different `space` answer different questions and never meet in a batch: "查话费" may be an intent and a
    question of the knowledge base.
    """

    key: str
    kind: str
    sentences: tuple[str, ...]
    space: str = ""


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
    #: Tokens read of a sentence while training; the few longer stories would take half of the time.
    longest: int = 48
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

    A batch is of one space; spaces come as often as they have sentences, groups of a space equally often. Each sentence
    comes once before any of its group comes again. `outside`: by space, sentences that belong to no group.
    """

    def __init__(
        self, groups: Sequence[Group], outside: Mapping[str, Sequence[str]], augment: Augment, recipe: Recipe
    ) -> None:
        self._groups, self._augment, self._recipe = groups, augment, recipe
        self._outside = {space: list(texts) for space, texts in outside.items()}
        kinds: dict[tuple[str, str], list[int]] = {}
        spaces: dict[str, list[int]] = {}
        for index, group in enumerate(groups):
            kinds.setdefault((group.space, group.kind), []).append(index)
            spaces.setdefault(group.space, []).append(index)
        self._kinds, self._spaces = kinds, spaces

    @property
    def steps(self) -> int:
        """Batches of an epoch: as many as show every sentence about once."""
        return sum(self._steps_of(space) for space in self._spaces)

    def epoch(self, number: int, neighbours: NDArray[np.intp]) -> Iterator[tuple[list[str], list[int]]]:
        """(sentences, labels) of each batch; a label below zero stands alone. `neighbours`: (groups, k) nearest."""
        recipe, chance = self._recipe, random.Random(self._recipe.seed * 1000 + number)
        pools: dict[int, list[str]] = {}
        orders: dict[str, list[int]] = {space: [] for space in self._spaces}
        turns = [space for space in self._spaces for _ in range(self._steps_of(space))]
        chance.shuffle(turns)
        for space in turns:
            chosen = self._choose(space, orders[space], neighbours, chance)
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
            alone = self._outside.get(space, [])
            for text in chance.sample(alone, min(recipe.outside, len(alone))):
                texts.append(text)
                labels.append(-len(labels) - 1)
            yield texts, labels

    def _choose(self, space: str, order: list[int], neighbours: NDArray[np.intp], chance: random.Random) -> list[int]:
        recipe = self._recipe
        chosen: list[int] = []
        while len(chosen) < min(recipe.groups, len(self._spaces[space])):
            if not order:
                order += chance.sample(self._spaces[space], len(self._spaces[space]))
            first = order.pop()
            mates = self._kinds[space, self._groups[first].kind]
            near = [at for at in neighbours[first].tolist() if self._groups[at].space == space]
            family = [first, *chance.sample(near, min(recipe.near, len(near))),
                      *chance.sample(mates, min(recipe.same_kind, len(mates)))]  # fmt: skip
            for index in family:
                if index not in chosen and len(chosen) < recipe.groups:
                    chosen.append(index)
        return chosen

    def _steps_of(self, space: str) -> int:
        total = sum(len(self._groups[index].sentences) for index in self._spaces[space])
        return max(1, total // (self._recipe.groups * self._recipe.sentences))


def nearest_groups(
    vectors: NDArray[np.float32], owners: NDArray[np.intp], count: int = 15, spaces: Sequence[str] | None = None
) -> NDArray[np.intp]:
    """For each group its nearest others by the mean of their sentences, shape (groups, count).

    `spaces`: that of each group; those of other spaces come last.
    """
    size = int(owners.max()) + 1
    sums = np.zeros((size, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, owners, vectors - vectors.mean(axis=0))
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    likeness = sums @ sums.T
    if spaces is not None:
        place = np.unique(np.array(spaces), return_inverse=True)[1]
        likeness[place[:, None] != place[None, :]] = -1.5
    np.fill_diagonal(likeness, -2.0)
    return np.argsort(-likeness, axis=1)[:, : min(count, size - 1)]
