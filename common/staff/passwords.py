"""Passwords: rules, and argon2 in threads."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from common.staff.errors import PasswordWeak

SHORTEST, LONGEST = 10, 128
#: The password of the demo's accounts, printed on the demo's sign-in page.
DEMO_PASSWORD = "yida-demo-2026"
#: What guessers try first, in the form `_plain` gives.
_COMMON = ("password", "passw0rd", "admin", "qwerty", "abc123", "letmein", "welcome", "iloveyou", "123456", "111111",
           "yida", "10086", "10010", "10000", "woaini", "a1b2c3")  # fmt: skip
#: Hashings at once: each takes its memory, and strangers may ask for it.
_AT_ONCE = 2


class Passwords:
    """Hashes and checks in threads. `hasher` may be cheaper in tests."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=3, memory_cost=65536, parallelism=2)
        self._gate = asyncio.Semaphore(_AT_ONCE)
        # Checked where there is no account, so that both take as long.
        self._nobody = ""

    async def hash(self, password: str) -> str:
        """The encoded hash of a password in its normal form."""
        async with self._gate:
            return await asyncio.to_thread(self._hasher.hash, normal(password))

    async def fits(self, encoded: str | None, password: str) -> bool:
        """Whether the password is the one hashed; False (as slowly) where there is none."""
        if not encoded and not self._nobody:
            self._nobody = await self.hash(secrets.token_urlsafe(16))
        async with self._gate:
            right = await asyncio.to_thread(self._verify, encoded or self._nobody, normal(password)[:LONGEST])
        return right and bool(encoded)

    def outdated(self, encoded: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(encoded)

    def _verify(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False


def normal(password: str) -> str:
    """The form that is hashed: the same whatever keyboard or input method it came from."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *names: str) -> None:
    """Raises PasswordWeak saying what to change. `names`: of the account, which must not be in it."""
    given = normal(password)
    plain = _plain(given)
    if len(given) < SHORTEST:
        raise PasswordWeak(message_zh=f"密码至少 {SHORTEST} 位，现在 {len(given)} 位。可以用几个不相干的词连起来。")
    if len(given) > LONGEST:
        raise PasswordWeak(message_zh=f"密码最多 {LONGEST} 位。")
    if given.strip() != given or any(unicodedata.category(ch) == "Cc" for ch in given):
        raise PasswordWeak(message_zh="密码首尾不能有空格，也不能有换行等控制字符。")
    if given == DEMO_PASSWORD:
        raise PasswordWeak(message_zh="这是公开的演示密码，请换一个。")
    if len(set(given)) < 5 or _in_a_row(plain):
        raise PasswordWeak(message_zh="密码里重复或连号的字符太多，请换一个。")
    rest = plain
    for word in (*_COMMON, *(_plain(name) for name in names if len(_plain(name)) >= 2)):
        rest = rest.replace(word, "")
    if len(rest) < 6:
        raise PasswordWeak(message_zh="密码里常见的词或账号名占了大半，容易被猜到，请换一个。")


def _plain(text: str) -> str:
    return "".join(ch for ch in text.casefold() if ch.isalnum())


def _in_a_row(plain: str) -> bool:
    """More than half of the steps from one character to the next go by 0, +1 or -1."""
    steps = [ord(b) - ord(a) for a, b in itertools.pairwise(plain)]
    return len(steps) > 0 and sum(step in (-1, 0, 1) for step in steps) > 0.6 * len(steps)
