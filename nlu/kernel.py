"""Kernel ridge classification on sentence embeddings: closed form, seconds to train, one product to use.

A Gaussian kernel separates what a plane cannot: on the development set 0.91 against 0.87 for logistic
regression on the same vectors (docs/nlu.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve


@dataclass(frozen=True)
class KernelRidge:
    """`landmarks` (n, d) scaled rows, `weights` (n, classes); scores lie about -1..1."""

    centre: np.ndarray
    scale: float
    width: float
    landmarks: np.ndarray
    weights: np.ndarray

    @classmethod
    def fit(cls, rows: np.ndarray, targets: np.ndarray, *, width: float = 1.0, ridge: float = 0.3,
            most: int = 4000) -> KernelRidge:
        """`rows` (n, d) unit vectors, `targets` (n, classes) of 0 and 1. `width` scales the usual 1/d.

        Above `most` rows that many of them carry the weights and all are fitted (Nystroem): the exact solution's time
        grows with the third power, and a request's time with the number of rows kept.
        """
        centre = rows.mean(0)
        scale = float((rows - centre).std()) or 1.0
        scaled = ((rows - centre) / scale).astype(np.float32)
        if len(scaled) > most:
            return cls._fit_some(centre, scale, scaled, targets, width, ridge, most)
        kernel = _gauss(scaled, scaled, width).astype(np.float64)
        kernel[np.diag_indices(len(kernel))] += ridge
        weights = solve(kernel, 2.0 * targets - 1.0, assume_a="pos", overwrite_a=True)
        return cls(centre.astype(np.float32), scale, width, scaled, weights.astype(np.float32))

    @classmethod
    def _fit_some(cls, centre: np.ndarray, scale: float, scaled: np.ndarray, targets: np.ndarray, width: float,
                  ridge: float, most: int) -> KernelRidge:
        chosen = _spread(targets, most)
        landmarks = scaled[chosen]
        inner = np.zeros((most, most))
        outer = np.zeros((most, targets.shape[1]))
        for start in range(0, len(scaled), 2048):
            part = _gauss(scaled[start:start + 2048], landmarks, width)
            inner += part.T @ part
            outer += part.T @ (2.0 * targets[start:start + 2048] - 1.0)
        inner += ridge * _gauss(landmarks, landmarks, width)
        inner[np.diag_indices(most)] += 1e-3
        weights = solve(inner, outer, assume_a="pos", overwrite_a=True, overwrite_b=True)
        return cls(centre.astype(np.float32), scale, width, landmarks, weights.astype(np.float32))

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """(m, d) unit vectors -> (m, classes)."""
        scaled = ((rows - self.centre) / self.scale).astype(np.float32)
        return _gauss(scaled, self.landmarks, self.width) @ self.weights


def _spread(targets: np.ndarray, most: int) -> np.ndarray:
    """As many rows of every class as its share asks, always the same ones."""
    chance = np.random.default_rng(0)
    owner = targets.argmax(1)
    order = chance.permutation(len(owner))
    # Rows ordered by how far through its class each one comes: the first `most` are spread evenly.
    place = np.empty(len(owner))
    for name in np.unique(owner):
        mine = order[owner[order] == name]
        place[mine] = (np.arange(len(mine)) + 0.5) / len(mine)
    return np.sort(np.argsort(place, kind="stable")[:most])


def _gauss(a: np.ndarray, b: np.ndarray, width: float) -> np.ndarray:
    squared = (a * a).sum(1)[:, None] + (b * b).sum(1)[None, :] - 2.0 * a @ b.T
    return np.exp(-width / a.shape[1] * np.maximum(squared, 0.0))
