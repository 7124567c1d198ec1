"""Errors of turn taking.

TurnError                    anything this room raises on purpose
├── FrameInvalid             a frame is not 20 ms, or the sample rate is not one the detector knows
└── WordsInvalid             words.yml cannot be used; the process does not start
"""

from __future__ import annotations

from common.errors import YidaError


class TurnError(YidaError):
    code = "turn_taking"
    message_zh = "语音暂时听不清，请按键操作。"


class FrameInvalid(TurnError):
    code = "frame_invalid"
    message_zh = "通话语音格式不对，请按键操作。"


class WordsInvalid(TurnError):
    code = "turn_words_invalid"
    message_zh = "打断词表 words.yml 有误。"
