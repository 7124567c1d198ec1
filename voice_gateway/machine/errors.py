"""Errors of the call machine.

MachineError                 anything this room raises on purpose
├── PromptsInvalid           prompts.yml cannot be used; the process does not start
└── MenuInvalid              menu.yml cannot be used; the process does not start
"""

from __future__ import annotations

from common.errors import YidaError


class MachineError(YidaError):
    code = "call_machine"
    message_zh = "电话服务暂时不可用，请稍后再拨。"


class PromptsInvalid(MachineError):
    code = "prompts_invalid"
    message_zh = "电话提示语 prompts.yml 有误。"


class MenuInvalid(MachineError):
    code = "menu_invalid"
    message_zh = "按键菜单 menu.yml 有误。"
