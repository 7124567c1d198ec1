"""Which tests stay together where several processes run the suite (`make test` runs two)."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file stays in one process, and so do all tests of the running system, which is started once."""
    for item in items:
        file = item.path.relative_to(item.config.rootpath).as_posix()
        group = "e2e" if file.startswith("tests/e2e/") else file
        item.add_marker(pytest.mark.xdist_group(group))
