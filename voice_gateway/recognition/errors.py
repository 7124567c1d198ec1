"""Errors of the recognisers.

RecognitionError              anything a recogniser raises on purpose
├── ModelNotBuilt             the model's files are not there, or not those that set-up made
├── ModelSourceInvalid        what set-up fetched is not the model that was measured
├── ModelSourceUnreachable    the model cannot be fetched
├── TermsInvalid              terms.yml cannot be used; the process does not start
├── RecognizerBusy            more speech waits than can be worked off in time; the caller hears 请稍等
└── RecognitionFailed         the engine refused an utterance
"""

from __future__ import annotations

from common.errors import YidaError


class RecognitionError(YidaError):
    code = "recognition"
    message_zh = "语音识别暂时不可用，请按键办理。"


class ModelNotBuilt(RecognitionError):
    code = "recognizer_not_built"
    message_zh = "语音识别模型还没有装好，请联网后重新运行 make run。"


class ModelSourceInvalid(RecognitionError):
    code = "recognizer_source_invalid"
    message_zh = "语音识别模型文件的校验值不对，可能下载损坏或被替换，请清除缓存后重试。"


class ModelSourceUnreachable(RecognitionError):
    code = "recognizer_source_unreachable"
    message_zh = "语音识别模型下载不了，请检查网络或 pip 的镜像设置。"


class TermsInvalid(RecognitionError):
    code = "recognizer_terms_invalid"
    message_zh = "识别词表 terms.yml 有误。"


class RecognizerBusy(RecognitionError):
    code = "recognizer_busy"
    message_zh = "现在打进来的人多，请稍等。"


class RecognitionFailed(RecognitionError):
    code = "recognition_failed"
    message_zh = "没听清，请再说一遍。"
