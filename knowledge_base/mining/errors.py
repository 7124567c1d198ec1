"""What can go wrong in the editors' loop.

MiningError                   anything the loop raises on purpose
├── ProposalUnknown           no proposal of that number or code now
├── EditLosesMore             other entries would lose more than the edit gains; `.effect` has the figures
└── NothingToWrite            the proposal has no edit: its questions are foreign, or the entry has them already
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowledge_base.errors import KnowledgeBaseError

if TYPE_CHECKING:
    from knowledge_base.mining.effect import Effect


class MiningError(KnowledgeBaseError):
    """Base of the tree."""

    code = "mining"
    message_zh = "未答问题暂时整理不了，请稍后再试。"


class ProposalUnknown(MiningError):
    """No proposal of that number or code now."""

    code = "proposal_unknown"
    message_zh = "没有这条建议，可能已经处理过。请重新列出再选。"


class EditLosesMore(MiningError):
    """Other entries would lose more than the edit gains."""

    code = "edit_loses_more"
    message_zh = "这样改，别的条目失去的比这一条得到的还多，没有保存。"

    def __init__(self, effect: Effect, hint_zh: str = "加 --force 可以照改。") -> None:
        message = f"{self.message_zh}{effect.sentence_zh}。{hint_zh}"
        super().__init__(f"gain {effect.gain}, loss {effect.loss}", message_zh=message)
        self.effect = effect


class NothingToWrite(MiningError):
    """The proposal has no edit."""

    code = "nothing_to_write"
    message_zh = "这一组没有可以写进知识库的内容。"
