"""How alike questions are: by meaning, characters and sounds, the same three that find a stored sentence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from knowledge_base.encoder import Vectors
from knowledge_base.matching import Tokens
from knowledge_base.snapshot import Snapshot

#: Meaning, characters, sounds.
WEIGHTS = (0.6, 0.2, 0.2)
#: Rows compared with all others at a time.
_ROWS = 512
#: Two stored questions of different entries are this alike or more in one pair of so many: what is alike beyond
#: that asks the same. Bounds keep an odd base from drawing everything together, or nothing.
_ONE_IN = 400
_LOWEST, _HIGHEST = 0.30, 0.70
_SAMPLE = 1600
_MANY = 1000

Floats = NDArray[np.float32]


class Alike:
    """Likeness of any two of n questions, in about 0..1. `vectors` are centred, (n, dimensions)."""

    def __init__(self, tokens: Sequence[Tokens], vectors: Vectors) -> None:
        self._vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        # Side by side and scaled, so that one product gives the weighted sum of both.
        parts = [_grams([t.chars for t in tokens]), _grams([t.sounds for t in tokens])]
        scaled = [part * np.float32(math.sqrt(weight)) for weight, part in zip(WEIGHTS[1:], parts, strict=True)]
        self._spelled = sparse.csr_matrix(sparse.hstack(scaled, format="csr"))

    def __len__(self) -> int:
        return len(self._vectors)

    def among(self, rows: NDArray[np.intp], others: NDArray[np.intp] | None = None) -> Floats:
        """(len(rows), len(others)); `others` None: among themselves."""
        others = rows if others is None else others
        whole = len(others) == len(self)
        out = np.maximum(self._vectors[rows] @ (self._vectors if whole else self._vectors[others]).T, 0.0)
        out *= WEIGHTS[0]
        product = (self._spelled[rows] @ (self._spelled if whole else self._spelled[others]).T).tocoo()
        # Each place stands once in a product of canonical matrices.
        out[product.row, product.col] += product.data
        return np.asarray(out, dtype=np.float32)

    def blocks(self) -> Iterator[tuple[int, Floats]]:
        """(first row, likeness of the next rows with all questions), a block at a time."""
        everything = np.arange(len(self))
        for start in range(0, len(self), _ROWS):
            yield start, self.among(everything[start : start + _ROWS], everything)


def yardstick(snapshot: Snapshot) -> float:
    """From which mean likeness on questions belong together, learnt from what editors keep apart.

    So it fits every encoder, whose vectors spread differently.
    """
    count = len(snapshot.sentences)
    rows = np.unique(np.linspace(0, count - 1, min(_SAMPLE, count)).astype(np.intp)) if count else np.zeros(0, np.intp)
    if len(set(snapshot.owners[rows].tolist())) < 10:
        return (_LOWEST + _HIGHEST) / 2
    alike = Alike([snapshot.sentences[row].tokens for row in rows], snapshot.vectors[rows])
    owners = snapshot.owners[rows]
    pairs = []
    for start, block in alike.blocks():
        apart = owners[start : start + len(block), None] != owners[None, :]
        pairs.append(block[apart])
    return float(np.clip(np.quantile(np.concatenate(pairs), 1.0 - 1.0 / _ONE_IN), _LOWEST, _HIGHEST))


def _grams(documents: Sequence[Sequence[str]]) -> sparse.csr_matrix:
    """tf-idf of runs of one and two tokens, rows of length one; a column more where there is nothing."""
    runs = [[*tokens, *map("\0".join, pairwise(tokens))] for tokens in documents]
    if not any(runs):
        return sparse.csr_matrix((len(runs), 1), dtype=np.float32)
    # In a large set what one question in twenty has weighs next to nothing, and costs the most.
    most = 0.05 if len(runs) >= _MANY else 1.0
    vectorizer = TfidfVectorizer(analyzer=lambda run: run, sublinear_tf=True, dtype=np.float32, max_df=most)
    return sparse.csr_matrix(vectorizer.fit_transform(runs))
