"""Fits fusion weights, probability and thresholds on questions held out, and tells what they reach.

Each stored question is asked while it is hidden, and each of its siblings with it by a coin's toss, so that
an editor's habit of writing alike is not taken for the customers'. Every fourth one is asked with its whole
entry hidden: a question near the domain that nothing answers. Texts from outside the domain are added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from knowledge_base.calibration import CHANNELS, FEATURES, Calibration
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import Encoder, Vectors
from knowledge_base.errors import CalibrationInvalid
from knowledge_base.matching import Tokens, cut
from knowledge_base.search import CANDIDATES, Ranked, asks_something, rank_rows
from knowledge_base.snapshot import Snapshot

#: Shares of outside questions answered, and of answers given that may be wrong.
MAX_OUTSIDE_ANSWERED = 0.015
MAX_WRONG_ANSWERS = 0.03
#: Share of questions whose entry is among the best three that must stay above the lower threshold.
KEPT_IN_CHOICE = 0.99
SIBLING_HIDDEN = 0.5
MAX_QUESTIONS = 4000
FOLDS = 5
_SHORTLIST = 40


@dataclass(frozen=True)
class Trial:
    """One question asked with something hidden: `right` is the entry that answers it, None for none."""

    kind: str
    right: int | None
    rows: NDArray[np.intp]
    similarities: NDArray[np.float32]


def calibrate(
    snapshot: Snapshot,
    encoder: Encoder,
    cache: EmbeddingCache,
    outside: Sequence[str],
    progress: Callable[[str], None] = lambda line: None,
    seed: int = 7,
) -> Calibration:
    """Fit a calibration for this encoder. Raises CalibrationInvalid where there is too little to go by."""
    if len(snapshot.entries) < 5 or len(outside) < 20:
        raise CalibrationInvalid(
            "too few entries", message_zh="条目太少（至少 5 条），或域外文本太少（至少 20 句），无法校准。"
        )
    progress(f"留出提问：{len(snapshot.sentences)} 句，域外 {len(outside)} 句")
    trials = make_trials(snapshot, encoder, cache, outside, seed)
    weights = best_weights(snapshot, trials, progress)
    numbers = replace(snapshot.calibration, weights=weights)
    standings = [_ranked(snapshot, trial, numbers)[:3] for trial in trials]
    probabilities = _cross_predicted(trials, standings, seed)
    numbers = _fit(trials, standings, numbers)
    answer, choose = thresholds(trials, standings, probabilities)
    measured = measure(trials, standings, probabilities, answer, choose)
    return replace(numbers, answer=answer, choose=choose, measured=measured)


def make_trials(
    snapshot: Snapshot, encoder: Encoder, cache: EmbeddingCache, outside: Sequence[str], seed: int
) -> list[Trial]:
    """All questions with what they find; vectors of questions are cached beside those of passages."""
    chance = np.random.default_rng(seed)
    rows = np.arange(len(snapshot.sentences))
    if len(rows) > MAX_QUESTIONS:
        rows = np.sort(chance.choice(rows, MAX_QUESTIONS, replace=False))
    cut_outside = [tokens for tokens in map(cut, outside) if asks_something(tokens)]
    vectors = question_vectors(snapshot, encoder, cache, [snapshot.sentences[row].tokens for row in rows])
    trials = []
    for number, (row, vector) in enumerate(zip(rows, vectors, strict=True)):
        owner = int(snapshot.owners[row])
        hidden = np.zeros(len(snapshot.sentences), dtype=bool)
        mine = snapshot.owners == owner
        if number % 4 == 3:
            hidden |= mine
        else:
            hidden |= mine & (chance.random(len(hidden)) < SIBLING_HIDDEN)
        hidden[row] = True
        left = bool((mine & ~hidden).any())
        tokens = snapshot.sentences[row].tokens
        trials.append(
            _trial(
                snapshot,
                tokens,
                vector,
                ~hidden,
                "held_out" if left else "uncovered",
                owner if left else None,
            )
        )
    everything = np.ones(len(snapshot.sentences), dtype=bool)
    for tokens, vector in zip(
        cut_outside, question_vectors(snapshot, encoder, cache, cut_outside), strict=True
    ):
        trials.append(_trial(snapshot, tokens, vector, everything, "outside", None))
    return trials


class _QuerySide:
    """An encoder seen from its query side, so that the cache keeps both sides apart."""

    def __init__(self, encoder: Encoder) -> None:
        self.name = f"{encoder.name}/query"
        self.dimensions = encoder.dimensions
        self.encode_queries = encoder.encode_queries
        self.encode_passages = encoder.encode_queries


def question_vectors(
    snapshot: Snapshot, encoder: Encoder, cache: EmbeddingCache, questions: Sequence[Tokens]
) -> Vectors:
    """Centred query vectors. An encoder with `symmetric` true has the same vectors on both sides."""
    side: Encoder = encoder if getattr(encoder, "symmetric", False) else _QuerySide(encoder)
    vectors, _ = cache.embed(side, [question.text for question in questions])
    return snapshot.centred(vectors)


def similarities_to_all(
    snapshot: Snapshot, tokens: Tokens, vector: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(sentences, 3): each stored sentence by each channel. `vector` is centred."""
    return np.stack(
        [
            np.maximum(snapshot.vectors @ vector, 0.0),
            snapshot.chars.scores(tokens.chars),
            snapshot.sounds.scores(tokens.sounds),
        ],
        axis=1,
    )


