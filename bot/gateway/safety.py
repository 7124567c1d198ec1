"""What must not face the outside: demo keys, the demo operator, short secrets."""

from __future__ import annotations

import ipaddress

from common.errors import ConfigError
from common.settings import Settings

SHORTEST_KEY = 16


def check_exposure(settings: Settings) -> None:
    """Raises ConfigError where the gateway would listen beyond this machine with anything of the demo's."""
    if is_loopback(settings.bind):
        return
    problems: list[str] = []
    for name in ("channel_key", "session_key", "internal_key"):
        value = getattr(settings, name).get_secret_value()
        if weak_key(value):
            problems.append(_weak(name))
    voice = settings.voice_key.get_secret_value()
    if voice and weak_key(voice):  # an empty one lets nobody in
        problems.append(_weak("voice_key"))
    if settings.demo:
        problems.append("演示运营商还开着（请设 YIDA_DEMO=0 并配置 YIDA_OPERATOR_URL）")
    if problems:
        raise ConfigError("unsafe exposure", message_zh=f"不能在 {settings.bind} 上对外提供服务：" + "；".join(problems) + "。")


def check_accounts(settings: Settings, demo_accounts: bool) -> None:
    """Raises ConfigError where the gateway would listen beyond this machine while an account has the demo's password."""
    if demo_accounts and not is_loopback(settings.bind):
        raise ConfigError("unsafe accounts", message_zh=f"不能在 {settings.bind} 上对外提供服务：还有账号用着演示密码。"
                          "请用 yida staff list 查看，再用 yida staff reset-password 或 yida staff disable 处理。")


def is_loopback(bind: str) -> bool:
    """Whether only this machine can reach the address."""
    if bind == "localhost":
        return True
    try:
        return ipaddress.ip_address(bind).is_loopback
    except ValueError:
        return False


def weak_key(value: str) -> bool:
    """Whether a key is the demo's, or can be guessed."""
    return value.startswith("yida-demo") or len(value) < SHORTEST_KEY


def _weak(name: str) -> str:
    return f"YIDA_{name.upper()} 还是演示值或太短（至少 {SHORTEST_KEY} 位）"
