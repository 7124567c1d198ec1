"""One start of the whole system for all end-to-end tests; the demo is put back before each."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.e2e.system import Run, System, free_ports, processes_of, wait_until
from yida import bootstrap

#: The log of the whole run is looked through when everything else has been said.
_LAST = "test_privacy.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name == _LAST and item.path.parent.name == "e2e")


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The processes, trained first where the model is missing or old; ended by Ctrl-C, nothing left behind."""
    bootstrap.ensure_model()
    var = tmp_path_factory.mktemp("system")
    ports = free_ports(3)
    run = Run(var, ports)
    try:
        base = run.wait_ready()
        assert base == f"http://127.0.0.1:{ports[0]}/"
        yield System(base.rstrip("/"), f"http://127.0.0.1:{ports[1]}", f"http://127.0.0.1:{ports[2]}", var, run)
    finally:
        code = run.stop(signal.SIGINT)
    assert code == 0, run.output
    assert processes_of(var) == {}


@pytest.fixture
def system(running: System) -> System:
    """The running system, all processes up, as at its first start."""
    wait_until(running.ready, 60, "all processes ready")
    running.reset()
    return running
