"""Staff on a virtual clock, with real storage and cheap hashes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from common.clock import FakeClock
from common.ids import RandomIds
from common.staff.passwords import Passwords
from common.staff.service import Staff

GOOD = "竹影 maple 河流 7731"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
OpenStaff = Callable[..., Staff]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def open_staff(tmp_path: Path, clock: FakeClock) -> Iterator[OpenStaff]:
    """Opens the same database again and again."""
    opened: list[Staff] = []

    def open_(**more: Any) -> Staff:
        url = more.pop("url", f"sqlite:///{tmp_path / 'staff.db'}")
        staff = Staff(url, clock, RandomIds(), more.pop("passwords", Passwords(CHEAP)), **more)
        opened.append(staff)
        return staff

    yield open_
    for staff in opened:
        staff.close()


@pytest.fixture
def staff(open_staff: OpenStaff) -> Staff:
    return open_staff()
