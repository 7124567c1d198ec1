"""The acoustic model without its two TensorFlow-only operators, so that LiteRT alone can run it.

Two layers were exported with dropout left on, each drawing a random mask by `FlexRandomUniform`. What they give on
average is what they should give at all: the mask becomes a constant that lets everything through, and the scale that
made up for what was dropped becomes one. The same text then sounds the same each time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from voice_gateway.synthesis.errors import VoiceSourceInvalid

_RANDOM = b"FlexRandomUniform"
_FILE_IDENTIFIER = b"TFL3"


def without_dropout(model: bytes) -> bytes:
    """The model (a .tflite file's bytes) with dropout off. Raises VoiceSourceInvalid where it is not built as known."""
    # Heavy, and wanted at set-up alone.
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    tree = schema.ModelT.InitFromPackedBuf(model, 0)
    graph = tree.subgraphs[0]
    codes = [number for number, code in enumerate(tree.operatorCodes) if code.customCode == _RANDOM]
    if len(codes) != 1:
        raise VoiceSourceInvalid(f"{len(codes)} operator codes {_RANDOM.decode()}, expected 1")
    fill = schema.OperatorCodeT()
    fill.version = 1
    fill.builtinCode = fill.deprecatedBuiltinCode = schema.BuiltinOperator.FILL
    tree.operatorCodes[codes[0]] = fill
    random = [op for op in graph.operators if op.opcodeIndex == codes[0]]
    if len(random) != 2:
        raise VoiceSourceInvalid(f"{len(random)} random operators, expected 2")
    for op in random:
        op.inputs = [op.inputs[0], _threshold(tree, graph, op.outputs[0])]
        op.customOptions = None
        op.builtinOptionsType = schema.BuiltinOptions.FillOptions
        op.builtinOptions = schema.FillOptionsT()
    _scale_to_one(tree, graph)
    builder = flatbuffers.Builder(len(model) + (1 << 20))
    builder.Finish(tree.Pack(builder), _FILE_IDENTIFIER)
    return bytes(builder.Output())


def _threshold(tree: Any, graph: Any, mask: int) -> int:
    """The tensor that the random numbers are compared with: 0.5; the comparison is >=, so 0.5 itself passes."""
    compare = next((op for op in graph.operators if mask in list(op.inputs)), None)
    tensor = next((number for number in compare.inputs if number != mask), None) if compare else None
    if tensor is None or _first(tree, graph.tensors[tensor]) != 0.5:
        raise VoiceSourceInvalid("the dropout threshold is not 0.5")
    return tensor


def _scale_to_one(tree: Any, graph: Any) -> None:
    scales = [tensor for tensor in graph.tensors if tensor.name.endswith(b"dropout/Const")]
    if len(scales) != 1 or _first(tree, scales[0]) != 2.0:
        raise VoiceSourceInvalid("the dropout scale is not 2.0")
    tree.buffers[scales[0].buffer].data = np.frombuffer(np.float32(1).tobytes(), np.uint8)


def _first(tree: Any, tensor: Any) -> float:
    data = tree.buffers[tensor.buffer].data
    return float(np.frombuffer(bytes(data), np.float32)[0]) if data is not None and len(data) >= 4 else float("nan")
