"""Fits ranking weights, probability and thresholds on trials, and tells what they reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from knowledge_base.calibration import FEATURES, SIGNS, Calibration
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import Encoder
from knowledge_base.errors import CalibrationInvalid
from knowledge_base.exam import Question
from knowledge_base.ranking import Ranked, rank
from knowledge_base.snapshot import Snapshot
from knowledge_base.trials import Trial, make_trials

#: Shares of outside questions answered, and of answers given that may be wrong.
MAX_OUTSIDE_ANSWERED = 0.015
MAX_WRONG_ANSWERS = 0.06
#: Share of questions whose entry is among the best three that must stay above the lower threshold.
KEPT_IN_CHOICE = 0.985
#: From this many questions of people on, probability and thresholds go by them instead of by hidden ones.
ENOUGH_ASKED = 200
#: How much a question of people counts against one hidden, in the ranking.
ASKED_WEIGHT = 3.0
#: How much one outside text counts against one of the far more numerous stored questions.
OUTSIDE_WEIGHT = 3.0
FOLDS = 5
#: Weights are not led below this: a sign that says little among held-out questions may say all elsewhere.
_LEAST_WEIGHT = 0.5
_RIDGE = 1e-3
_RIDGE_P = 1e-5


def calibrate(
    snapshot: Snapshot,
    encoder: Encoder,
    cache: EmbeddingCache,
    outside: Sequence[str],
    progress: Callable[[str], None] = lambda line: None,
    seed: int = 7,
    questions: Sequence[Question] = (),
) -> Calibration:
    """Fit a calibration for this encoder; `questions` are of people who had not seen the stored ones.

    Raises CalibrationInvalid where there is too little to go by.
    """
    if len(snapshot.entries) < 5 or len(outside) < 20:
        raise CalibrationInvalid(
            "too little to learn from", message_zh="条目太少（至少 5 条），或域外文本太少（至少 20 句），无法校准。"
        )
    trials = make_trials(snapshot, encoder, cache, outside, seed, questions)
    progress(f"试问 {len(trials)} 句（库内 {len(snapshot.sentences)} 句，别人写的 {len(questions)} 句，域外 {len(outside)} 句）")
    folds = np.random.default_rng(seed).integers(0, FOLDS, len(trials))
    standings: list[list[Ranked]] = [[] for _ in trials]
    probabilities = np.zeros(len(trials))
    for fold in range(FOLDS):
        mine, others = np.flatnonzero(folds == fold).tolist(), np.flatnonzero(folds != fold).tolist()
        numbers = _fit([trials[index] for index in others], snapshot.calibration)
        for index in mine:
            standings[index] = rank(trials[index].evidence, numbers, 3)
            probabilities[index] = standings[index][0].probability
    answer, choose = thresholds(trials, standings, probabilities)
    measured = measure(trials, standings, probabilities, answer, choose)
    numbers = _fit(trials, snapshot.calibration)
    progress("排序权重 " + "，".join(f"{name} {value:.1f}" for name, value in numbers.weights.items()))
    return replace(numbers, answer=answer, choose=choose, measured=measured)


def _fit(trials: Sequence[Trial], start: Calibration) -> Calibration:
    numbers = replace(start, weights=fit_weights(trials))
    standings = [rank(trial.evidence, numbers, 3) for trial in trials]
    coefficients, intercept = fit_probability(*_samples(trials, standings))
    return replace(numbers, coefficients=coefficients, intercept=intercept)


def fit_weights(trials: Sequence[Trial]) -> dict[str, float]:
    """Weights by which the right entries stand out among the candidates (conditional logit, none negative)."""
    parts: list[NDArray[np.float32]] = []
    goods: list[NDArray[np.bool_]] = []
    shares: list[float] = []
    for trial in trials:
        good = np.isin(trial.evidence.entries, list(trial.rights))
        if good.any():
            parts.append(trial.evidence.features)
            goods.append(good)
            shares.append(ASKED_WEIGHT if trial.kind == "asked" else 1.0)
    if len(parts) < 20:
        raise CalibrationInvalid("too few trials", message_zh="能用来校准的问法太少。")
    features = np.concatenate(parts).astype(np.float64)
    good = np.concatenate(goods)
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])[:-1]])
    owner = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    share = np.array(shares) / sum(shares)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = features @ weights
        scores -= np.maximum.reduceat(scores, starts)[owner]
        chances = np.exp(scores)
        chances /= np.add.reduceat(chances, starts)[owner]
        # Where several entries are right, what counts is that one of them wins.
        won = np.add.reduceat(chances * good, starts) + 1e-12
        expected = np.add.reduceat(features * chances[:, None], starts)
        wanted = np.add.reduceat(features * (chances * good / won[owner])[:, None], starts)
        value = float(-(share * np.log(won)).sum()) + _RIDGE * float(weights @ weights)
        return value, share @ (expected - wanted) + 2 * _RIDGE * weights

    bounds = [(_LEAST_WEIGHT, None)] * len(FEATURES)
    fitted = minimize(loss, np.full(len(FEATURES), 3.0), jac=True, method="L-BFGS-B", bounds=bounds)
    return dict(zip(FEATURES, map(float, fitted.x), strict=True))


def _samples(
    trials: Sequence[Trial], standings: Sequence[Sequence[Ranked]]
) -> tuple[NDArray[np.float64], NDArray[np.int_], NDArray[np.float64]]:
    signs, labels, importance = [], [], []
    for trial, found in zip(trials, standings, strict=True):
        if trial.kind not in _judged(trials):
            continue
        for standing in found:
            signs.append([standing.signs[name] for name in SIGNS])
            labels.append(int(standing.entry in trial.rights))
            importance.append(OUTSIDE_WEIGHT if trial.kind == "outside" else 1.0)
    return np.array(signs), np.array(labels), np.array(importance)


def fit_probability(
    signs: NDArray[np.float64], labels: NDArray[np.int_], importance: NDArray[np.float64]
) -> tuple[dict[str, float], float]:
    """A logistic regression in which every sign speaks for an entry, and `foreign` against it."""
    if len(set(labels.tolist())) < 2:
        raise CalibrationInvalid("one class only", message_zh="试问全部命中或全部落空，无法校准。")
    inputs = np.column_stack([signs, np.ones(len(signs))])
    share = importance / importance.sum()

    def loss(numbers: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = inputs @ numbers
        value = float(share @ (np.logaddexp(0.0, z) - labels * z)) + _RIDGE_P * float(numbers[:-1] @ numbers[:-1])
        gradient = inputs.T @ (share * (1.0 / (1.0 + np.exp(-z)) - labels))
        return value, gradient + 2 * _RIDGE_P * np.append(numbers[:-1], 0.0)

    bounds = [(None, 0.0) if name == "foreign" else (0.0, None) for name in SIGNS]
    fitted = minimize(loss, np.zeros(len(SIGNS) + 1), jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    return dict(zip(SIGNS, map(float, fitted[:-1]), strict=True)), float(fitted[-1])


def _judged(trials: Sequence[Trial]) -> tuple[str, ...]:
    """The kinds of trials that probability and thresholds go by."""
    asked = sum(trial.kind == "asked" for trial in trials)
    return ("asked", "outside") if asked >= ENOUGH_ASKED else ("held_out", "variant", "uncovered", "outside")


def thresholds(
    trials: Sequence[Trial], standings: Sequence[Sequence[Ranked]], probabilities: NDArray[np.float64]
) -> tuple[float, float]:
    """The lowest `answer` that keeps both limits on wrong answers, and `choose` that loses few right ones."""
    kinds = np.array([trial.kind for trial in trials])
    judged = [kind for kind in _judged(trials) if kind not in ("outside", "uncovered")]
    outside, asked = kinds == "outside", np.isin(kinds, judged)
    right = np.array([s[0].entry in t.rights for t, s in zip(trials, standings, strict=True)])
    answer = 0.95
    for threshold in np.arange(0.30, 0.951, 0.01):
        given = probabilities >= threshold
        wrong = (given & asked & ~right).sum() / max(1, (given & asked).sum())
        if (given & outside).sum() <= MAX_OUTSIDE_ANSWERED * outside.sum() and wrong <= MAX_WRONG_ANSWERS:
            answer = float(threshold)
            break
    near = np.array([any(s.entry in t.rights for s in found) for t, found in zip(trials, standings, strict=True)])
    kept = probabilities[asked & near]
    choose = float(np.quantile(kept, 1 - KEPT_IN_CHOICE)) if len(kept) else answer / 2
    return answer, min(answer, max(0.02, choose))


def measure(
    trials: Sequence[Trial],
    standings: Sequence[Sequence[Ranked]],
    probabilities: NDArray[np.float64],
    answer: float,
    choose: float,
) -> dict[str, float]:
    """What the thresholds reach on trials that the numbers did not see; shares in 0..1."""
    kinds = np.array([trial.kind for trial in trials])
    right = np.array([s[0].entry in t.rights for t, s in zip(trials, standings, strict=True)])
    near = np.array([any(s.entry in t.rights for s in found) for t, found in zip(trials, standings, strict=True)])
    given, offered = probabilities >= answer, probabilities >= choose

    def share(part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> float:
        return float((part & whole).sum() / max(1, whole.sum()))

    found: dict[str, float] = {}
    for kind in ("held_out", "variant", "asked"):
        asked = kinds == kind
        if not asked.any():
            continue
        found |= {
            f"{kind}": float(asked.sum()),
            f"{kind}_first_right": share(right, asked),
            f"{kind}_in_three": share(near, asked),
            f"{kind}_answered": share(given, asked),
            f"{kind}_answers_right": share(right, asked & given),
            f"{kind}_none": share(~offered, asked),
        }
    for kind in ("uncovered", "outside"):
        asked = kinds == kind
        found |= {f"{kind}_answered": share(given, asked), f"{kind}_none": share(~offered, asked)}
    return found
