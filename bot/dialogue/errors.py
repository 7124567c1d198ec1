"""Errors of written and random conversations.

DialogueError                 anything raised on purpose here
├── ScriptInvalid             a conversation file is not as docs/dialogues.md says
└── NobodyThere               no running system answers at the address
"""

from __future__ import annotations

from common.errors import YidaError


class DialogueError(YidaError):
    code = "dialogue"
    message_zh = "对话没有跑成。"


class ScriptInvalid(DialogueError):
    code = "script_invalid"


class NobodyThere(DialogueError):
    code = "nobody_there"
    message_zh = "连不上正在运行的易答，请先运行 make run，或用 --url 指明地址。"
