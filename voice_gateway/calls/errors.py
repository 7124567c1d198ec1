"""Errors of a running call.

CallError                     anything this room raises on purpose
├── BotAway                   the bot did not answer; the caller is offered keys and a ticket
└── PeopleAway                the desk cannot be reached; the caller is told
"""

from __future__ import annotations

from common.errors import YidaError


class CallError(YidaError):
    code = "call"
    message_zh = "电话暂时不可用，请稍后再打。"


class BotAway(CallError):
    code = "bot_away"
    message_zh = "查询系统正在恢复，请按键登记。"


class PeopleAway(CallError):
    code = "people_away"
    message_zh = "人工现在接不通。"
