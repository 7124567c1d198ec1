"""Root of every exception tree in the project.

    YidaError                     anything Yida raises on purpose
    ├── ConfigError               a setting or file is unusable; the process does not start
    ├── InvalidInput              what came in cannot be used; the sender can mend it
    └── (one tree per package, drawn at the head of its errors.py)
"""

from __future__ import annotations


class YidaError(Exception):
    """Base of all errors raised on purpose.

    `code` is stable and meant for machines; `message_zh` is a sentence a customer may read.
    """

    code: str = "internal"
    message_zh: str = "系统开小差了，请稍后再试。"

    def __init__(self, detail: str = "", *, message_zh: str | None = None) -> None:
        super().__init__(detail or self.code)
        if message_zh is not None:
            self.message_zh = message_zh


class ConfigError(YidaError):
    """A setting or a file is unusable. `message_zh` says what to change."""

    code = "config"
    message_zh = "系统配置有误。"


class InvalidInput(YidaError):
    """What came in cannot be used; the sender can mend it."""

    code = "invalid_input"
    message_zh = "这条内容我处理不了，请换个说法。"
