"""What can go wrong between a channel and the bot.

    ConversationError
    ├── TooManyMessages      over the rate limit; `retry_after` seconds
    └── BotUnavailable       Rasa or the actions did not answer in time; the message may be sent again
"""

from __future__ import annotations

import math

from common.errors import YidaError


class ConversationError(YidaError):
    """Base of the tree."""

    code = "conversation"


class TooManyMessages(ConversationError):
    """Over the rate limit."""

    code = "too_many_messages"
    message_zh = "您发得太快了，请稍等一下再发。"

    def __init__(self, retry_after: float) -> None:
        super().__init__()
        self.retry_after = max(1, math.ceil(retry_after))


class BotUnavailable(ConversationError):
    """No answer in time. Sending the same message id again is safe."""

    code = "bot_unavailable"
    message_zh = "抱歉，系统正在恢复，您这句话我没来得及处理，请过半分钟再发一次。急事可以拨打客服热线。"
