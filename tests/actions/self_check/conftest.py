"""The real trees and engine, loaded once."""

from __future__ import annotations

import pytest

from actions.self_check.engine import Engine
from actions.self_check.loader import load_trees


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine(load_trees())
