"""Errors of staff accounts.

StaffError                    anything this package raises on purpose
├── SignInRefused             no such account, a wrong password, or an account that is disabled: never says which
├── SignInLocked              too many failed tries; `.wait` says how many seconds
├── SignedOut                 nobody is signed in, or no longer
├── NotAllowed                signed in, but in a role that may not do this
├── FormForged                a POST without this page's token, or from another site
├── PasswordWeak              a password that is too easy
├── AccountInvalid            a name or role that cannot be used, or is taken
├── AccountUnknown            no account of that name
└── LastAdmin                 the only working administrator cannot be taken away
"""

from __future__ import annotations

from common.errors import YidaError


class StaffError(YidaError):
    code = "staff"
    message_zh = "账号系统暂时不可用，请稍后再试。"


class SignInRefused(StaffError):
    code = "sign_in_refused"
    message_zh = "账号或密码不对。"


class SignInLocked(StaffError):
    """`wait`: seconds until the next try is looked at."""

    code = "sign_in_locked"

    def __init__(self, wait: float) -> None:
        minutes, seconds = divmod(max(1, round(wait)), 60)
        shown = f"{minutes} 分 {seconds} 秒" if minutes and seconds else f"{minutes} 分钟" if minutes else f"{seconds} 秒"
        super().__init__(message_zh=f"试错次数太多，请 {shown}后再试。忘记密码请找管理员重设。")
        self.wait = wait


class SignedOut(StaffError):
    code = "signed_out"
    message_zh = "登录已过期，请重新登录；填写的内容还在。"


class NotAllowed(StaffError):
    code = "not_allowed"
    message_zh = "您的角色不能做这件事。"


class FormForged(StaffError):
    code = "form_forged"
    message_zh = "页面已过期，请刷新后再试；填写的内容还在。"


class PasswordWeak(StaffError):
    code = "password_weak"
    message_zh = "密码太简单。"


class AccountInvalid(StaffError):
    code = "account_invalid"
    message_zh = "账号名不能用。"


class AccountUnknown(StaffError):
    code = "account_unknown"
    message_zh = "没有这个账号。"


class LastAdmin(StaffError):
    code = "last_admin"
    message_zh = "这是唯一可用的管理员，不能停用或换角色；请先另设一位管理员。"
