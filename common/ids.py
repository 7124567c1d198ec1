"""Id makers as a port, so that tests see the same ids every time."""

from __future__ import annotations

import secrets
from typing import Protocol


class IdMaker(Protocol):
    """Makes identifiers that do not repeat."""

    def new(self, prefix: str = "") -> str:
        """A fresh id, `prefix` first."""
        ...


class RandomIds:
    """96 random bits in hexadecimal."""

    def new(self, prefix: str = "") -> str:
        return prefix + secrets.token_hex(12)


class CountingIds:
    """`prefix1`, `prefix2`, ... for tests."""

    def __init__(self) -> None:
        self._n = 0

    def new(self, prefix: str = "") -> str:
        self._n += 1
        return f"{prefix}{self._n}"
