"""The encoder as an ONNX graph: token ids in, one sentence vector of length one out.

Built from numpy weights, without torch, so that set-up can do it anywhere. Query, key and value are one matrix;
matrices and the embedding table are then stored as 8-bit integers by ONNX Runtime's own tool.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from nlu.encoder.packed import Floats, Shape, Source

_OPSET = 17
_MASKED = -1e4


class _Graph:
    """Nodes and constants as they are added; every method returns the name of what it made."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray) -> str:  # type: ignore[type-arg]
        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def op(self, kind: str, inputs: Sequence[str], name: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name, **attributes))
        return name

    def linear(self, x: str, weight: Floats, bias: Floats, name: str) -> str:
        """`weight` is (out, in) as in transformers."""
        product = self.op("MatMul", [x, self.constant(f"{name}.weight", weight.T)], f"{name}.product")
        return self.op("Add", [product, self.constant(f"{name}.bias", bias)], name)

    def norm(self, x: str, weight: Floats, bias: Floats, name: str, epsilon: float) -> str:
        parts = [x, self.constant(f"{name}.weight", weight), self.constant(f"{name}.bias", bias)]
        return self.op("LayerNormalization", parts, name, axis=-1, epsilon=epsilon)


def build_graph(source: Source, kept: Sequence[int]) -> onnx.ModelProto:
    """Inputs `ids` and `mask`, (batch, tokens) int64; output `vector`, (batch, hidden) float32.

    `kept`: ids of the full vocabulary in the order of the tokenizer's; the embedding table has just these.
    """
    graph, shape, weights = _Graph(), source.shape, source.weights
    table = weights["embeddings.word_embeddings.weight"][np.asarray(kept)]
    # Position and type are added to every token alike: types are all 0 here.
    places = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][:1]
    words = graph.op("Gather", [graph.constant("words.table", table), "ids"], "words")
    size = graph.op("Shape", ["ids"], "size")
    tokens = graph.op("Slice", [size, graph.constant("one", np.array([1])), graph.constant("two", np.array([2]))], "tokens")
    start = graph.constant("zero", np.array([0]))
    here = graph.op("Slice", [graph.constant("places.table", places), start, tokens, start], "places")
    x = graph.op("Add", [words, here], "embedded")
    x = graph.norm(x, weights["embeddings.LayerNorm.weight"], weights["embeddings.LayerNorm.bias"], "embeddings", shape.epsilon)
    kept_tokens = graph.op("Cast", ["mask"], "mask.float", to=TensorProto.FLOAT)
    away = graph.op("Sub", [graph.constant("unit", np.array(1.0, np.float32)), kept_tokens], "away")
    away = graph.op("Mul", [away, graph.constant("masked", np.array(_MASKED, np.float32))], "away.low")
    away = graph.op("Unsqueeze", [away, graph.constant("heads.axes", np.array([1, 2]))], "attention.mask")
    for layer in range(shape.layers):
        x = _layer(graph, x, away, weights, shape, layer)
    column = graph.op("Unsqueeze", [kept_tokens, graph.constant("last", np.array([2]))], "mask.column")
    total = graph.op("ReduceSum", [graph.op("Mul", [x, column], "seen"), "one"], "total", keepdims=0)
    count = graph.op("ReduceSum", [column, "one"], "count", keepdims=0)
    mean = graph.op("Div", [total, count], "mean")
    graph.op("LpNormalization", [mean], "vector", axis=-1, p=2)
    ids, mask = (helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "tokens"]) for n in ("ids", "mask"))
    out = helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", shape.hidden])
    body = helper.make_graph(graph.nodes, "encoder", [ids, mask], [out], graph.constants)
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=9)


