"""Kernel ridge: exact for few rows, by a spread part of them for many."""

import numpy as np
import pytest

pytest.importorskip("scipy", reason="the intent model lives in the Rasa environment; scipy comes with the torch extra")

from nlu.kernel import KernelRidge


def _rows(count: int) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(1)
    owner = np.arange(count) % 3
    centres = np.eye(3, 16)
    rows = centres[owner] + 0.35 * chance.standard_normal((count, 16))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), np.eye(3, dtype=np.float32)[owner]


def test_a_part_of_the_rows_tells_classes_as_well_as_all_of_them() -> None:
    rows, targets = _rows(1500)
    train, test = slice(0, 1200), slice(1200, None)
    whole = KernelRidge.fit(rows[train], targets[train]).scores(rows[test])
    some = KernelRidge.fit(rows[train], targets[train], most=200)
    assert len(some.landmarks) == 200
    truth = targets[test].argmax(1)
    assert (some.scores(rows[test]).argmax(1) == truth).mean() >= (whole.argmax(1) == truth).mean() - 0.01


def test_a_rare_class_keeps_its_share_of_the_rows() -> None:
    rows, targets = _rows(900)
    rare = np.concatenate([targets, np.zeros((900, 1), dtype=np.float32)], axis=1)
    rare[:30] = [0, 0, 0, 1]
    model = KernelRidge.fit(rows, rare, most=300)
    assert 8 <= sum((model.landmarks[:, None] == ((rows[:30] - model.centre) / model.scale)[None]).all(2).any(0)) <= 12
