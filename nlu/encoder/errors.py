"""Errors of the sentence encoder.

EncoderError                  anything the encoder raises on purpose
├── EncoderSourceInvalid      the packaged weights or an adapter are missing, damaged or of another model
├── EncoderNotBuilt           models/encoder has no such model yet, or one made from something else
└── TrainingRefused           fine-tuning cannot run, or its result is no better and is not installed
"""

from __future__ import annotations

from common.errors import YidaError


class EncoderError(YidaError):
    code = "encoder"
    message_zh = "语义模型暂时不可用。"


class EncoderSourceInvalid(EncoderError):
    code = "encoder_source"
    message_zh = "语义模型的原始文件有误。"


class EncoderNotBuilt(EncoderError):
    code = "encoder_not_built"
    message_zh = "语义模型还没有生成，请运行 make setup。"


class TrainingRefused(EncoderError):
    code = "training_refused"
    message_zh = "模型没有更新。"
