"""Errors of the synthesiser.

SynthesisError                anything the synthesiser raises on purpose
├── VoiceNotBuilt             the voice's files are not there, or not those that set-up made
├── VoiceSourceInvalid        what set-up fetched is not the model that was measured
├── VoiceSourceUnreachable    the package with the model cannot be fetched
├── RateInvalid               slower or faster than a voice can speak
├── TextTooLong               more than can be said at once
└── SynthesisFailed           the engine refused a clause, or no voice can speak at all
    ├── VoiceUnreachable      an online voice cannot be reached, or refuses us
    ├── VoiceTooLate          nothing was heard of a voice in time
    └── VoiceBusy             too many clauses wait for a voice
"""

from __future__ import annotations

from common.errors import YidaError


class SynthesisError(YidaError):
    code = "synthesis"
    message_zh = "语音暂时不可用，请看文字。"


class VoiceNotBuilt(SynthesisError):
    code = "voice_not_built"
    message_zh = "语音模型还没有装好，请联网后重新运行 make run。"


class VoiceSourceInvalid(SynthesisError):
    code = "voice_source_invalid"
    message_zh = "语音模型文件的校验值不对，可能下载损坏或被替换，请清除 pip 缓存后重试。"


class VoiceSourceUnreachable(SynthesisError):
    code = "voice_source_unreachable"
    message_zh = "语音模型下载不了，请检查网络或 pip 的镜像设置。"


class RateInvalid(SynthesisError):
    code = "rate_invalid"
    message_zh = "语速要在 0.5 到 2 之间。"


class TextTooLong(SynthesisError):
    code = "text_too_long"
    message_zh = "要读的内容太长，请分成几段。"


class SynthesisFailed(SynthesisError):
    code = "synthesis_failed"
    message_zh = "这句话没能读出来，请看文字。"


class VoiceUnreachable(SynthesisFailed):
    code = "voice_unreachable"
    message_zh = "在线语音现在连不上，先用本机的语音。"


class VoiceTooLate(SynthesisFailed):
    code = "voice_too_late"
    message_zh = "语音没有及时生成，请看文字。"


class VoiceBusy(SynthesisFailed):
    code = "voice_busy"
    message_zh = "现在通话太多，语音一时排不上。"
