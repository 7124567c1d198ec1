"""Errors of the knowledge base.

KnowledgeBaseError            anything the knowledge base raises on purpose
├── FaqInvalid                one or more FAQ files cannot be used; `.problems` says where and how to mend
├── ReferenceUnknown          an answer names something the catalogue does not have
├── TemplateInvalid           an answer's `{{ }}` is not a plain reference
├── EntryUnknown              no entry of that id in the current snapshot
├── EncoderUnavailable        the sentence encoder cannot be loaded or failed
├── CalibrationInvalid        calibration.json is missing a field or unreadable
└── ModelNotFetched           a model cannot be had from the hub, or is not what was asked for
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from common.errors import YidaError

if TYPE_CHECKING:
    from knowledge_base.problems import Problem


class KnowledgeBaseError(YidaError):
    code = "knowledge_base"
    message_zh = "知识库暂时不可用，请稍后再试。"


class FaqInvalid(KnowledgeBaseError):
    """FAQ files cannot be used. `problems` is never empty."""

    code = "faq_invalid"
    message_zh = "知识库文件有误。"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("；".join(str(p) for p in problems[:5]))
        self.problems = tuple(problems)


class ReferenceUnknown(KnowledgeBaseError):
    code = "reference_unknown"
    message_zh = "引用的产品信息不存在。"


class TemplateInvalid(KnowledgeBaseError):
    code = "template_invalid"
    message_zh = "答案里的引用写法有误。"


class EntryUnknown(KnowledgeBaseError):
    code = "entry_unknown"
    message_zh = "没有这个知识条目。"


class EncoderUnavailable(KnowledgeBaseError):
    code = "encoder_unavailable"
    message_zh = "语义模型暂时不可用。"


class CalibrationInvalid(KnowledgeBaseError):
    code = "calibration_invalid"
    message_zh = "校准文件有误，请重新运行 yida kb calibrate。"


class ModelNotFetched(KnowledgeBaseError):
    code = "model_not_fetched"
    message_zh = "模型没有取到。"