def _layer(graph: _Graph, x: str, away: str, weights: dict[str, Floats], shape: Shape, number: int) -> str:
    place, name = f"encoder.layer.{number}.", f"layer{number}"
    width = shape.hidden // shape.heads

    def of(part: str) -> tuple[Floats, Floats]:
        return weights[f"{place}{part}.weight"], weights[f"{place}{part}.bias"]

    parts = [of(f"attention.self.{part}") for part in ("query", "key", "value")]
    # The scaling of attention is put into the query's weights.
    scale = np.float32(1.0 / np.sqrt(width))
    matrix = np.concatenate([parts[0][0] * scale, parts[1][0], parts[2][0]])
    bias = np.concatenate([parts[0][1] * scale, parts[1][1], parts[2][1]])
    joint = graph.linear(x, matrix, bias, f"{name}.qkv")
    form = graph.constant(f"{name}.form", np.array([0, 0, 3, shape.heads, width]))
    split = graph.op("Transpose", [graph.op("Reshape", [joint, form], f"{name}.apart")], f"{name}.heads", perm=[2, 0, 3, 1, 4])
    query, key, value = (
        graph.op("Gather", [split, graph.constant(f"{name}.at{i}", np.array(i))], f"{name}.{part}", axis=0)
        for i, part in enumerate(("query", "key", "value"))
    )
    turned = graph.op("Transpose", [key], f"{name}.key.turned", perm=[0, 1, 3, 2])
    scores = graph.op("Add", [graph.op("MatMul", [query, turned], f"{name}.scores"), away], f"{name}.scores.masked")
    seen = graph.op("MatMul", [graph.op("Softmax", [scores], f"{name}.attention", axis=-1), value], f"{name}.seen")
    back = graph.op("Transpose", [seen], f"{name}.seen.turned", perm=[0, 2, 1, 3])
    together = graph.op("Reshape", [back, graph.constant(f"{name}.joined.form", np.array([0, 0, shape.hidden]))], f"{name}.joined")
    attended = graph.linear(together, *of("attention.output.dense"), f"{name}.attended")
    x = graph.norm(graph.op("Add", [attended, x], f"{name}.sum1"), *of("attention.output.LayerNorm"), f"{name}.norm1", shape.epsilon)
    wide = _gelu(graph, graph.linear(x, *of("intermediate.dense"), f"{name}.wide"), name)
    narrow = graph.linear(wide, *of("output.dense"), f"{name}.narrow")
    return graph.norm(graph.op("Add", [narrow, x], f"{name}.sum2"), *of("output.LayerNorm"), f"{name}.norm2", shape.epsilon)


def _gelu(graph: _Graph, x: str, name: str) -> str:
    """The exact form, spelt so that ONNX Runtime fuses it into one step."""
    root = graph.constant(f"{name}.gelu.root", np.array(np.sqrt(2.0), np.float32))
    one = graph.constant(f"{name}.gelu.one", np.array(1.0, np.float32))
    half = graph.constant(f"{name}.gelu.half", np.array(0.5, np.float32))
    inner = graph.op("Erf", [graph.op("Div", [x, root], f"{name}.gelu.in")], f"{name}.gelu.erf")
    shifted = graph.op("Add", [inner, one], f"{name}.gelu.shifted")
    return graph.op("Mul", [graph.op("Mul", [x, shifted], f"{name}.gelu.full"), half], f"{name}.gelu")


def write_int8(model: onnx.ModelProto, path: Path) -> None:
    """Quantise matrices and embeddings to 8 bits (activations at run time) and write the file."""
    import logging

    from onnxruntime.quantization import QuantType, quantize_dynamic

    # The tool warns on the root logger that no shape pre-processing was done; ours has no symbolic shapes to infer.
    root = logging.getLogger()
    level, partial = root.level, path.with_suffix(".partial")
    root.setLevel(logging.ERROR)
    try:
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "plain.onnx"
            onnx.save(model, plain)
            quantize_dynamic(plain, partial, weight_type=QuantType.QInt8, per_channel=True,
                             op_types_to_quantize=["MatMul", "Gather"],
                             extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT})
    finally:
        root.setLevel(level)
    partial.replace(path)