def _trial(
    snapshot: Snapshot,
    tokens: Tokens,
    vector: NDArray[np.float32],
    allowed: NDArray[np.bool_],
    kind: str,
    right: int | None,
) -> Trial:
    similar = similarities_to_all(snapshot, tokens, vector)
    similar[~allowed] = -1.0
    near = min(_SHORTLIST, CANDIDATES, len(similar))
    rows = np.unique(np.concatenate([np.argpartition(-similar[:, c], near - 1)[:near] for c in range(3)]))
    rows = rows[allowed[rows]]
    return Trial(kind, right, rows, similar[rows])


def _ranked(snapshot: Snapshot, trial: Trial, numbers: Calibration) -> list[Ranked]:
    return rank_rows(snapshot, trial.rows, trial.similarities, numbers)


def best_weights(
    snapshot: Snapshot, trials: Sequence[Trial], progress: Callable[[str], None]
) -> dict[str, float]:
    """The weights by which most held-out questions find their entry first."""
    asked = [trial for trial in trials if trial.kind == "held_out"][:1500]
    best: tuple[float, dict[str, float]] = (-1.0, dict(snapshot.calibration.weights))
    for vector in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        for share in (0.3, 0.5, 0.7):
            weights = {"vector": vector, "chars": (1 - vector) * (1 - share), "sounds": (1 - vector) * share}
            column = np.array([weights[name] for name in CHANNELS])
            right = sum(_first(snapshot, trial, column) == trial.right for trial in asked)
            if right / max(1, len(asked)) > best[0]:
                best = (right / max(1, len(asked)), weights)
    progress(f"融合权重 {', '.join(f'{k}={v:.2f}' for k, v in best[1].items())}，留出首位命中 {best[0]:.3f}")
    return best[1]


def _first(snapshot: Snapshot, trial: Trial, weights: NDArray[np.floating]) -> int | None:
    if not len(trial.rows):
        return None
    return int(snapshot.owners[trial.rows[int(np.argmax(trial.similarities @ weights))]])


# -- probability --------------------------------------------------------------------------------------------


def _samples(
    trials: Sequence[Trial], standings: Sequence[Sequence[Ranked]], chosen: Iterable[int]
) -> tuple[NDArray[np.float64], NDArray[np.int_]]:
    features, labels = [], []
    for index in chosen:
        for standing in standings[index]:
            features.append([standing.features[name] for name in FEATURES])
            labels.append(int(standing.entry == trials[index].right))
    return np.array(features), np.array(labels)


def _regression(features: NDArray[np.float64], labels: NDArray[np.int_]) -> LogisticRegression:
    if len(set(labels.tolist())) < 2:
        raise CalibrationInvalid("one class only", message_zh="留出的问法全部命中或全部落空，无法校准。")
    return LogisticRegression(C=10.0, max_iter=1000).fit(features, labels)


def _fit(trials: Sequence[Trial], standings: Sequence[Sequence[Ranked]], numbers: Calibration) -> Calibration:
    model = _regression(*_samples(trials, standings, range(len(trials))))
    coefficients = dict(zip(FEATURES, map(float, model.coef_[0]), strict=True))
    return replace(numbers, coefficients=coefficients, intercept=float(model.intercept_[0]))


def _cross_predicted(
    trials: Sequence[Trial], standings: Sequence[Sequence[Ranked]], seed: int
) -> NDArray[np.float64]:
    """Probability of each trial's first hit, by a model that did not see its fold."""
    folds = np.random.default_rng(seed).integers(0, FOLDS, len(trials))
    out = np.zeros(len(trials))
    for fold in range(FOLDS):
        model = _regression(*_samples(trials, standings, np.flatnonzero(folds != fold)))
        for index in map(int, np.flatnonzero(folds == fold)):
            if standings[index]:
                first = [[standings[index][0].features[name] for name in FEATURES]]
                out[index] = model.predict_proba(first)[0, 1]
    return out


def thresholds(
    trials: Sequence[Trial], standings: Sequence[Sequence[Ranked]], probabilities: NDArray[np.float64]
) -> tuple[float, float]:
    """The lowest `answer` that keeps both limits on wrong answers, and `choose` that loses few right ones."""
    outside = np.array([trial.kind == "outside" for trial in trials])
    asked = np.array([trial.kind == "held_out" for trial in trials])
    right = np.array([bool(s) and s[0].entry == t.right for t, s in zip(trials, standings, strict=True)])
    answer = 0.95
    for threshold in np.arange(0.30, 0.951, 0.01):
        given = probabilities >= threshold
        wrong = (given & asked & ~right).sum() / max(1, (given & asked).sum())
        if (given & outside).sum() <= MAX_OUTSIDE_ANSWERED * outside.sum() and wrong <= MAX_WRONG_ANSWERS:
            answer = float(threshold)
            break
    near = np.array(
        [any(s.entry == t.right for s in found) for t, found in zip(trials, standings, strict=True)]
    )
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
    """What the thresholds reach on the held-out trials; shares in 0..1."""
    kinds = np.array([trial.kind for trial in trials])
    right = np.array([bool(s) and s[0].entry == t.right for t, s in zip(trials, standings, strict=True)])
    near = np.array(
        [any(s.entry == t.right for s in found) for t, found in zip(trials, standings, strict=True)]
    )
    asked, uncovered, outside = (kinds == kind for kind in ("held_out", "uncovered", "outside"))
    given, offered = probabilities >= answer, probabilities >= choose

    def share(part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> float:
        return float((part & whole).sum() / max(1, whole.sum()))

    return {
        "held_out": float(asked.sum()),
        "first_right": share(right, asked),
        "in_three": share(near, asked),
        "answered": share(given, asked),
        "answers_right": share(right, asked & given),
        "settled": share(given & right | offered & ~given & near, asked),
        "uncovered_answered": share(given, uncovered),
        "outside_answered": share(given, outside),
        "outside_none": share(~offered, outside),
    }
