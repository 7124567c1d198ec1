"""Everything that can go wrong with the operator's systems.

    BssError
    ├── SystemUnavailable         the system is down, absent or refuses us; nothing was learned
    │   ├── SystemTimeout         no answer in time; a write may or may not have happened: repeat it
    │   │                         with the same idempotency key
    │   ├── BadAnswer             it answered something we cannot read
    │   └── AccessRefused         our key is wrong; somebody must mend the settings
    ├── NotACustomer              the phone number is not one of the operator's
    ├── NotFound                  the customer is there, what was asked for is not (bill, product, reward)
    ├── NotEligible               a business rule says no; `message_zh` is the reason
    │   ├── InsufficientBalance
    │   ├── InsufficientPoints
    │   └── OutOfStock
    ├── Conflict                  the same idempotency key was used for another request
    ├── TooManyAttempts           locked after too many wrong service passwords
    └── IdentityError             one-time codes
        ├── CodeTooSoon           asked again within the minute
        ├── CodeQuotaSpent        the day's codes are spent
        ├── CodeWrong             `tries_left` says how many remain
        ├── CodeExpired           never sent, older than its life, or already used
        └── CodeTriesSpent        too many wrong tries; a new code is needed
"""

from __future__ import annotations

from common.errors import YidaError


class BssError(YidaError):
    """Base of the tree."""

    code = "bss"
    message_zh = "系统暂时处理不了，请稍后再试。"


class SystemUnavailable(BssError):
    """The system behind a port is down, absent or refuses us."""

    code = "system_unavailable"
    message_zh = "现在查不到，我先给您记下，查到后给您回复。"


class SystemTimeout(SystemUnavailable):
    """No answer in time. A write may have happened: repeat it with the same key."""

    code = "system_timeout"
    message_zh = "系统有点慢，现在查不到，我先给您记下，查到后给您回复。"


class BadAnswer(SystemUnavailable):
    """The answer could not be read."""

    code = "bad_answer"


class AccessRefused(SystemUnavailable):
    """Our key was refused."""

    code = "access_refused"


class NotACustomer(BssError):
    """The phone number is not one of the operator's."""

    code = "not_a_customer"
    message_zh = "这个号码不是我们的用户，请核对一下号码。"


class NotFound(BssError):
    """What was asked for does not exist for this customer."""

    code = "not_found"
    message_zh = "没有查到您要的内容。"


class NotEligible(BssError):
    """A business rule says no; `reason_zh` is told to the customer."""

    code = "not_eligible"
    message_zh = "您现在还不能办理这项业务。"

    def __init__(self, reason_zh: str = "", detail: str = "") -> None:
        super().__init__(detail, message_zh=reason_zh or None)


class InsufficientBalance(NotEligible):
    """The balance does not cover the price."""

    code = "insufficient_balance"
    message_zh = "您的余额不够，请先充值再办理。"


class InsufficientPoints(NotEligible):
    """The points do not cover the reward."""

    code = "insufficient_points"
    message_zh = "您的积分不够兑换这个礼品。"


class OutOfStock(NotEligible):
    """Nothing left of it."""

    code = "out_of_stock"
    message_zh = "这个已经没有了，换一个试试。"


class Conflict(BssError):
    """The same idempotency key was used for another request."""

    code = "conflict"
    message_zh = "这笔业务已经提交过了，请不要重复办理。"


class TooManyAttempts(BssError):
    """Locked after too many wrong service passwords."""

    code = "too_many_attempts"
    message_zh = "密码输错次数太多，已暂时锁定，请一小时后再试，或用短信验证码。"


class IdentityError(BssError):
    """Base of what can go wrong with one-time codes."""

    code = "identity"
    message_zh = "身份没有验证通过，请再试一次。"


class CodeTooSoon(IdentityError):
    """Asked again too soon; `wait_seconds` says how long to wait."""

    code = "code_too_soon"
    message_zh = "验证码刚刚发过，请一分钟后再要。"

    def __init__(self, wait_seconds: int = 60) -> None:
        super().__init__(message_zh=f"验证码刚刚发过，请{wait_seconds}秒后再要。")
        self.wait_seconds = wait_seconds


class CodeQuotaSpent(IdentityError):
    """The day's codes are spent."""

    code = "code_quota_spent"
    message_zh = "今天的验证码次数用完了，请明天再试，或者转人工办理。"


class CodeWrong(IdentityError):
    """Not the code that was sent."""

    code = "code_wrong"
    message_zh = "验证码不对，请再核对一下。"

    def __init__(self, tries_left: int = 0) -> None:
        super().__init__(message_zh=f"验证码不对，您还可以试{tries_left}次。")
        self.tries_left = tries_left


class CodeExpired(IdentityError):
    """Never sent, older than its life, or already used."""

    code = "code_expired"
    message_zh = "验证码已经失效了，请重新获取。"


class CodeTriesSpent(IdentityError):
    """Too many wrong tries."""

    code = "code_tries_spent"
    message_zh = "验证码输错三次，已经作废，请重新获取。"
