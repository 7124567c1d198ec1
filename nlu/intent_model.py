"""The intent model: a lexical head and an embedding head, added, with calibrated confidence.

The lexical head reads characters, toneless pinyin (recognisers write homophones) and folded pinyin
(accents swap n/l, zh/z, -n/-ng). The embedding is computed only where the lexical head is unsure.
Pure Python with scikit-learn: the Rasa component and the evaluation both use this class.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from nlu.kernel import KernelRidge
from nlu.standard.plain import plain
from nlu.text.pinyin import fold
from nlu.text.spelling import spelled

Embed = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class ModelConfig:
    """Named numbers of the model, chosen on training folds (docs/nlu.md)."""

    #: Weight of the embedding head's score in the sum.
    dense_weight: float = 1.0
    #: Inverse regularisation of the lexical head.
    lexical_c: float = 0.5
    #: Width and ridge of the embedding head.
    kernel_width: float = 1.0
    kernel_ridge: float = 0.3
    #: The embedding is skipped where the lexical head's calibrated probability is at least this.
    cascade: float = 0.9
    #: Names of ranked intents returned.
    ranking_length: int = 10
    #: Folds by which the confidences are calibrated.
    folds: int = 3


def _ngrams(items: Sequence[str], longest: int = 3) -> list[str]:
    grams = list(items)
    for n in range(2, longest + 1):
        grams += ["_".join(items[i:i + n]) for i in range(len(items) - n + 1)]
    return grams


def pinyin_grams(text: str) -> list[str]:
    """1- to 3-grams of toneless syllables; pinyin typed in letters (服务mima) counts as what it spells."""
    return _ngrams(spelled(text))


def folded_grams(text: str) -> list[str]:
    """1- to 3-grams of syllables as accents merge them."""
    return _ngrams([fold(item) for item in spelled(text)])


class _Heads:
    """Both heads, trained on one set of rows."""

    def __init__(self, texts: Sequence[str], rows: np.ndarray, labels: np.ndarray, config: ModelConfig) -> None:
        self.classes = sorted(set(labels))
        self._vectorizers = [
            TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, dtype=np.float32),
            TfidfVectorizer(analyzer=pinyin_grams, sublinear_tf=True, dtype=np.float32),
            TfidfVectorizer(analyzer=folded_grams, sublinear_tf=True, dtype=np.float32),
        ]
        found = hstack([v.fit_transform(texts) for v in self._vectorizers]).tocsr()
        lexical = LinearSVC(C=config.lexical_c, random_state=0).fit(found, labels)
        # Stored as (features, classes), so that a sentence touches a few contiguous rows.
        self._coef = np.ascontiguousarray(lexical.coef_.T.astype(np.float32))
        self._intercept = lexical.intercept_.astype(np.float32)
        targets = (labels[:, None] == np.array(self.classes)[None, :]).astype(np.float32)
        self._kernel = KernelRidge.fit(rows, targets, width=config.kernel_width, ridge=config.kernel_ridge)

    def lexical(self, texts: Sequence[str]) -> np.ndarray:
        rows: csr_matrix = hstack([v.transform(texts) for v in self._vectorizers]).tocsr()
        return rows @ self._coef + self._intercept

    def dense(self, rows: np.ndarray) -> np.ndarray:
        return self._kernel.scores(rows)


class IntentModel:
    """Fit on texts and names; `rank` gives names with probabilities."""

    def __init__(self, config: ModelConfig, heads: _Heads, sharpness: tuple[float, float]) -> None:
        self.config = config
        self._heads = heads
        #: Inverse temperatures of the lexical score alone and of the sum.
        self._sharpness = sharpness

    @classmethod
    def fit(cls, texts: Sequence[str], intents: Sequence[str], embed: Embed,
            config: ModelConfig | None = None) -> IntentModel:
        """Train from nothing; `embed` maps plain texts to unit rows."""
        config = config or ModelConfig()
        cleaned = [plain(t) for t in texts]
        labels = np.array(intents)
        rows = embed(cleaned)
        sharpness = _calibrate(cleaned, rows, labels, config)
        return cls(config, _Heads(cleaned, rows, labels, config), sharpness)

    def save(self, path: Path) -> None:
        """Write the trained model."""
        joblib.dump((self._heads, self._sharpness), path, compress=1)

    @classmethod
    def load(cls, path: Path, config: ModelConfig | None = None) -> IntentModel:
        """Read what `save` wrote."""
        heads, sharpness = joblib.load(path)
        return cls(config or ModelConfig(), heads, sharpness)

    @property
    def classes(self) -> list[str]:
        return list(self._heads.classes)

    def probabilities(self, texts: Sequence[str], embed: Embed) -> np.ndarray:
        """One row per text, one column per class, calibrated."""
        cleaned = [plain(t) for t in texts]
        lexical = self._heads.lexical(cleaned)
        found = _softmax(lexical * self._sharpness[0])
        unsure = np.flatnonzero(found.max(1) < self.config.cascade)
        if len(unsure):
            dense = self._heads.dense(embed([cleaned[i] for i in unsure]))
            found[unsure] = _softmax((lexical[unsure] + self.config.dense_weight * dense) * self._sharpness[1])
        return found

    def rank(self, texts: Sequence[str], embed: Embed) -> list[list[tuple[str, float]]]:
        """The likeliest intents of each text, best first."""
        classes = self.classes
        ranked = []
        for row in self.probabilities(texts, embed):
            order = np.argsort(-row)[: self.config.ranking_length]
            ranked.append([(classes[i], float(row[i])) for i in order])
        return ranked


def _calibrate(texts: list[str], rows: np.ndarray, labels: np.ndarray, config: ModelConfig) -> tuple[float, float]:
    """Inverse temperatures that make out-of-fold probabilities honest (least log loss)."""
    classes = sorted(set(labels))
    lexical = np.zeros((len(texts), len(classes)))
    summed = np.zeros_like(lexical)
    smallest = min(np.unique(labels, return_counts=True)[1])
    folds = min(config.folds, int(smallest))
    if folds < 2:
        return 4.0, 4.0

    def fold(parts: tuple[np.ndarray, np.ndarray]) -> None:
        train, test = parts
        heads = _Heads([texts[i] for i in train], rows[train], labels[train], config)
        lexical[test] = heads.lexical([texts[i] for i in test])
        summed[test] = lexical[test] + config.dense_weight * heads.dense(rows[test])

    splits = StratifiedKFold(folds, shuffle=True, random_state=0).split(texts, labels)
    with ThreadPoolExecutor(min(folds, os.cpu_count() or 1)) as pool:  # the solvers let go of the interpreter's lock
        list(pool.map(fold, splits))
    truth = np.array([classes.index(name) for name in labels])
    return _sharpest(lexical, truth), _sharpest(summed, truth)


def _sharpest(scores: np.ndarray, truth: np.ndarray) -> float:
    def loss(sharpness: float) -> float:
        return float(-np.log(_softmax(scores * sharpness)[np.arange(len(truth)), truth] + 1e-12).mean())

    return float(minimize_scalar(loss, bounds=(0.5, 30.0), method="bounded").x)


def _softmax(scores: np.ndarray) -> np.ndarray:
    shifted = np.exp(scores - scores.max(1, keepdims=True))
    return shifted / shifted.sum(1, keepdims=True)
