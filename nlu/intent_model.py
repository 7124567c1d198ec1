"""The intent model: two linear heads, one lexical and one on sentence embeddings, averaged.

The lexical head reads characters, toneless pinyin (recognisers write homophones) and folded pinyin
(accents swap n/l, zh/z, -n/-ng). The embedding is computed only where the lexical head is unsure.
Pure Python with scikit-learn: the Rasa component and the evaluation both use this class.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from nlu.text.normalize import normalize
from nlu.text.pinyin import folded_syllables, syllables

Embed = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class ModelConfig:
    """Named numbers of the model; defaults chosen by cross-validation on the training data (docs/nlu.md)."""

    #: Weight of the embedding head in the mean, 0..1.
    dense_weight: float = 0.5
    #: Inverse regularisation of each head.
    lexical_c: float = 20.0
    dense_c: float = 30.0
    #: The embedding is skipped where the lexical head is at least this sure.
    cascade: float = 0.85
    #: Names of ranked intents returned.
    ranking_length: int = 10


def _ngrams(items: Sequence[str], longest: int = 3) -> list[str]:
    grams = list(items)
    for n in range(2, longest + 1):
        grams += ["_".join(items[i:i + n]) for i in range(len(items) - n + 1)]
    return grams


def plain(text: str) -> str:
    """The form both heads read: normalised, without punctuation."""
    return "".join(ch for ch in normalize(text).text if ch.isalnum())


def pinyin_grams(text: str) -> list[str]:
    """1- to 3-grams of toneless syllables."""
    return _ngrams(syllables(text))


def folded_grams(text: str) -> list[str]:
    """1- to 3-grams of syllables as accents merge them."""
    return _ngrams(folded_syllables(text))


class IntentModel:
    """Fit on texts and names; `rank` gives names with probabilities."""

    def __init__(self, config: ModelConfig, state: dict[str, Any] | None = None) -> None:
        self.config = config
        self._state = state

    # ------------------------------------------------------------------ training

    @classmethod
    def fit(cls, texts: Sequence[str], intents: Sequence[str], embed: Embed,
            config: ModelConfig | None = None) -> IntentModel:
        """Train from nothing; `embed` maps plain texts to unit rows."""
        config = config or ModelConfig()
        cleaned = [plain(t) for t in texts]
        labels = np.array(intents)
        vectorizers = [
            TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, dtype=np.float32),
            TfidfVectorizer(analyzer=pinyin_grams, sublinear_tf=True, dtype=np.float32),
            TfidfVectorizer(analyzer=folded_grams, sublinear_tf=True, dtype=np.float32),
        ]
        lexical_rows = hstack([v.fit_transform(cleaned) for v in vectorizers]).tocsr()
        lexical = LogisticRegression(C=config.lexical_c, max_iter=1000).fit(lexical_rows, labels)
        rows = embed(cleaned)
        centre = rows.mean(0)
        scale = float((rows - centre).std())
        dense = LogisticRegression(C=config.dense_c / 100, max_iter=1000).fit((rows - centre) / scale, labels)
        state = {
            "vectorizers": vectorizers,
            "lexical": (lexical.coef_.astype(np.float32), lexical.intercept_.astype(np.float32)),
            "dense": (dense.coef_.astype(np.float32), dense.intercept_.astype(np.float32)),
            "centre": centre.astype(np.float32), "scale": scale, "classes": [str(c) for c in lexical.classes_],
        }
        return cls(config, state)

    def save(self, path: Path) -> None:
        """Write the trained state."""
        joblib.dump(self._state, path, compress=3)

    @classmethod
    def load(cls, path: Path, config: ModelConfig | None = None) -> IntentModel:
        """Read what `save` wrote."""
        return cls(config or ModelConfig(), joblib.load(path))

    # ------------------------------------------------------------------ use

    @property
    def classes(self) -> list[str]:
        return self._trained["classes"]

    @property
    def _trained(self) -> dict[str, Any]:
        if self._state is None:
            raise RuntimeError("the intent model is not trained")
        return self._state

    def probabilities(self, texts: Sequence[str], embed: Embed) -> np.ndarray:
        """One row per text, one column per class."""
        cleaned = [plain(t) for t in texts]
        rows: csr_matrix = hstack([v.transform(cleaned) for v in self._trained["vectorizers"]]).tocsr()
        coef, intercept = self._trained["lexical"]
        found = _softmax(rows @ coef.T + intercept)
        unsure = np.flatnonzero(found.max(1) < self.config.cascade)
        if len(unsure):
            dense = self._dense(embed([cleaned[i] for i in unsure]))
            weight = self.config.dense_weight
            found[unsure] = weight * dense + (1 - weight) * found[unsure]
        return found

    def rank(self, texts: Sequence[str], embed: Embed) -> list[list[tuple[str, float]]]:
        """The likeliest intents of each text, best first."""
        classes = self.classes
        ranked = []
        for row in self.probabilities(texts, embed):
            order = np.argsort(-row)[: self.config.ranking_length]
            ranked.append([(classes[i], float(row[i])) for i in order])
        return ranked

    def _dense(self, rows: np.ndarray) -> np.ndarray:
        coef, intercept = self._trained["dense"]
        return _softmax(((rows - self._trained["centre"]) / self._trained["scale"]) @ coef.T + intercept)


def _softmax(scores: np.ndarray) -> np.ndarray:
    shifted = np.exp(scores - scores.max(1, keepdims=True))
    return shifted / shifted.sum(1, keepdims=True)
