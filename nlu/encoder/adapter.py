"""Low-rank changes of a fine-tuned encoder (LoRA), in the file format of the `peft` library.

Small enough to be committed: two thin matrices for each changed one. The changed weight is
`weight + (alpha / rank) * B @ A`.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from nlu.encoder.errors import EncoderSourceInvalid
from nlu.encoder.packed import Source

WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
_UP, _DOWN = ".lora_B.weight", ".lora_A.weight"


def adapter_digest(folder: Path) -> str:
    """sha256 of the adapter's weights, hexadecimal. Raises EncoderSourceInvalid."""
    try:
        return hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    except OSError as error:
        raise _invalid(folder, error) from error


def apply_adapter(source: Source, folder: Path) -> Source:
    """The source with the changes added. Raises EncoderSourceInvalid where they are not for this model."""
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        scale = np.float32(config["lora_alpha"] / config["r"])
        matrices = load_file(folder / WEIGHTS)
        weights = dict(source.weights)
        for name, up in matrices.items():
            if not name.endswith(_UP):
                continue
            down = matrices[name.removesuffix(_UP) + _DOWN]
            target = _target(name.removesuffix(_UP)) + ".weight"
            weights[target] = weights[target] + scale * (up.astype(np.float32) @ down.astype(np.float32))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise _invalid(folder, error) from error
    return Source(source.shape, source.vocabulary, weights)


def _target(name: str) -> str:
    """`base_model.model.encoder.layer.0...` and what wrappers put before it, as BertModel names it."""
    return name[name.index("encoder.layer.") :]


def _invalid(folder: Path, error: Exception) -> EncoderSourceInvalid:
    return EncoderSourceInvalid(f"{folder.name}: {error}", message_zh=f"微调文件 {folder.name} 有误或不配这个模型。")
