"""The line tests, remote actions and ticket vocabulary a tree may use, with their Chinese names.

The names are the contract with the port `LineTest`: a check answers with one of its codes, or with
`unknown` / `unavailable`, which both follow a test node's `unknown` branch.
"""

from __future__ import annotations

from typing import Final

#: check -> code -> what an agent or repairman reads on the ticket
CHECKS: Final[dict[str, dict[str, str]]] = {
    "optical": {"ok": "光路正常", "los": "收不到光", "weak_light": "光弱", "modem_offline": "光猫离线"},
    "auth": {"ok": "认证正常", "auth_failed": "认证失败", "account_suspended": "账号已停", "arrears": "欠费"},
    "session": {"ok": "在线", "offline": "未拨上号", "flapping": "频繁掉线"},
    "speed": {"ok": "速率达标", "slow": "速率不达标"},
    "wifi": {"ok": "WiFi正常", "wifi_weak": "WiFi信号弱", "wifi_off": "WiFi已关闭"},
    "iptv": {"ok": "IPTV正常", "iptv_offline": "机顶盒离线", "iptv_auth_failed": "机顶盒认证失败"},
    "voice": {"ok": "语音正常", "voice_unregistered": "语音未注册"},
    "mobile": {
        "ok": "手机业务正常",
        "no_registration": "手机未注册到网络",
        "data_off": "上网功能未开通",
        "throttled": "流量用超已限速",
        "volte_off": "VoLTE未开通",
        "arrears": "欠费停机",
        "weak_cell": "所在位置信号弱",
    },
    "leased": {"ok": "专线正常", "leased_down": "专线中断", "leased_loss": "专线丢包"},
}

CHECK_NAMES: Final[dict[str, str]] = {
    "optical": "光路检测",
    "auth": "账号认证检测",
    "session": "上网会话检测",
    "speed": "测速",
    "wifi": "WiFi检测",
    "iptv": "电视业务检测",
    "voice": "固话语音检测",
    "mobile": "手机业务检测",
    "leased": "专线检测",
}

#: Codes that mean the test gave no result.
NO_RESULT: Final = frozenset({"unknown", "unavailable"})

REMOTES: Final[dict[str, str]] = {"reset_port": "重置端口", "refresh_auth": "刷新账号认证"}

SERVICES: Final[dict[str, str]] = {
    "broadband": "宽带",
    "mobile": "手机",
    "iptv": "电视",
    "landline": "座机",
    "leased": "专线",
    "any": "全部业务",
}

VERDICTS: Final[dict[str, str]] = {
    "solved": "自助解决",
    "ticket": "报修工单",
    "person": "转人工",
    "outage": "区域故障",
    "arrears": "欠费",
}

DEPARTMENTS: Final[dict[str, str]] = {
    "field_repair": "装维班组",
    "access_network": "接入网维护",
    "radio_network": "无线网优化",
    "core_network": "核心网维护",
    "iptv_platform": "电视平台",
    "enterprise_noc": "政企网管",
}

SKILLS: Final[dict[str, str]] = {
    "broadband_expert": "宽带专家席",
    "mobile_expert": "移动专家席",
    "iptv_expert": "电视专家席",
    "enterprise": "政企专席",
    "billing": "账务席",
    "general": "综合席",
}
