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
    def fit(cls, rows: np.ndarray, targets: np.ndarray, *, width: float = 1.0, ridge: float = 0.3) -> KernelRidge:
        """`rows` (n, d) unit vectors, `targets` (n, classes) of 0 and 1. `width` scales the usual 1/d."""
        centre = rows.mean(0)
        scale = float((rows - centre).std()) or 1.0
        scaled = ((rows - centre) / scale).astype(np.float32)
        kernel = _gauss(scaled, scaled, width).astype(np.float64)
        kernel[np.diag_indices(len(kernel))] += ridge
        weights = solve(kernel, 2.0 * targets - 1.0, assume_a="pos", overwrite_a=True)
        return cls(centre.astype(np.float32), scale, width, scaled, weights.astype(np.float32))

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """(m, d) unit vectors -> (m, classes)."""
        scaled = ((rows - self.centre) / self.scale).astype(np.float32)
        return _gauss(scaled, self.landmarks, self.width) @ self.weights


def _gauss(a: np.ndarray, b: np.ndarray, width: float) -> np.ndarray:
    squared = (a * a).sum(1)[:, None] + (b * b).sum(1)[None, :] - 2.0 * a @ b.T
    return np.exp(-width / a.shape[1] * np.maximum(squared, 0.0))
